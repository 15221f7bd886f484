//! The bare client: the same generator and the same receiver with nothing in between. What a server adds is
//! measured against it, in the same run and with the same settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use ring::hmac;
use tokio::task::JoinSet;

use crate::clock;
use crate::load::{self, Target};
use crate::options::Options;
use crate::payload;
use crate::process::cpu_seconds;
use crate::receiver::Receiver;
use crate::stats::{ms, percentile, ratio};
use crate::tally::Tally;

/// Requests of a closed loop for each event of the server's, which takes several times as long for one.
const REQUESTS_PER_EVENT: u32 = 2;

/// What the closed loop showed.
pub(crate) struct Bare {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// CPU of one request, µs.
    pub(crate) client_us: f64,
    pub(crate) receiver_us: f64,
}

/// Posts signed payloads to the measuring receiver, `in_flight` at a time, and does nothing else.
pub(crate) async fn closed(options: &Options, in_flight: usize) -> anyhow::Result<Bare> {
    let requests = options.events.saturating_mul(REQUESTS_PER_EVENT);
    let receiver = Receiver::start()?;
    let target = target(options, &receiver)?.fresh();
    receiver.expect(Tally::new(target.run, 1, requests), u64::from(requests));
    let path: Uri = receiver.url(0).parse::<Uri>()?.path().parse()?;
    let key = Arc::new(hmac::Key::new(
        hmac::HMAC_SHA256,
        b"a secret of the usual length",
    ));
    let next = Arc::new(AtomicU32::new(0));
    let (client_before, all_before) = (cpu_seconds("thread-self")?, cpu_seconds("self")?);
    let start = clock::now();
    let mut workers = JoinSet::new();
    for _ in 0..in_flight {
        let (next, key, path) = (Arc::clone(&next), Arc::clone(&key), path.clone());
        let target = target.clone();
        workers.spawn(async move {
            let mut client = target.connect(0).await?;
            loop {
                let seq = next.fetch_add(1, Ordering::Relaxed);
                if seq >= requests {
                    return anyhow::Ok(());
                }
                let body = target.event(seq, clock::now());
                let headers = signed(&key, &body)?;
                let body = Bytes::from(body);
                client
                    .send(Method::POST, path.clone(), headers, body)
                    .await?;
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    receiver.reached().await;
    let client_cpu = cpu_seconds("thread-self")? - client_before;
    let receiver_cpu = cpu_seconds("self")? - all_before - client_cpu;
    let mut tally = receiver.take();
    let seconds = ms(tally.last.saturating_sub(start)) / 1000.0;
    let each = 1e6 / f64::from(requests);
    Ok(Bare {
        per_second: ratio(f64::from(requests), seconds),
        p50_ms: ms(percentile(&mut tally.latencies, 0.5)),
        p99_ms: ms(percentile(&mut tally.latencies, 0.99)),
        client_us: client_cpu * each,
        receiver_us: receiver_cpu * each,
    })
}

/// The open loop with nothing between generator and receiver, which it adds to every latency: p50 and p99,
/// milliseconds.
pub(crate) async fn open(options: &Options, rate: u32, events: u32) -> anyhow::Result<(f64, f64)> {
    let receiver = Receiver::start()?;
    let target = target(options, &receiver)?.fresh();
    receiver.expect(Tally::new(target.run, 1, events), u64::from(events));
    load::open(&target, rate, events).await?;
    let mut tally = receiver.take();
    Ok((
        ms(percentile(&mut tally.latencies, 0.5)),
        ms(percentile(&mut tally.latencies, 0.99)),
    ))
}

fn target(options: &Options, receiver: &Receiver) -> anyhow::Result<Target> {
    let path = receiver.url(0).parse::<Uri>()?.path().parse()?;
    Ok(Target {
        addresses: vec![receiver.address()],
        shops: Arc::new(vec![(path, HeaderMap::new())]),
        payload: payload::event,
        seed: options.seed,
        run: 0,
    })
}

fn signed(key: &hmac::Key, body: &str) -> anyhow::Result<HeaderMap> {
    let mut context = hmac::Context::with_key(key);
    context.update(b"1769698127.");
    context.update(body.as_bytes());
    let signature = format!(
        "t=1769698127,v1={}",
        HEXLOWER.encode(context.sign().as_ref())
    );
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert("karla-signature", signature.parse()?);
    Ok(headers)
}
