//! Where a delivery stands, for those who change it.

use claimwire_model::DeliveryId;
use claimwire_model::delivery::{Progress, Stage};
use claimwire_store::codes::Code;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::Result;
use crate::rows::time;

/// A delivery's row without what only people want to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeliveryRow {
    /// What the model decides by.
    pub(crate) progress: Progress,
    /// Head of the chain of attempts.
    pub(crate) last_attempt: Option<i64>,
    /// When the only attempt started and how long it took, if that stands in the row.
    pub(crate) only: Option<(i64, i64)>,
}

/// Where a delivery stands; none: there is no such delivery.
pub(crate) fn of_delivery(conn: &Connection, id: DeliveryId) -> Result<Option<DeliveryRow>> {
    let found = conn
        .prepare_cached(
            "SELECT state, due_at, attempt_count, failures, manual, delivered_at, last_attempt, started_at,
               duration_us, activation
             FROM deliveries
             WHERE event = ?1 AND target = ?2",
        )?
        .query_row([id.event.0, id.target.0], |row| Ok(read(row)))
        .optional()?;
    found.transpose()
}

fn read(row: &Row<'_>) -> Result<DeliveryRow> {
    Ok(DeliveryRow {
        progress: Progress {
            stage: Stage::from_code(row.get(0)?)?,
            due: row.get::<_, Option<i64>>(1)?.map(time),
            attempts: row.get(2)?,
            failures: row.get(3)?,
            activation: row.get(9)?,
            manual: row.get(4)?,
            delivered_at: row.get::<_, Option<i64>>(5)?.map(time),
        },
        last_attempt: row.get(6)?,
        only: row.get::<_, Option<i64>>(7)?.zip(row.get(8)?),
    })
}
