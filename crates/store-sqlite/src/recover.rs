//! After a crash: deliveries that were handed over in memory, and whose rows were to be written with
//! their outcomes, get the rows of deliveries that wait.

use claimwire_model::EventNo;
use claimwire_model::id::time_of_number;
use rusqlite::{Connection, params};

use crate::error::Result;

/// How many of the latest deliveries may be without a row: what a start after a crash looks through.
pub(crate) const LAG: usize = 32_768;
/// After how many events it is noted anew up to which all have their rows.
pub(crate) const SETTLED_EVERY: usize = 4096;

/// Writes what is missing. Answers the newest event.
pub(crate) fn recover(conn: &mut Connection) -> Result<EventNo> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    {
        let mut statement = tx.prepare(
            "SELECT no, handed FROM events
             WHERE no > (SELECT event FROM settled WHERE no = 1) AND handed IS NOT NULL",
        )?;
        let mut insert = tx.prepare(
            "INSERT OR IGNORE INTO deliveries (event, target, state, due_at, attempt_count, failures, manual)
             VALUES (?1, ?2, 0, ?3, 0, 0, 0)",
        )?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let no: i64 = row.get(0)?;
            let handed = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            for target in handed
                .split(',')
                .filter_map(|text| text.parse::<i64>().ok())
            {
                insert.execute(params![no, target, time_of_number(no).as_millis()])?;
            }
        }
    }
    let newest = tx.query_row("SELECT coalesce(max(no), 0) FROM events", [], |row| {
        row.get(0)
    })?;
    settle_one(&tx, DELIVERIES, EventNo(newest))?;
    tx.commit()?;
    Ok(EventNo(newest))
}

/// Up to which event all have their rows.
pub(crate) struct Settled {
    /// Of deliveries.
    pub(crate) deliveries: EventNo,
    /// Of what events are about.
    pub(crate) subjects: EventNo,
}

/// Which row notes what.
const DELIVERIES: i64 = 1;
const SUBJECTS: i64 = 2;

/// Notes it, but for the events of arrays of which parts are left.
pub(crate) fn settle(conn: &Connection, settled: Settled) -> Result<()> {
    settle_one(conn, DELIVERIES, settled.deliveries)?;
    settle_one(conn, SUBJECTS, settled.subjects)
}

fn settle_one(conn: &Connection, which: i64, up_to: EventNo) -> Result<()> {
    conn.prepare_cached("UPDATE settled SET event = min(?1, coalesce((SELECT min(no) - 1 FROM parts), ?1)) WHERE no = ?2")?
        .execute([up_to.0, which])?;
    Ok(())
}
