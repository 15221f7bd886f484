//! Removes deliveries and events that were found.

use claimwire_model::DeliveryId;
use claimwire_model::delivery::Stage;
use claimwire_store::codes::Code;

use crate::error::Result;
use crate::rows::progress;
use crate::transaction::Transaction;

/// Deliveries with their attempts, unless they have changed since they were found; answers how many.
pub(super) async fn deliveries(tx: &Transaction<'_>, found: &[(DeliveryId, Stage)]) -> Result<u64> {
    if found.is_empty() {
        return Ok(0);
    }
    let (events, targets) = progress::columns(found.iter().map(|(id, _)| *id));
    let states: Vec<i64> = found.iter().map(|(_, stage)| stage.code()).collect();
    let row = tx
        .query_one(
            "WITH locked AS MATERIALIZED (
               SELECT d.event, d.target FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS u (event, target, state)
               JOIN deliveries d ON d.event = u.event AND d.target = u.target
               WHERE d.state = u.state ORDER BY d.event, d.target FOR UPDATE OF d SKIP LOCKED
             ), gone AS (
               DELETE FROM deliveries d USING locked WHERE d.event = locked.event AND d.target = locked.target
               RETURNING d.event
             ), of_them AS (
               DELETE FROM attempts a USING locked WHERE a.event = locked.event AND a.target = locked.target
             )
             SELECT count(*) FROM gone",
            &[&events, &targets, &states],
        )
        .await?;
    crate::rows::count(&row, 0)
}

/// Events, unless a delivery of one is left; answers how many. A context that others share passes to the last of
/// them, so that it is written once more at most.
pub(super) async fn events(tx: &Transaction<'_>, found: &[i64]) -> Result<u64> {
    if found.is_empty() {
        return Ok(0);
    }
    let row = tx
        .query_one(
            "WITH gone AS (
               DELETE FROM events e USING unnest($1::BIGINT[]) AS u (no)
               WHERE e.no = u.no AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.no)
               RETURNING e.no, e.context
             ), heirs AS MATERIALIZED (
               SELECT g.no AS holder, g.context, max(e.no) AS heir FROM gone g JOIN events e ON e.context_of = g.no
               WHERE g.context IS NOT NULL AND e.no NOT IN (SELECT no FROM gone) GROUP BY g.no, g.context
             ), passed AS (
               UPDATE events e SET context = CASE WHEN e.no = h.heir THEN h.context END,
                 context_of = CASE WHEN e.no = h.heir THEN NULL ELSE h.heir END
               FROM heirs h WHERE e.context_of = h.holder AND e.no NOT IN (SELECT no FROM gone)
             )
             SELECT count(*) FROM gone",
            &[&found],
        )
        .await?;
    crate::rows::count(&row, 0)
}
