//! What waits in the whole database: a seek for each target that has something, and a bounded count.

use async_trait::async_trait;
use claimwire_model::Timestamp;
use claimwire_store::backlog::COUNTED;
use claimwire_store::{Backlog, CountBacklog, StoreResult};

use crate::error::Result;
use crate::rows::{self, time};
use crate::store::PostgresStore;

/// `$1`: now; `$2`: how many are counted. The index of what is due is gone through from one target to the next, so that
/// those with nothing in it cost nothing, however many they are.
const BACKLOG: &str = "WITH RECURSIVE due (target, first) AS (
     (SELECT d.target, d.due_at FROM deliveries d WHERE d.due_at IS NOT NULL ORDER BY d.target, d.due_at LIMIT 1)
     UNION ALL
     SELECT next.target, next.due_at FROM due CROSS JOIN LATERAL (
       SELECT d.target, d.due_at FROM deliveries d
       WHERE d.target > due.target AND d.due_at IS NOT NULL ORDER BY d.target, d.due_at LIMIT 1) AS next
   ), active AS (
     SELECT due.target, greatest(h.paused_until, due.first) AS at FROM due
     JOIN webhooks w ON w.no = due.target JOIN shops s ON s.no = w.shop JOIN healths h ON h.target = w.no
     WHERE w.deleted_at IS NULL AND NOT s.deleted AND w.status = 0)
   SELECT
     (SELECT count(*) FROM (
        SELECT 1 FROM active a CROSS JOIN LATERAL (SELECT 1 FROM deliveries d
          WHERE d.target = a.target AND d.due_at IS NOT NULL ORDER BY d.due_at, d.event LIMIT $2) AS d
        LIMIT $2) AS counted),
     (SELECT min(at) FROM active WHERE at <= $1)";

#[async_trait]
impl CountBacklog for PostgresStore {
    async fn backlog(&self, now: Timestamp) -> StoreResult<Backlog> {
        let most = i64::try_from(COUNTED).unwrap_or(i64::MAX);
        let conn = self.connection().await?;
        let row = conn.query_one(BACKLOG, &[&now.as_millis(), &most]).await?;
        let since: Result<Option<i64>> = row.try_get(1).map_err(Into::into);
        Ok(Backlog {
            unfinished: rows::count(&row, 0)?,
            due_since: since?.map(time),
        })
    }
}
