//! Taking deliveries by their keys, right after another node has committed them: nothing is searched for, and nothing
//! stands before them, or the engine would not ask.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::lease::Lease;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::{Handed, StoreResult};
use tokio_postgres::Row;

use super::{active_sql, known, leased, milliseconds};
use crate::connection::Param;
use crate::error::Result;
use crate::ownership;
use crate::rows::{event, progress, time};
use crate::store::PostgresStore;

/// Leases those of the deliveries `$1` of targets `$2`, in partitions `$3`, that nothing was done with yet, to node `$4`
/// for `$5` ms, where that is the owner and the target is active. Answers with their events; `$6` and `$7` are the lowest
/// and the highest of them, so that no other day's table is looked at.
pub(crate) fn named_sql() -> String {
    format!(
        "WITH owned AS MATERIALIZED (
           SELECT o.partition, o.epoch, clock_ms() AS clock FROM owners o
           WHERE o.partition = ANY($3) AND o.node = $4 AND NOT o.free
             AND EXISTS (SELECT 1 FROM nodes n WHERE n.no = o.node AND n.until > clock_ms())
           ORDER BY o.partition FOR SHARE OF o
         ), asked AS MATERIALIZED (
           SELECT u.event, u.target, o.epoch, o.clock
           FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS u (event, target, partition)
           JOIN owned o ON o.partition = u.partition
         ), leased AS (
           UPDATE deliveries d SET lease_node = $4, lease_epoch = a.epoch, lease_until = a.clock + $5
           FROM asked a WHERE d.event = a.event AND d.target = a.target AND d.state = 0 AND d.lease_until IS NULL
             AND d.attempt_count = 0 AND d.manual = 0 AND d.due_at IS NOT NULL
             AND (SELECT w.status = 0 AND w.deleted_at IS NULL FROM webhooks w WHERE w.no = a.target)
           RETURNING d.event, d.target, d.lease_epoch, d.lease_until
         )
         SELECT {}, l.target, l.lease_epoch, l.lease_until FROM leased l JOIN events e ON e.no = l.event AND e.no BETWEEN $6 AND $7
         ORDER BY l.event, l.target",
        event::COLUMNS
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
    let conn = store.connection().await?;
    let mut targets: Vec<i64> = deliveries.iter().map(|id| id.target.0).collect();
    targets.sort_unstable();
    targets.dedup();
    let active = conn.query(&active_sql(), &[&targets]).await?;
    let mut known = known(&conn, shared, &active).await?;
    known.retain(|_, known| matches!(known, Ok((target, _)) if target.may_be_offered(now)));
    let deliveries = deliveries.iter().copied();
    let named: Vec<_> = deliveries
        .filter(|id| known.contains_key(&id.target))
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let (events, targets) = progress::columns(named.iter().copied());
    let partitions = named.iter().map(|id| ownership::partition(id.target));
    let partitions: Vec<i64> = partitions.collect();
    let (first, last) = (events.iter().min(), events.iter().max());
    let (node, lease) = (shared.node(), milliseconds(lease_for));
    let params: [Param<'_>; 7] = [&events, &targets, &partitions, &node, &lease, &first, &last];
    let rows = leased(conn, shared, &named_sql(), &params, false).await?;
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
        let lease = Lease {
            node: shared.node,
            epoch: ownership::epoch(row.try_get(at + 1)?),
            until: time(row.try_get(at + 2)?),
        };
        Ok(Some(Handed::new(id, event, shop, target, lease, expires)))
    };
    let handed = rows.iter().filter_map(|row| handed(row).transpose());
    Ok(handed.collect::<Result<_>>()?)
}
