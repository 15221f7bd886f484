//! What statistics need of attempts: eight bytes each, packed into one row for each webhook and deferred write
//! ([`deferred`](crate::deferred)).

use std::time::Duration;

use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::deferred::DeferredWrite;
use claimwire_store::stats::{Bucket, Counting, OPEN_FOR, pack};
use claimwire_store::{StoreError, StoreResult};

use crate::connection::Param;
use crate::error::{Error, Result};
use crate::pipeline::Pipeline;
use crate::rows;
use crate::store::PostgresStore;

/// Attempts, ready to be added.
#[derive(Default)]
pub(crate) struct Columns {
    targets: Vec<i64>,
    numbers: Vec<i64>,
    samples: Vec<Vec<u8>>,
}

impl Columns {
    /// Adds a target's attempts, if there are any.
    pub(crate) fn push(&mut self, target: TargetNo, write: &DeferredWrite) {
        if write.counted.is_empty() {
            return;
        }
        let base = time_of_number(write.no).as_millis();
        self.targets.push(target.0);
        self.numbers.push(write.no);
        self.samples.push(pack(&write.counted, base));
    }

    /// Adds the statement that writes them, if there are any.
    pub(crate) async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        if self.targets.is_empty() {
            return Ok(());
        }
        let params: [Param<'p>; 3] = [&self.targets, &self.numbers, &self.samples];
        pipeline
            .query(
                "INSERT INTO timings (target, no, samples) SELECT target, no, samples
                 FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BYTEA[]) AS u (target, no, samples)",
                params.to_vec(),
            )
            .await
    }
}

/// See [`claimwire_store::Log::stats`].
pub(crate) async fn stats(
    store: &PostgresStore,
    target: TargetNo,
    window: Duration,
    bucket: Duration,
    now: Timestamp,
) -> StoreResult<Vec<Bucket>> {
    // Before the snapshot begins.
    let unwritten = store.shared.deferred.of(target);
    let conn = store.connection().await?;
    rows::webhook::target(&conn, &store.shared, target).await?;
    let since = first_number_at(now.minus(window.saturating_add(OPEN_FOR)));
    let rows = conn
        .query(
            "SELECT no, samples FROM timings WHERE target = $1 AND no >= $2",
            &[&target.0, &since],
        )
        .await?;
    let mut counting = Counting::new(window, bucket, now);
    for row in &rows {
        let no: i64 = row
            .try_get(0)
            .map_err(|error| StoreError::from(Error::from(error)))?;
        if unwritten.is_of(no) {
            continue;
        }
        let samples: &[u8] = row
            .try_get(1)
            .map_err(|error| StoreError::from(Error::from(error)))?;
        counting.add_packed(samples, time_of_number(no).as_millis());
    }
    unwritten.count(&mut counting);
    Ok(counting.done())
}
