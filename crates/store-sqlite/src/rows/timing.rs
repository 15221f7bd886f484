//! What statistics need of attempts: eight bytes each, packed into one row for each webhook and deferred
//! write ([`deferred`](claimwire_store::deferred)).

use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::deferred::Unwritten;
use claimwire_store::stats::{Counted, Counting, pack};
use rusqlite::{Connection, params};

use crate::error::Result;

/// Adds the attempts of one webhook.
pub(crate) fn insert(
    conn: &Connection,
    no: i64,
    target: TargetNo,
    counted: &[Counted],
) -> Result<()> {
    let samples = pack(counted, time_of_number(no).as_millis());
    conn.prepare_cached("INSERT INTO timings (no, target, samples) VALUES (?1, ?2, ?3)")?
        .execute(params![no, target.0, samples])?;
    Ok(())
}

/// Counts the attempts of one webhook that were recorded since `since`, all that started since and some more; and those
/// that were `unwritten` before the snapshot began.
pub(crate) fn count(
    conn: &Connection,
    target: TargetNo,
    since: Timestamp,
    unwritten: Unwritten,
    counting: &mut Counting,
) -> Result<()> {
    let mut statement =
        conn.prepare_cached("SELECT no, samples FROM timings WHERE target = ?1 AND no >= ?2")?;
    let mut rows = statement.query(params![target.0, first_number_at(since)])?;
    while let Some(row) = rows.next()? {
        let no = row.get(0)?;
        if unwritten.is_of(no) {
            continue;
        }
        let base = time_of_number(no).as_millis();
        let samples = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        counting.add_packed(samples, base);
    }
    unwritten.count(counting);
    Ok(())
}
