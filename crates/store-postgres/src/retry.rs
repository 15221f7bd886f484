//! Attempts ordered by hand.

use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError, StoreResult};

use crate::store::PostgresStore;

/// See [`claimwire_store::Log::retry`].
pub(crate) async fn retry(
    _: &PostgresStore,
    _: ShopNo,
    _: DeliveryId,
    _: Timestamp,
    _: Option<Idempotency>,
) -> StoreResult<Once<()>> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}
