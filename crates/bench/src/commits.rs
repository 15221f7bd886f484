//! What the disk allows: records appended or committed with nothing around them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use rusqlite::Connection;

use crate::payload::{Mark, event};
use crate::stats::{ms, percentile, ratio};

/// Commits of each measurement.
const COMMITS: u32 = 400;

/// What they showed.
pub(crate) struct Commits {
    pub(crate) records_per_second: f64,
    /// Of one commit.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Appends `records` payloads at a time to a file and flushes it to the disk.
pub(crate) fn append(directory: &Path, seed: u64, records: u32) -> anyhow::Result<Commits> {
    let path = directory.join("append");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    commits(seed, records, |payloads| {
        file.write_all(payloads.concat().as_bytes())?;
        Ok(file.sync_data()?)
    })
}

/// Commits `records` payloads at a time to a table with one index.
pub(crate) fn sqlite(directory: &Path, seed: u64, records: u32) -> anyhow::Result<Commits> {
    let path = directory.join(format!("records-{records}.sqlite"));
    let mut database =
        Connection::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch("CREATE TABLE event (no INTEGER PRIMARY KEY, subject TEXT NOT NULL, body TEXT NOT NULL); CREATE INDEX event_subject ON event (subject)")?;
    commits(seed, records, |payloads| {
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
    seed: u64,
    records: u32,
    mut commit: impl FnMut(&[String]) -> anyhow::Result<()>,
) -> anyhow::Result<Commits> {
    let mut spent = Vec::new();
    for n in 0..COMMITS {
        let made = (0..records).map(|k| {
            let (run, seq, at) = (0, n * records + k, 0);
            event(seed, Mark { run, seq, at })
        });
        let payloads: Vec<_> = made.collect();
        let start = Instant::now();
        commit(&payloads)?;
        spent.push(u64::try_from(start.elapsed().as_nanos())?);
    }
    let seconds = ms(spent.iter().sum()) / 1000.0;
    Ok(Commits {
        records_per_second: ratio(f64::from(COMMITS * records), seconds),
        p50_ms: ms(percentile(&mut spent, 0.5)),
        p99_ms: ms(percentile(&mut spent, 0.99)),
    })
}
