//! What statistics need of attempts: eight bytes each, packed into one row for each webhook and group of outcomes.

use std::collections::BTreeMap;
use std::time::Duration;

use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::stats::{Bucket, Counted, Counting, OPEN_FOR, pack};
use claimwire_store::{StoreError, StoreResult};

use crate::connection::Param;
use crate::error::{Error, Result};
use crate::pipeline::Pipeline;
use crate::rows;
use crate::shared::Shared;
use crate::store::PostgresStore;

/// The attempts of a group, ready to be added.
pub(crate) struct Columns {
    no: i64,
    targets: Vec<i64>,
    samples: Vec<Vec<u8>>,
}

impl Columns {
    pub(crate) fn of(
        shared: &Shared,
        counted: &BTreeMap<TargetNo, Vec<Counted>>,
        now: Timestamp,
    ) -> Self {
        let no = shared.next_number(now);
        let base = time_of_number(no).as_millis();
        let (targets, samples) = counted
            .iter()
            .map(|(target, attempts)| (target.0, pack(attempts, base)))
            .unzip();
        Self {
            no,
            targets,
            samples,
        }
    }

    /// Adds the statement that writes them, if there are any.
    pub(crate) async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        if self.targets.is_empty() {
            return Ok(());
        }
        let params: [Param<'p>; 3] = [&self.targets, &self.samples, &self.no];
        pipeline
            .query(
                "INSERT INTO timings (target, no, samples) SELECT target, $3, samples
                 FROM unnest($1::BIGINT[], $2::BYTEA[]) AS u (target, samples)",
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
    let conn = store.connection().await?;
    rows::webhook::target(&conn, &store.shared.vault, target).await?;
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
        let samples: &[u8] = row
            .try_get(1)
            .map_err(|error| StoreError::from(Error::from(error)))?;
        counting.add_packed(samples, time_of_number(no).as_millis());
    }
    Ok(counting.done())
}
