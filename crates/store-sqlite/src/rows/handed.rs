//! Deliveries of fan-outs that were handed over and may have no row yet, many in one row.

use claimwire_model::EventNo;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::rows::fan_out::{pack, unpack};

/// Adds those of an event for these targets, in rising order, of which it has none yet.
pub(crate) fn insert(conn: &Connection, event: EventNo, targets: &[i64]) -> Result<()> {
    let Some(first) = targets.first() else {
        return Ok(());
    };
    conn.prepare_cached("INSERT INTO handed (event, first, targets) VALUES (?1, ?2, ?3)")?
        .execute(params![event.0, first, pack(targets)])?;
    Ok(())
}

/// The targets of each event that is still there.
pub(crate) fn all(
    conn: &Connection,
    mut each: impl FnMut(EventNo, Vec<i64>) -> Result<()>,
) -> Result<()> {
    let mut statement =
        conn.prepare("SELECT h.event, h.targets FROM handed h JOIN events e ON e.no = h.event")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let targets = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        each(EventNo(row.get(0)?), unpack(targets))?;
    }
    Ok(())
}

/// Removes those of the events up to this one.
pub(crate) fn remove_up_to(conn: &Connection, event: EventNo) -> Result<()> {
    conn.prepare_cached("DELETE FROM handed WHERE event <= ?1")?
        .execute([event.0])?;
    Ok(())
}
