//! How much of a kind a shop has, for the limits.

use async_trait::async_trait;
use claimwire_model::target::Kind;
use claimwire_model::{ShopNo, SubjectKind};

use crate::error::StoreResult;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Used {
    /// Targets of a kind.
    Targets(Kind),
    /// API keys.
    ApiKeys,
    /// Members.
    Members,
    /// Documents of a kind.
    Documents(SubjectKind),
    /// Bytes of photos that are kept.
    ImageBytes,
}

/// Counts that cost no look at what is counted.
#[async_trait]
pub trait Usage: Send + Sync {
    /// How much the shop has; 0 for one that is not there.
    async fn used(&self, shop: ShopNo, what: Used) -> StoreResult<u64>;
}
