//! What waits in the whole store: a seek for each target that has something, and a bounded count.

use async_trait::async_trait;
use claimwire_model::Timestamp;
use claimwire_store::backlog::COUNTED;
use claimwire_store::{Backlog, CountBacklog, StoreResult};

use crate::queue::waiting;
use crate::store::SqliteStore;

#[async_trait]
impl CountBacklog for SqliteStore {
    async fn backlog(&self, now: Timestamp) -> StoreResult<Backlog> {
        self.read(move |conn, shared| {
            let handed = u64::try_from(shared.unwritten.all().len()).unwrap_or(COUNTED);
            let waiting = waiting(conn, now)?;
            let due = waiting.iter().map(|(_, at)| *at).filter(|at| *at <= now);
            let mut count = conn.prepare_cached(
                "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
                   WHERE target = ?1 AND due_at IS NOT NULL LIMIT ?2)",
            )?;
            let mut unfinished = handed.min(COUNTED);
            for (target, _) in &waiting {
                let room = COUNTED - unfinished;
                unfinished += count.query_row((target.0, room), |row| row.get::<_, u64>(0))?;
            }
            Ok(Backlog {
                unfinished,
                due_since: due.min(),
            })
        })
        .await
    }
}
