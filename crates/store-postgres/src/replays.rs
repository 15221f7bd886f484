//! Replays: made, read and gone on with.

use claimwire_model::ShopNo;
use claimwire_model::replay::Replay;
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError, StoreResult};
use uuid::Uuid;

use crate::store::PostgresStore;

/// See [`claimwire_store::Log::create_replay`].
pub(crate) async fn create(
    _: &PostgresStore,
    _: ShopNo,
    _: Replay,
    _: Option<Idempotency>,
) -> StoreResult<Once<Replay>> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}

/// See [`claimwire_store::Log::replay`].
pub(crate) async fn by_id(_: &PostgresStore, _: ShopNo, _: Uuid) -> StoreResult<Replay> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}
