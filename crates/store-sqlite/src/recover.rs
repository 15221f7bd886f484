//! After a crash: deliveries that were handed over in memory, and whose rows were to be written with
//! their outcomes, get the rows of deliveries that wait.

use claimwire_model::id::time_of_number;
use claimwire_model::{DeliveryId, EventNo, TargetNo};
use rusqlite::Connection;

use crate::error::Result;
use crate::rows;

/// How many of the latest deliveries may be without a row: what a start after a crash looks through.
pub(crate) const LAG: usize = 32_768;
/// After how many events, deliveries handed over in their turn and acknowledged ones it is noted anew up to which all have their rows.
pub(crate) const SETTLED_EVERY: usize = 4096;

/// Writes what is missing. Answers the newest event.
pub(crate) fn recover(conn: &mut Connection) -> Result<EventNo> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    {
        let mut statement = tx.prepare(
            "SELECT no, handed FROM events
             WHERE no > (SELECT event FROM settled WHERE no = ?1) AND handed IS NOT NULL",
        )?;
        let mut found = statement.query([DELIVERIES])?;
        while let Some(row) = found.next()? {
            let handed = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            let targets = handed.split(',').filter_map(|text| text.parse().ok());
            wait(&tx, EventNo(row.get(0)?), targets)?;
        }
    }
    rows::handed::all(&tx, |event, targets| wait(&tx, event, targets))?;
    let newest = tx.query_row("SELECT coalesce(max(no), 0) FROM events", [], |row| {
        row.get(0)
    })?;
    settle_one(&tx, DELIVERIES, EventNo(newest))?;
    rows::handed::remove_up_to(&tx, EventNo(i64::MAX))?;
    tx.commit()?;
    Ok(EventNo(newest))
}

/// Deliveries of this event that have no row get one, and wait.
fn wait(conn: &Connection, event: EventNo, targets: impl IntoIterator<Item = i64>) -> Result<()> {
    for target in targets {
        let target = TargetNo(target);
        let id = DeliveryId { event, target };
        rows::delivery::insert_missing(conn, id, time_of_number(event.0))?;
    }
    Ok(())
}

/// Up to which event all have their rows.
pub(crate) struct Settled {
    /// Of deliveries.
    pub(crate) deliveries: EventNo,
    /// Of what events are about.
    pub(crate) subjects: EventNo,
    /// Of which deliveries were acknowledged.
    pub(crate) delivered: EventNo,
}

/// Which row notes what.
const DELIVERIES: i64 = 1;
const SUBJECTS: i64 = 2;
const DELIVERED: i64 = 3;

/// Notes it, but for the events of arrays of which parts are left.
pub(crate) fn settle(conn: &Connection, settled: Settled) -> Result<()> {
    settle_one(conn, DELIVERIES, settled.deliveries)?;
    rows::handed::remove_up_to(conn, settled.deliveries)?;
    settle_one(conn, SUBJECTS, settled.subjects)?;
    settle_one(conn, DELIVERED, settled.delivered)
}

fn settle_one(conn: &Connection, which: i64, up_to: EventNo) -> Result<()> {
    conn.prepare_cached("UPDATE settled SET event = min(?1, coalesce((SELECT min(no) - 1 FROM parts), ?1)) WHERE no = ?2")?
        .execute([up_to.0, which])?;
    Ok(())
}
