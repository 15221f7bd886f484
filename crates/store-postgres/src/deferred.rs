//! What only serves statistics, written about once a second for each target: its counted attempts, and when it last
//! succeeded while it does nothing but succeed ([`claimwire_store::deferred`]). A group of outcomes takes what has waited so
//! long of its targets along; the rest is written behind groups, and at the end. Until then this node's readers are told of it
//! from memory, and other nodes do not know it yet.

use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::deferred::{DeferredWrite, UnderWay};

use crate::connection::Param;
use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::store::PostgresStore;
use crate::timings;
use crate::transaction::{Transaction, Tries};

/// Deferred writes, ready to be made.
#[derive(Default)]
pub(crate) struct Columns {
    timings: timings::Columns,
    targets: Vec<i64>,
    successes: Vec<i64>,
}

impl Columns {
    pub(crate) fn of(writes: &UnderWay) -> Self {
        let mut columns = Self::default();
        for (target, write) in writes.writes() {
            columns.push(target, write, write.last_success_at);
        }
        columns
    }

    /// Adds a write, with this as the target's last success.
    pub(crate) fn push(
        &mut self,
        target: TargetNo,
        write: &DeferredWrite,
        last_success_at: Option<Timestamp>,
    ) {
        self.timings.push(target, write);
        if let Some(at) = last_success_at {
            self.targets.push(target.0);
            self.successes.push(at.as_millis());
        }
    }

    /// Adds the statements that write them, if there are any. The healths are locked.
    pub(crate) async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        self.timings.add_to(pipeline).await?;
        if self.targets.is_empty() {
            return Ok(());
        }
        let params: [Param<'p>; 2] = [&self.targets, &self.successes];
        pipeline.query(RAISE, params.to_vec()).await
    }

    async fn write(&self, tx: &Transaction<'_>) -> Result<()> {
        let mut pipeline = Pipeline::on(tx);
        pipeline.plain(tx.beginning_of_group());
        if !self.targets.is_empty() {
            pipeline.query(LOCK, vec![&self.targets]).await?;
        }
        self.add_to(&mut pipeline).await?;
        pipeline.plain("COMMIT");
        pipeline.run().await?;
        Ok(())
    }
}

/// In the order in which groups of outcomes lock them.
const LOCK: &str = "SELECT 1 FROM healths WHERE target = ANY($1) ORDER BY target FOR UPDATE";

/// Another node or a change may have written a later one.
const RAISE: &str = "UPDATE healths h SET last_success_at = u.at FROM unnest($1::BIGINT[], $2::BIGINT[]) AS u (target, at)
     WHERE h.target = u.target AND (h.last_success_at IS NULL OR h.last_success_at < u.at)";

/// Writes what has waited long enough, or all.
pub(crate) async fn write(store: &PostgresStore, all: bool) -> StoreResult<()> {
    let shared = &*store.shared;
    // Who writes all waits for what is under way.
    let _turn = shared.writing_deferred.lock().await;
    let mut tries = Tries::default();
    loop {
        let due = shared.deferred.due(all);
        if due.is_empty() {
            return Ok(());
        }
        let conn = match store.connection().await {
            Ok(conn) => conn,
            Err(error) => {
                due.failed();
                return Err(error.into());
            }
        };
        let columns = Columns::of(&due);
        let tx = Transaction::on(conn, shared);
        tx.carry(due);
        let answer = columns.write(&tx).await;
        if let Some(Err(error)) = tries.answer(shared, tx.ended(answer), ()).await {
            return Err(error);
        }
    }
}
