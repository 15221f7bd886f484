//! Replays, and how far each one is.

use claimwire_model::TargetNo;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_store::codes::Code;
use rusqlite::Row;

use crate::error::{Result, damaged};
use crate::rows::{time, uuid};

/// What [`read`] reads, of `replays r JOIN webhooks w`.
pub(crate) const COLUMNS: &str = "r.id, r.target, w.uuid, r.since, r.until, r.status, r.enabled_events, \
     r.state, r.scanned, r.total, r.done, r.created_at";

/// A replay from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<Replay> {
    let enabled_events: Option<String> = row.get(6)?;
    Ok(Replay {
        id: uuid(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?,
        target: TargetNo(row.get(1)?),
        target_uuid: uuid(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?,
        since: time(row.get(3)?),
        until: time(row.get(4)?),
        status: ReplayStatus::from_code(row.get(5)?)?,
        enabled_events: enabled_events
            .map(|json| serde_json::from_str(&json).map_err(damaged))
            .transpose()?,
        state: ReplayState::from_code(row.get(7)?)?,
        scanned: row.get(8)?,
        total: row.get(9)?,
        done: row.get(10)?,
        created_at: time(row.get(11)?),
    })
}
