//! The audit log: what people and keys did to a shop's settings. It goes with the log of deliveries
//! ([`Queue::prune`](crate::Queue::prune)), and with its shop.

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_model::audit::Entry;

use crate::error::StoreResult;
use crate::page::{Page, PageRequest};

/// The audit log.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Keeps an entry; `NotFound` when the shop is not there.
    async fn add_entry(&self, shop: ShopNo, entry: Entry) -> StoreResult<()>;
    /// A page of them, newest first; nothing for a shop that is not there.
    async fn entries(&self, shop: ShopNo, page: PageRequest) -> StoreResult<Page<Entry>>;
}
