//! The load: a closed loop keeps requests in flight, an open loop posts at a rate whatever the server does.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::Method;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::clock;
use crate::payload::Mark;
use crate::setup::Place;

/// Requests that an open loop may have in flight; more wait, with their time due in their mark.
const OPEN_IN_FLIGHT: usize = 128;

/// Where events are posted: number `seq` goes to shop `seq % shops`.
#[derive(Clone)]
pub(crate) struct Target {
    /// Of the nodes: a connection to each in turn.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) shops: Arc<Vec<Place>>,
    /// Makes an event's body from the seed and the mark.
    pub(crate) payload: fn(u64, Mark) -> String,
    pub(crate) seed: u64,
    /// Tells these events from those of other measurements.
    pub(crate) run: u32,
}

impl Target {
    /// Posts as the events of a measurement of its own.
    pub(crate) fn fresh(&self) -> Self {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        Self {
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            ..self.clone()
        }
    }

    /// The client of worker number `n`.
    pub(crate) async fn connect(&self, n: usize) -> anyhow::Result<Client> {
        let node = self.addresses.iter().cycle().nth(n);
        Client::connect(*node.context("there is no node to post to")?).await
    }

    /// The body of event number `seq`, made or due at this time.
    pub(crate) fn event(&self, seq: u32, at: u64) -> String {
        let run = self.run;
        (self.payload)(self.seed, Mark { run, seq, at })
    }
}

/// What the server said to the load.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    /// From mark to the whole 2xx, nanoseconds, per request.
    pub(crate) latencies: Vec<u64>,
    /// When the first 2xx had come.
    pub(crate) first: u64,
}

impl Accepted {
    fn one(&mut self, at: u64) {
        let now = clock::now();
        self.latencies.push(now.saturating_sub(at));
        if self.first == 0 {
            self.first = now;
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.first = match (self.first, other.first) {
            (0, only) | (only, 0) => only,
            (one, another) => one.min(another),
        };
        self.latencies.extend(other.latencies);
        self
    }
}

/// Posts the events with these numbers, `in_flight` requests at a time of `batch` events each. An event's mark is the time
/// when its request was built.
pub(crate) async fn closed(
    target: &Target,
    events: Range<u32>,
    in_flight: usize,
    batch: u32,
) -> anyhow::Result<Accepted> {
    let next = Arc::new(AtomicU32::new(events.start));
    let mut workers = JoinSet::new();
    for worker in 0..in_flight {
        let (target, next) = (target.clone(), Arc::clone(&next));
        workers.spawn(async move {
            let mut client = target.connect(worker).await?;
            let mut accepted = Accepted::default();
            loop {
                let from = next.fetch_add(batch, Ordering::Relaxed);
                if from >= events.end {
                    return anyhow::Ok(accepted);
                }
                let at = clock::now();
                let to = events.end.min(from + batch);
                let made = (from..to).map(|seq| target.event(seq, at));
                let body = if batch == 1 {
                    made.collect()
                } else {
                    array(made)
                };
                post(&mut client, &target, from, body).await?;
                accepted.one(at);
            }
        });
    }
    all(workers).await
}

/// Posts `events` events, `rate` a second. An event's mark is the time when it was due, so that a server
/// that stalls cannot hide its queue.
pub(crate) async fn open(target: &Target, rate: u32, events: u32) -> anyhow::Result<Accepted> {
    let due = Arc::new(Mutex::new(pace(rate, events)?));
    let mut workers = JoinSet::new();
    for worker in 0..OPEN_IN_FLIGHT.min(usize::try_from(events)?) {
        let (target, due) = (target.clone(), Arc::clone(&due));
        workers.spawn(async move {
            let mut client = target.connect(worker).await?;
            let mut accepted = Accepted::default();
            loop {
                let Some((seq, at)) = due.lock().await.recv().await else {
                    return anyhow::Ok(accepted);
                };
                let body = target.event(seq, at);
                post(&mut client, &target, seq, body).await?;
                accepted.one(at);
            }
        });
    }
    all(workers).await
}

/// Says when each event is due. A thread of its own: the runtime's timers are a millisecond apart.
fn pace(rate: u32, events: u32) -> anyhow::Result<UnboundedReceiver<(u32, u64)>> {
    let (tell, due) = unbounded_channel();
    let gap = 1_000_000_000 / u64::from(rate.max(1));
    thread::Builder::new()
        .name("pace".to_owned())
        .spawn(move || {
            let start = clock::now() + LEAD_NS;
            for seq in 0..events {
                let at = start + u64::from(seq) * gap;
                thread::sleep(clock::instant(at).saturating_duration_since(Instant::now()));
                if tell.send((seq, at)).is_err() {
                    return;
                }
            }
        })?;
    Ok(due)
}

/// Time to open the connections before the first event is due.
const LEAD_NS: u64 = Duration::from_millis(200).as_nanos() as u64;

async fn post(client: &mut Client, target: &Target, seq: u32, body: String) -> anyhow::Result<()> {
    let shop = usize::try_from(seq)? % target.shops.len().max(1);
    let Some((uri, headers)) = target.shops.get(shop) else {
        bail!("there is no shop to post to")
    };
    let (status, answer) = client
        .send(
            Method::POST,
            uri.clone(),
            headers.clone(),
            Bytes::from(body),
        )
        .await?;
    if !status.is_success() {
        bail!(
            "the server answered {status} to an event: {}",
            String::from_utf8_lossy(&answer)
        );
    }
    Ok(())
}

fn array(events: impl Iterator<Item = String>) -> String {
    let mut text = String::from("[");
    for (n, event) in events.enumerate() {
        if n > 0 {
            text.push(',');
        }
        text.push_str(&event);
    }
    text.push(']');
    text
}

async fn all(mut workers: JoinSet<anyhow::Result<Accepted>>) -> anyhow::Result<Accepted> {
    let mut sum = Accepted::default();
    while let Some(done) = workers.join_next().await {
        sum = sum.join(done??);
    }
    Ok(sum)
}
