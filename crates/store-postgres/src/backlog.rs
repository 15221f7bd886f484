//! What waits in the whole database: a seek for each target that has something, and a bounded count.

use async_trait::async_trait;
use claimwire_model::Timestamp;
use claimwire_store::backlog::COUNTED;
use claimwire_store::{Backlog, CountBacklog, StoreResult};

use crate::error::Result;
use crate::rows::{self, time};
use crate::store::PostgresStore;

/// `$1`: now; `$2`: how many are counted.
const BACKLOG: &str = "SELECT
   (SELECT count(*) FROM (
      SELECT 1 FROM webhooks w JOIN shops s ON s.no = w.shop
      CROSS JOIN LATERAL (SELECT 1 FROM deliveries d WHERE d.target = w.no AND d.due_at IS NOT NULL
        ORDER BY d.due_at, d.event LIMIT $2) AS d
      WHERE w.deleted_at IS NULL AND NOT s.deleted AND w.status = 0 LIMIT $2) AS counted),
   (SELECT min(due.at) FROM webhooks w JOIN shops s ON s.no = w.shop JOIN healths h ON h.target = w.no
      CROSS JOIN LATERAL (SELECT greatest(h.paused_until, d.due_at) AS at FROM deliveries d
        WHERE d.target = w.no AND d.due_at IS NOT NULL ORDER BY d.due_at, d.event LIMIT 1) AS due
      WHERE w.deleted_at IS NULL AND NOT s.deleted AND w.status = 0 AND due.at <= $1)";

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
