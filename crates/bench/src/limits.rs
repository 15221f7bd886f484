//! What this machine can do at most, so that the server's figures can be read as shares of it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use anyhow::Context;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use ring::hmac;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::clock;
use crate::load::{self, Target};
use crate::options::Options;
use crate::payload::{Mark, event};
use crate::process::cpu_seconds;
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::report::Row;
use crate::stats::{ms, percentile};
use crate::tally::Tally;

/// Requests of the bare client.
const REQUESTS: u32 = 50_000;
/// Records in a large transaction; what a server that shares commits among its callers would write.
const SHARED: u32 = 256;
/// Transactions of each kind.
const TRANSACTIONS: u32 = 400;

/// Requests a second, and for how long, of the harness alone.
const HARNESS_RATE: u32 = 100;
const HARNESS_SECONDS: u32 = 5;

/// All limits, one row each.
pub(crate) async fn measure(options: &Options, run: u32) -> anyhow::Result<Vec<Row>> {
    let mut rows = vec![
        bare_client(options, run).await?,
        harness(options, run).await?,
    ];
    let directory = match &options.directory {
        Some(directory) => TempDir::with_prefix_in("claimwire-bench-", directory),
        None => TempDir::with_prefix("claimwire-bench-"),
    }?;
    for records in [1, SHARED] {
        rows.push(append(options, directory.path(), records)?);
        rows.push(sqlite(options, directory.path(), records)?);
    }
    Ok(rows)
}

/// Posts signed payloads to the measuring receiver and does nothing else.
async fn bare_client(options: &Options, run: u32) -> anyhow::Result<Row> {
    let name = format!(
        "a bare client, HMAC-SHA256 over each, {} in flight",
        options.in_flight
    );
    let receiver = Receiver::start()?;
    receiver.expect(Tally::new(run, 1, REQUESTS), u64::from(REQUESTS));
    let uri: Uri = receiver.url(0).parse()?;
    let path: Uri = uri.path().parse()?;
    let key = Arc::new(hmac::Key::new(
        hmac::HMAC_SHA256,
        b"a secret of the usual length",
    ));
    let next = Arc::new(AtomicU32::new(0));
    let bar = bar(options.progress, "bare client", 1);
    let (client_before, all_before) = (cpu_seconds("thread-self")?, cpu_seconds("self")?);
    let start = clock::now();
    let mut workers = JoinSet::new();
    for _ in 0..options.in_flight {
        let (next, key, path) = (Arc::clone(&next), Arc::clone(&key), path.clone());
        let (address, seed) = (receiver.address(), options.seed);
        workers.spawn(async move {
            let mut client = Client::connect(address).await?;
            loop {
                let seq = next.fetch_add(1, Ordering::Relaxed);
                if seq >= REQUESTS {
                    return anyhow::Ok(());
                }
                let body = event(
                    seed,
                    Mark {
                        run,
                        seq,
                        at: clock::now(),
                    },
                );
                client
                    .send(
                        Method::POST,
                        path.clone(),
                        signed(&key, &body)?,
                        Bytes::from(body),
                    )
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
    bar.finish();
    let each = 1e6 / f64::from(REQUESTS);
    let mut row = Row::new(&name);
    row.add(
        "requests/s",
        f64::from(REQUESTS) / (ms(tally.last.saturating_sub(start)) / 1000.0),
    );
    row.add(
        "end-to-end p50, ms",
        ms(percentile(&mut tally.latencies, 0.5)),
    );
    row.add(
        "end-to-end p99, ms",
        ms(percentile(&mut tally.latencies, 0.99)),
    );
    row.add("client CPU each, µs", client_cpu * each);
    row.add("receiver CPU each, µs", receiver_cpu * each);
    Ok(row)
}

/// The open loop with nothing between generator and receiver: what it adds to every latency.
async fn harness(options: &Options, run: u32) -> anyhow::Result<Row> {
    let events = HARNESS_RATE * HARNESS_SECONDS;
    let receiver = Receiver::start()?;
    receiver.expect(Tally::new(run, 1, events), u64::from(events));
    let shop = (
        receiver.url(0).parse::<Uri>()?.path().parse()?,
        HeaderMap::new(),
    );
    let target = Target {
        address: receiver.address(),
        shops: Arc::new(vec![shop]),
        seed: options.seed,
        run,
    };
    load::open(&target, HARNESS_RATE, events).await?;
    let mut tally = receiver.take();
    let mut row = Row::new(&format!("this harness without a server, {HARNESS_RATE}/s"));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        row.add(
            &format!("end-to-end {name}, ms"),
            ms(percentile(&mut tally.latencies, share)),
        );
    }
    Ok(row)
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

/// Appends `records` payloads at a time to a file and flushes it to the disk.
fn append(options: &Options, directory: &Path, records: u32) -> anyhow::Result<Row> {
    let path = directory.join("append");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    commits(
        options,
        &format!("append {records} and fdatasync"),
        records,
        |payloads| {
            file.write_all(payloads.concat().as_bytes())?;
            Ok(file.sync_data()?)
        },
    )
}

/// Commits `records` payloads at a time to a table with one index.
fn sqlite(options: &Options, directory: &Path, records: u32) -> anyhow::Result<Row> {
    let path = directory.join(format!("records-{records}.sqlite"));
    let mut database =
        Connection::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch("CREATE TABLE event (no INTEGER PRIMARY KEY, subject TEXT NOT NULL, body TEXT NOT NULL); CREATE INDEX event_subject ON event (subject)")?;
    let name = format!("SQLite, WAL, synchronous=FULL, {records} a transaction");
    commits(options, &name, records, |payloads| {
        let transaction = database.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO event (subject, body) VALUES (?1, ?2)")?;
            for payload in payloads {
                insert.execute((payload.get(60..100), payload))?;
            }
        }
        Ok(transaction.commit()?)
    })
}

/// The rate and the duration of `commit`, given `records` payloads each time.
fn commits(
    options: &Options,
    name: &str,
    records: u32,
    mut commit: impl FnMut(&[String]) -> anyhow::Result<()>,
) -> anyhow::Result<Row> {
    let bar = bar(options.progress, name, u64::from(TRANSACTIONS));
    let mut spent = Vec::new();
    for n in 0..TRANSACTIONS {
        let made = (0..records).map(|k| {
            event(
                options.seed,
                Mark {
                    run: 0,
                    seq: n * records + k,
                    at: 0,
                },
            )
        });
        let payloads: Vec<_> = made.collect();
        let start = Instant::now();
        commit(&payloads)?;
        spent.push(u64::try_from(start.elapsed().as_nanos())?);
        bar.inc(1);
    }
    bar.finish();
    let mut row = Row::new(name);
    let seconds = ms(spent.iter().sum()) / 1000.0;
    row.add("records/s", f64::from(TRANSACTIONS * records) / seconds);
    row.add("a commit p50, ms", ms(percentile(&mut spent, 0.5)));
    row.add("a commit p99, ms", ms(percentile(&mut spent, 0.99)));
    Ok(row)
}
