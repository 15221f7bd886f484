//! Work on the side that one node does at a time: whoever finds it under way leaves it to the other.

use crate::connection::Connection;
use crate::error::Result;

/// A kind of such work. The numbers are the keys of advisory locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub(crate) enum Work {
    /// Pruning.
    Prune = 0x636c_6169_7072,
    /// Going on with replays.
    Replays = 0x636c_6169_7265,
    /// What commits and changes of webhooks left for later.
    Background = 0x636c_6169_6267,
    /// Making the partitions of days to come.
    Partitions = 0x636c_6169_7061,
    /// Statistics of tables that have grown.
    Analyse = 0x636c_6169_616e,
}

/// Held by what removes events and by what makes deliveries of events that are there.
const EVENTS: i64 = 0x636c_6169_6576;

/// Whether nobody else is at it; until the transaction ends nobody else is.
pub(crate) async fn begin(conn: &Connection, work: Work) -> Result<bool> {
    let row = conn
        .query_one("SELECT pg_try_advisory_xact_lock($1)", &[&(work as i64)])
        .await?;
    Ok(row.try_get(0)?)
}

/// No event is removed by another, nor gets another delivery, until the transaction ends.
pub(crate) async fn hold_events(conn: &Connection) -> Result<()> {
    conn.execute("SELECT pg_advisory_xact_lock($1)", &[&EVENTS])
        .await?;
    Ok(())
}
