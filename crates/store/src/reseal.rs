//! Another encryption key while serving: what an older key sealed is sealed anew with the current one, in
//! bounded steps, until the older one can be forgotten.

use async_trait::async_trait;

use crate::error::StoreResult;
use crate::vault::KeyId;

/// Where a step ended and the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reached {
    /// Which table, in the store's own order.
    pub table: u8,
    /// Its rows up to this one have been looked at.
    pub no: i64,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resealed {
    /// Values that were sealed anew.
    pub values: u64,
    /// Where to go on; none: nothing is sealed with an older key any more, and the store knows it.
    pub next: Option<Reached>,
}

/// A store that seals what it keeps. It remembers which keys something may be sealed with, and is not
/// opened without one of them.
#[async_trait]
pub trait Reseal: Send + Sync {
    /// The keys beside the current one that something may still be sealed with.
    async fn older_keys(&self) -> StoreResult<Vec<KeyId>>;
    /// Looks at no more than `limit` rows. Begun anew after a crash it passes over what was done.
    async fn reseal(&self, from: Reached, limit: usize) -> StoreResult<Resealed>;
}
