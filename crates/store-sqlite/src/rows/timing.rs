//! What statistics need of attempts: eight bytes each, packed into one row for each webhook and deferred
//! write ([`deferred`](crate::deferred)).

use std::time::Duration;

use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::stats::Counted;
use rusqlite::{Connection, params};

use crate::error::Result;

/// Adds the attempts of one webhook.
pub(crate) fn insert(
    conn: &Connection,
    no: i64,
    target: TargetNo,
    counted: &[Counted],
) -> Result<()> {
    let base = time_of_number(no).as_millis();
    let mut samples = Vec::with_capacity(counted.len() * 8);
    for attempt in counted {
        let after = i32::try_from(attempt.started_at.as_millis() - base).unwrap_or(i32::MIN);
        let micros = u32::try_from(attempt.duration.as_micros())
            .unwrap_or(u32::MAX)
            .min(u32::MAX >> 1);
        samples.extend_from_slice(&after.to_le_bytes());
        samples.extend_from_slice(&(micros << 1 | u32::from(attempt.delivered)).to_le_bytes());
    }
    conn.prepare_cached("INSERT INTO timings (no, target, samples) VALUES (?1, ?2, ?3)")?
        .execute(params![no, target.0, samples])?;
    Ok(())
}

/// The attempts of one webhook that were recorded since `since`: all that started since, and some more;
/// of rows before `below`.
pub(crate) fn since(
    conn: &Connection,
    target: TargetNo,
    since: Timestamp,
    below: i64,
) -> Result<Vec<Counted>> {
    let mut statement = conn.prepare_cached(
        "SELECT no, samples FROM timings WHERE target = ?1 AND no >= ?2 AND no < ?3",
    )?;
    let mut rows = statement.query(params![target.0, first_number_at(since), below])?;
    let mut counted = Vec::new();
    while let Some(row) = rows.next()? {
        let base = time_of_number(row.get(0)?).as_millis();
        let samples = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        counted.extend(
            samples
                .as_chunks::<8>()
                .0
                .iter()
                .map(|[a, b, c, d, e, f, g, h]| {
                    let packed = u32::from_le_bytes([*e, *f, *g, *h]);
                    Counted {
                        started_at: Timestamp::from_millis(
                            base + i64::from(i32::from_le_bytes([*a, *b, *c, *d])),
                        ),
                        duration: Duration::from_micros(u64::from(packed >> 1)),
                        delivered: packed & 1 == 1,
                    }
                }),
        );
    }
    Ok(counted)
}
