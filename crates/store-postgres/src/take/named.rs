//! Fetching deliveries by their keys, right after another node has committed them: nothing is searched for or written, and
//! nothing stands before them, or the engine would not ask.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::lease::Lease;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::{Handed, StoreResult};
use tokio_postgres::Row;

use super::{active_sql, in_one_trip, known, read_rows};
use crate::connection::{Param, Params};
use crate::error::Result;
use crate::ownership;
use crate::rows::{event, progress};
use crate::store::PostgresStore;

/// Finds those of the deliveries, events `$1` for targets `$2` in partitions `$3`, that nothing was done with yet, where
/// node `$4` is the owner. Answers with their events; `$5` and `$6` are the lowest and the highest
/// of them, so that no other day's table is looked at. Each delivery is found by its key, shut off (`OFFSET 0`) from a planner
/// who takes those that wait for few, and would rather go through all of them: of a dead webhook there may be a million.
pub(crate) fn named_sql() -> String {
    format!(
        "SELECT {}, u.target, o.epoch FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS u (event, target, partition)
         JOIN owners o ON o.partition = u.partition AND o.node = $4 AND {}
         CROSS JOIN LATERAL (SELECT d.* FROM deliveries d WHERE d.event = u.event AND d.target = u.target OFFSET 0) AS d
         JOIN events e ON e.no = u.event AND e.no BETWEEN $5 AND $6
         WHERE d.state = 0 AND d.lease_until IS NULL AND d.attempt_count = 0 AND d.manual = 0 AND d.due_at IS NOT NULL
         ORDER BY u.event, u.target",
        event::COLUMNS,
        ownership::still_owns("$4"),
    )
}

/// See [`claimwire_store::Queue::take_named`].
pub(crate) async fn take(
    store: &PostgresStore,
    deliveries: &[DeliveryId],
    now: Timestamp,
    lease_for: Duration,
) -> StoreResult<Vec<Handed>> {
    let shared = &*store.shared;
    let mut of_targets: Vec<i64> = deliveries.iter().map(|id| id.target.0).collect();
    of_targets.sort_unstable();
    of_targets.dedup();
    let (events, targets) = progress::columns(deliveries.iter().copied());
    let partitions = deliveries.iter().map(|id| ownership::partition(id.target));
    let partitions: Vec<i64> = partitions.collect();
    let (first, last) = (events.iter().min(), events.iter().max());
    let node = shared.node();
    let active: [Param<'_>; 1] = [&of_targets];
    let named: [Param<'_>; 6] = [&events, &targets, &partitions, &node, &first, &last];
    let (active_sql, named_sql) = (active_sql(), named_sql());
    let statements: [(&str, Params<'_>); 2] = [(&active_sql, &active), (&named_sql, &named)];
    let conn = store.connection().await?;
    let [active, rows] = in_one_trip(conn, shared, statements, true).await?;
    let (mut known, unknown) = known(shared, &active)?;
    if !unknown.is_empty() {
        let conn = store.connection().await?;
        known.extend(read_rows(&conn, shared, &unknown).await?);
    }
    known.retain(|_, known| matches!(known, Ok((target, _)) if target.may_be_offered(now)));
    let expires = now.plus(lease_for);
    let handed = |row: &Row| -> Result<Option<Handed>> {
        let at = event::WIDTH;
        let Some(Ok((target, shop))) = known.get(&TargetNo(row.try_get(at)?)) else {
            return Ok(None);
        };
        let (target, shop) = (Arc::clone(target), Arc::clone(shop));
        let event = Arc::new(event::read(row)?);
        let id = DeliveryId {
            event: event.no,
            target: target.no,
        };
        let lease = Lease::unwritten(shared.node, ownership::epoch(row.try_get(at + 1)?));
        Ok(Some(Handed::new(id, event, shop, target, lease, expires)))
    };
    let handed = rows.iter().filter_map(|row| handed(row).transpose());
    Ok(handed.collect::<Result<_>>()?)
}
