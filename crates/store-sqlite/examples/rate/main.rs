//! What a full cycle costs in the store on this host: an event is posted, its delivery is handed over,
//! and the outcome is recorded. One line for each number of callers that post at once; a `0` is one
//! caller who posts 100 a second.
//!
//! `cargo run --release -p claimwire-store-sqlite --example rate -- [NAME=NUMBER …]`, of which:
//! `seconds` for each line, `callers` (once for each line), `bytes` of an event, `shops`, `webhooks` in
//! each shop, of which one hears of the events, `stored` events that are there before.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

mod made;
mod usage;

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Shop, TargetNo};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Handed, Intake, Queue, StoreResult, Subjects};
use claimwire_store_sqlite::{Options, SqliteStore};
use made::{fact, now, outcome, webhook};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use usage::{Usage, resident};
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

/// Takes everything.
struct Receiver {
    handed: UnboundedSender<Vec<Handed>>,
}

impl Intake for Receiver {
    fn admit(&self, _: &Target) -> bool {
        true
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, deliveries: Vec<Handed>) {
        // Nobody receives once the measuring is over.
        let _ = self.handed.send(deliveries);
    }
    fn wake(&self, _: &[TargetNo]) {}
    fn offer(&self, _: &[DeliveryId]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}

/// What is asked for.
struct Wanted {
    seconds: u64,
    callers: Vec<u64>,
    bytes: usize,
    shops: usize,
    webhooks: usize,
    stored: u64,
}

impl Wanted {
    fn read() -> Result<Self, Failure> {
        let mut wanted = Self {
            seconds: 5,
            callers: Vec::new(),
            bytes: 1400,
            shops: 1,
            webhooks: 1,
            stored: 0,
        };
        for argument in std::env::args().skip(1) {
            let (name, value) = argument.split_once('=').ok_or("NAME=NUMBER is expected")?;
            match name {
                "seconds" => wanted.seconds = value.parse()?,
                "callers" => wanted.callers.push(value.parse()?),
                "bytes" => wanted.bytes = value.parse()?,
                "shops" => wanted.shops = value.parse()?,
                "webhooks" => wanted.webhooks = value.parse()?,
                "stored" => wanted.stored = value.parse()?,
                _ => return Err(format!("there is no `{name}`").into()),
            }
        }
        if wanted.callers.is_empty() {
            wanted.callers = vec![0, 1, 8, 64, 256];
        }
        Ok(wanted)
    }
}

/// The store under load.
struct Bench {
    store: Arc<SqliteStore>,
    shops: Vec<Arc<Shop>>,
    data: String,
    committed: AtomicU64,
    recorded: Arc<AtomicU64>,
    waits: Mutex<Vec<Duration>>,
}

impl Bench {
    async fn populate(&mut self, wanted: &Wanted) -> Result<(), Failure> {
        for n in 0..wanted.shops {
            let new = NewShop {
                id: Uuid::new_v4(),
                slug: format!("shop-{n}"),
                name: "Shop".to_owned(),
                notification_emails: Vec::new(),
            };
            let Once::Now(shop) = self.store.create_shop(new, now(), None).await? else {
                return Err("the shop was there".into());
            };
            for n in 0..wanted.webhooks {
                let entry = if n == 0 { "*" } else { "shipments" };
                let webhook = webhook(shop.no, entry)?;
                self.store.create_target(webhook, now(), None).await?;
            }
            self.shops.push(shop);
        }
        Ok(())
    }

    /// Posts one after another, each time for the next shop, until there are so many or it is time.
    async fn post(
        &self,
        mut place: usize,
        step: usize,
        events: u64,
        until: Instant,
        pause: Duration,
    ) -> Result<(), Failure> {
        let mut own = Vec::new();
        while self.committed.load(Relaxed) < events && Instant::now() < until {
            place = (place + step) % self.shops.len();
            let shop = self.shops.get(place).ok_or("no shop")?.clone();
            let asked = Instant::now();
            let commit = Commit {
                shop,
                now: now(),
                writes: Vec::new(),
                facts: vec![fact(&self.data)?],
                images: Vec::new(),
                letters: Vec::new(),
                idempotency: None,
            };
            self.store.commit(commit).await?;
            own.push(asked.elapsed());
            self.committed.fetch_add(1, Relaxed);
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        self.waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut own);
        Ok(())
    }

    /// One load: so many callers, until there are so many events or it is time.
    async fn load(
        self: &Arc<Self>,
        callers: u64,
        events: u64,
        length: Duration,
    ) -> Result<Duration, Failure> {
        self.committed.store(0, Relaxed);
        self.recorded.store(0, Relaxed);
        let pause = Duration::from_millis(if callers == 0 { 10 } else { 0 });
        let begun = Instant::now();
        let tasks: Vec<_> = (0..callers.max(1))
            .map(|n| {
                let (bench, place) = (self.clone(), usize::try_from(n).unwrap_or(0));
                // A step that has no factor in common with round numbers reaches every shop.
                let step = 7919;
                tokio::spawn(async move {
                    bench
                        .post(place * 101, step, events, begun + length, pause)
                        .await
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        while self.recorded.load(Relaxed) < self.committed.load(Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(begun.elapsed())
    }

    async fn measure(self: &Arc<Self>, callers: u64, length: Duration) -> Result<(), Failure> {
        let (before, groups) = (Usage::now(), self.store.transactions());
        self.waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let took = self.load(callers, u64::MAX, length).await?.as_secs_f64();
        let used = Usage::now().since(before);
        let events = self.committed.load(Relaxed) as f64;
        let groups = (self.store.transactions() - groups) as f64;
        let mut waits = self
            .waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        waits.sort_unstable();
        let at = |percent: usize| {
            let wait = waits.get(waits.len() * percent / 100);
            wait.copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        println!(
            "{callers:7} {:9.0} {:8.1} {:9.1} {:9.1} {:8.2} {:8.0} {:7.2} {:7.2} {:6}",
            events / took,
            events / groups,
            used.writer.as_secs_f64() * 1e6 / events,
            used.checkpointer.as_secs_f64() * 1e6 / events,
            used.writes as f64 / events,
            used.written as f64 / events,
            at(50),
            at(99),
            resident(),
        );
        Ok(())
    }
}

/// Records what is handed over, as much at once as has come in.
async fn record(
    store: Arc<SqliteStore>,
    mut inbox: UnboundedReceiver<Vec<Handed>>,
    recorded: Arc<AtomicU64>,
) -> StoreResult<()> {
    let mut batches = Vec::new();
    while inbox.recv_many(&mut batches, 64).await > 0 {
        let outcomes: Arc<[_]> = batches.drain(..).flatten().map(|h| outcome(&h)).collect();
        let count = outcomes.len() as u64;
        store.record(outcomes, now()).await?;
        recorded.fetch_add(count, Relaxed);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wanted = Wanted::read()?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("claimwire.db");
    let store = SqliteStore::open(&path, Vault::new([7; 32], Vec::new())?, Options::default())?;
    let recorded = Arc::new(AtomicU64::new(0));
    let (handed, inbox) = unbounded_channel();
    store.attach(Arc::new(Receiver { handed }));
    let recording = tokio::spawn(record(store.clone(), inbox, recorded.clone()));
    let mut bench = Bench {
        store: store.clone(),
        shops: Vec::new(),
        data: format!(r#"{{"description":"{}"}}"#, "x".repeat(wanted.bytes)),
        committed: AtomicU64::new(0),
        recorded,
        waits: Mutex::default(),
    };
    bench.populate(&wanted).await?;
    let bench = Arc::new(bench);
    let ever = Duration::from_secs(86_400);
    if wanted.stored > 0 {
        let took = bench.load(256, wanted.stored, ever).await?;
        println!("stored {} in {:.0} s", wanted.stored, took.as_secs_f64());
    }
    println!(
        "callers  events/s events/  µs CPU an event   writes    bytes   commit, ms     MiB\n\
         \x20                 commit    writer checkp.    an event          p50     p99 resident"
    );
    for callers in wanted.callers {
        bench
            .measure(callers, Duration::from_secs(wanted.seconds))
            .await?;
    }
    recording.abort();
    store.close();
    let size = std::fs::metadata(&path)?.len();
    println!("database    {:.0} MB", size as f64 / 1e6);
    Ok(())
}
