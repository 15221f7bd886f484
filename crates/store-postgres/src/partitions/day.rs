//! A day that is over: its deliveries go a bounded number at a time, and then its tables.

use claimwire_model::Timestamp;
use claimwire_model::delivery::{EXPIRED_SHOWN, Stage};
use claimwire_model::id::first_number_at;
use claimwire_store::codes::Code;

use super::bounds::{Day, PATIENCE, TABLES, name};
use crate::error::Result;
use crate::rows::delivery::leased;
use crate::transaction::Transaction;

/// Removes deliveries of a day that nothing needs, from the event `from` on, with `limit` rows at most; answers how many,
/// and the last one's event. See [`Stage::is_over`]; `before` is not earlier than the day's end.
pub(crate) async fn remove_deliveries(
    tx: &Transaction<'_>,
    day: Day,
    from: i64,
    limit: i64,
    (before, now): (Timestamp, Timestamp),
) -> Result<(u64, Option<i64>)> {
    let sql = format!(
        "WITH over AS MATERIALIZED (
           SELECT d.event, d.target FROM deliveries d LEFT JOIN webhooks w ON w.no = d.target
           WHERE d.event >= $2 AND d.event < $3 AND NOT coalesce({}, FALSE)
             AND CASE d.state WHEN {} THEN w.deleted_at IS NOT NULL WHEN {} THEN d.event < $5 ELSE TRUE END
           ORDER BY d.event, d.target LIMIT $4 FOR UPDATE OF d SKIP LOCKED
         ), gone AS (
           DELETE FROM deliveries d USING over WHERE d.event = over.event AND d.target = over.target RETURNING d.event
         )
         SELECT count(*), max(event) FROM gone",
        leased(),
        Stage::Waiting.code(),
        Stage::Expired.code(),
    );
    let shown = first_number_at(before.minus(EXPIRED_SHOWN));
    let clock = tx.shared.clock(now);
    let row = tx
        .query_one(
            &sql,
            &[&clock, &from.max(day.from), &day.to, &limit, &shown],
        )
        .await?;
    Ok((crate::rows::count(&row, 0)?, row.try_get(1)?))
}

/// Drops a day's tables, unless something is left that needs them; answers whether it did. Those who make deliveries
/// of events that are there are kept out, see [`crate::housekeeping::hold_events`].
pub(crate) async fn drop_day(tx: &Transaction<'_>, day: Day) -> Result<bool> {
    let row = tx
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE event >= $1 AND event < $2)
               OR EXISTS (SELECT 1 FROM fan_outs WHERE next_event < $2)",
            &[&day.from, &day.to],
        )
        .await?;
    if row.try_get(0)? {
        return Ok(false);
    }
    pass_contexts(tx, day).await?;
    tx.execute(
        "DELETE FROM event_ids i USING events e WHERE e.no >= $1 AND e.no < $2 AND e.given_id IS NOT NULL
           AND i.shop = e.shop AND i.given_id = e.given_id AND i.event = e.no",
        &[&day.from, &day.to],
    )
    .await?;
    tx.batch_execute(PATIENCE).await?;
    for (table, _) in TABLES {
        let table = name(table, Some(day.to));
        tx.batch_execute(&format!("DROP TABLE {table}")).await?;
    }
    Ok(true)
}

/// A context that events of a later day share passes to the last of them.
async fn pass_contexts(tx: &Transaction<'_>, day: Day) -> Result<()> {
    tx.execute(
        "WITH heirs AS MATERIALIZED (
           SELECT context_of AS holder, max(no) AS heir FROM events
           WHERE context_of >= $1 AND context_of < $2 AND no >= $2 GROUP BY context_of
         )
         UPDATE events e SET context = CASE WHEN e.no = h.heir THEN held.context END,
           context_of = CASE WHEN e.no = h.heir THEN NULL ELSE h.heir END
         FROM heirs h JOIN events held ON held.no = h.holder
         WHERE e.context_of = h.holder AND e.no >= $2",
        &[&day.from, &day.to],
    )
    .await?;
    Ok(())
}
