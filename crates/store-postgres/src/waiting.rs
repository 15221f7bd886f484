//! Which targets have something to take. Targets that have nothing waiting are not looked at.

use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::ownership::Targets;
use claimwire_store::queue::{Scan, TEST_LEFT_OWING};

use crate::error::{Error, Result};
use crate::ownership;
use crate::rows::time;
use crate::store::PostgresStore;

/// See [`claimwire_store::Queue::waiting`].
pub(crate) async fn waiting(
    store: &PostgresStore,
    targets: &Targets,
    now: Timestamp,
) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
    let conn = store.connection().await?;
    if store.shared.is_alone() {
        conn.execute(
            "UPDATE deliveries SET lease_node = NULL, lease_epoch = NULL, lease_until = 0
             WHERE lease_until IS NOT NULL AND lease_until > 0",
            &[],
        )
        .await?;
    }
    let partitions: Option<Vec<i64>> = match targets {
        Targets::All => None,
        Targets::Of(partitions) => Some(partitions.iter().map(|p| i64::from(p.no())).collect()),
    };
    let rows = conn
        .query(
            "SELECT * FROM (
               SELECT w.no, least(CASE WHEN w.verification_due THEN $2 END,
                 CASE WHEN w.status = 0 AND (hand.at IS NOT NULL OR due.at IS NOT NULL)
                   THEN greatest(h.paused_until, least(hand.at, due.at)) END) AS at
               FROM webhooks w JOIN shops s ON s.no = w.shop JOIN healths h ON h.target = w.no
               LEFT JOIN LATERAL (SELECT $2::BIGINT AS at FROM deliveries d
                 WHERE d.target = w.no AND d.manual > 0 LIMIT 1) AS hand ON TRUE
               LEFT JOIN LATERAL (SELECT d.due_at AS at FROM deliveries d
                 WHERE d.target = w.no AND d.due_at IS NOT NULL ORDER BY d.due_at, d.event LIMIT 1) AS due ON TRUE
               WHERE w.deleted_at IS NULL AND NOT s.deleted AND (w.verification_due OR w.status = 0)
                 AND ($1::BIGINT[] IS NULL OR w.partition = ANY($1))
             ) AS waiting WHERE at IS NOT NULL ORDER BY no",
            &[&partitions, &now.as_millis()],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| -> Result<(TargetNo, Timestamp)> {
        Ok((TargetNo(row.try_get(0)?), time(row.try_get(1)?)))
    };
    let waiting: Result<Vec<_>> = rows.iter().map(read).collect();
    Ok(waiting?)
}

/// Targets from `$1` on, in the order of their numbers, `$2` of them at most, which stand in one of the indexes of
/// what waits. Each index is gone through from one target to the next.
const STANDING: &str = "WITH RECURSIVE due (target, first, n) AS (
       (SELECT d.target, d.due_at, 1::BIGINT FROM deliveries d
        WHERE d.target > $1 AND d.due_at IS NOT NULL ORDER BY d.target, d.due_at LIMIT 1)
       UNION ALL
       SELECT next.target, next.due_at, due.n + 1 FROM due CROSS JOIN LATERAL (
         SELECT d.target, d.due_at FROM deliveries d
         WHERE d.target > due.target AND d.due_at IS NOT NULL ORDER BY d.target, d.due_at LIMIT 1) AS next
       WHERE due.n < $2
     ), by_hand (target, n) AS (
       (SELECT d.target, 1::BIGINT FROM deliveries d
        WHERE d.target > $1 AND d.manual > 0 ORDER BY d.target, d.event LIMIT 1)
       UNION ALL
       SELECT next.target, by_hand.n + 1 FROM by_hand CROSS JOIN LATERAL (
         SELECT d.target FROM deliveries d
         WHERE d.target > by_hand.target AND d.manual > 0 ORDER BY d.target, d.event LIMIT 1) AS next
       WHERE by_hand.n < $2
     ), owing AS (
       SELECT no AS target, updated_at FROM webhooks WHERE no > $1 AND verification_due ORDER BY no LIMIT $2
     ), standing AS (
       SELECT target, min(first) AS first, bool_or(hand) AS hand, min(owing_since) AS owing_since FROM (
         SELECT target, first, FALSE AS hand, NULL::BIGINT AS owing_since FROM due
         UNION ALL SELECT target, NULL, TRUE, NULL FROM by_hand
         UNION ALL SELECT target, NULL, FALSE, updated_at FROM owing) AS of_each
       GROUP BY target ORDER BY target LIMIT $2
     )";

/// Says of each of [`STANDING`] whether it is this node's, `$4`, and something of it may be taken at `$3`; or whether it
/// owes a test event since `$5`.
pub(crate) fn scan_sql() -> String {
    let (still_owned, live) = (
        ownership::still_owns("o.node"),
        ownership::is_under_lease("clock_ms()", "o.node", "o.epoch"),
    );
    format!(
        "{STANDING}
         SELECT st.target, o.partition IS NOT NULL AND (
             st.owing_since <= $5
             OR w.status = 0 AND coalesce(h.paused_until, 0) <= $3 AND (
               st.first <= $3 AND EXISTS (SELECT 1 FROM deliveries d
                 WHERE d.target = st.target AND d.due_at IS NOT NULL AND d.due_at <= $3 AND NOT {live})
               OR st.hand AND EXISTS (SELECT 1 FROM deliveries d
                 WHERE d.target = st.target AND d.manual > 0 AND NOT {live})))
         FROM standing st LEFT JOIN webhooks w ON w.no = st.target LEFT JOIN healths h ON h.target = w.no
         LEFT JOIN shops s ON s.no = w.shop AND NOT s.deleted
         LEFT JOIN owners o ON o.partition = w.partition AND w.deleted_at IS NULL AND s.no IS NOT NULL
           AND o.node = $4 AND {still_owned}
         ORDER BY st.target"
    )
}

/// See [`claimwire_store::Queue::scan`].
pub(crate) async fn scan(
    store: &PostgresStore,
    after: TargetNo,
    limit: usize,
    now: Timestamp,
) -> StoreResult<Scan> {
    if store.shared.is_alone() {
        return Ok(Scan::default());
    }
    let conn = store.connection().await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = conn
        .query(
            &scan_sql(),
            &[
                &after.0,
                &limit,
                &now.as_millis(),
                &store.shared.node(),
                &now.minus(TEST_LEFT_OWING).as_millis(),
            ],
        )
        .await?;
    let mut scan = Scan::default();
    for row in &rows {
        let target = TargetNo(row.try_get(0).map_err(Error::from)?);
        scan.next = Some(target);
        if row.try_get::<_, Option<bool>>(1).map_err(Error::from)? == Some(true) {
            scan.waiting.push(target);
        }
    }
    if i64::try_from(rows.len()).is_ok_and(|read| read < limit) {
        scan.next = None;
    }
    Ok(scan)
}
