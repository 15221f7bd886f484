//! Deliveries: one event for one webhook.

use claimwire_model::delivery::{Delivery, DeliveryStatus, Stage};
use claimwire_model::id::time_of_number;
use claimwire_model::target::{Kind, TargetStatus};
use claimwire_model::{DeliveryId, EventNo, TargetNo};
use claimwire_store::codes::Code;
use tokio_postgres::Row;

use crate::error::Result;
use crate::ownership;
use crate::rows::{count, time, time_opt};

/// What [`read`] reads, of [`FROM`].
pub(crate) const COLUMNS: &str = "d.event, d.target, e.given_id, e.ref, w.uuid, d.state, d.due_at, d.attempt_count, \
     d.delivered_at, d.last_status, d.last_error, w.status, w.deleted_at IS NOT NULL, w.kind";

/// Where [`COLUMNS`] come from.
pub(crate) const FROM: &str =
    "deliveries d JOIN events e ON e.no = d.event JOIN webhooks w ON w.no = d.target";

/// Whether a delivery is under a live lease, of `deliveries d JOIN webhooks w`. `$1` is the store's time, as
/// [`Shared::clock`](crate::shared::Shared::clock) has it: with it nothing but the time counts.
pub(crate) fn leased() -> String {
    format!(
        "(d.lease_until IS NOT NULL AND d.lease_until > coalesce($1::BIGINT, clock_ms())
          AND ($1::BIGINT IS NOT NULL OR EXISTS (SELECT 1 FROM owners o
            WHERE o.partition = w.partition AND o.node = d.lease_node AND o.epoch = d.lease_epoch AND {})))",
        ownership::still_owns("o.node"),
    )
}

/// A delivery from [`COLUMNS`] and, behind them, [`leased`].
pub(crate) fn read(row: &Row) -> Result<Delivery> {
    let id = DeliveryId {
        event: EventNo(row.try_get(0)?),
        target: TargetNo(row.try_get(1)?),
    };
    let given_id: Option<String> = row.try_get(2)?;
    let due_at = time_opt(row, 6)?;
    let target = TargetStatus::from_code(row.try_get(11)?)?;
    let deleted: bool = row.try_get(12)?;
    let leased: bool = row.try_get(14)?;
    let status = Stage::from_code(row.try_get(5)?)?.status((!deleted).then_some(target), || leased);
    Ok(Delivery {
        id,
        event_id: given_id.unwrap_or_else(|| id.event.to_string()),
        r#ref: row.try_get(3)?,
        kind: Kind::from_code(row.try_get(13)?)?,
        target_uuid: row.try_get(4)?,
        status,
        attempt_count: count(row, 7)?,
        created_at: time_of_number(id.event.0),
        next_attempt_at: due_at.filter(|_| status == DeliveryStatus::Pending),
        delivered_at: row.try_get::<_, Option<i64>>(8)?.map(time),
        last_status_code: row
            .try_get::<_, Option<i64>>(9)?
            .and_then(|code| u16::try_from(code).ok()),
        last_error: row.try_get(10)?,
    })
}
