//! Replays, and how far each one is.

use claimwire_model::TargetNo;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_store::codes::Code;
use tokio_postgres::Row;

use crate::error::{Result, damaged};
use crate::rows::{count, time};

/// What [`read`] reads, of `replays r JOIN webhooks w`.
pub(crate) const COLUMNS: &str = "r.id, r.target, w.uuid, r.since, r.until, r.status, r.enabled_events, \
     r.state, r.scanned, r.total, r.done, r.created_at";

/// How many columns that is.
pub(crate) const WIDTH: usize = 12;

/// A replay from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<Replay> {
    let enabled_events: Option<&str> = row.try_get(6)?;
    Ok(Replay {
        id: row.try_get(0)?,
        target: TargetNo(row.try_get(1)?),
        target_uuid: row.try_get(2)?,
        since: time(row.try_get(3)?),
        until: time(row.try_get(4)?),
        status: ReplayStatus::from_code(row.try_get(5)?)?,
        enabled_events: enabled_events
            .map(|json| serde_json::from_str(json).map_err(damaged))
            .transpose()?,
        state: ReplayState::from_code(row.try_get(7)?)?,
        scanned: count(row, 8)?,
        total: count(row, 9)?,
        done: count(row, 10)?,
        created_at: time(row.try_get(11)?),
    })
}
