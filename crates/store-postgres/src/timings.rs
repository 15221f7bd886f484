//! What statistics need of attempts.

use std::time::Duration;

use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::stats::Bucket;
use claimwire_store::{StoreError, StoreResult};

use crate::store::PostgresStore;

/// See [`claimwire_store::Log::stats`].
pub(crate) async fn stats(
    _: &PostgresStore,
    _: TargetNo,
    _: Duration,
    _: Duration,
    _: Timestamp,
) -> StoreResult<Vec<Bucket>> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}
