//! Which photos there are, whose, and whether a claim still names them. The photos themselves are kept elsewhere.
//!
//! What takes and gives up a photo is part of the commit that does ([`Commit::images`](crate::Commit::images)), so
//! that the two never differ. Photos that were kept before they were noted here are unknown here, and stay.

use async_trait::async_trait;
use claimwire_model::{ShopNo, Timestamp};

use crate::error::StoreResult;

/// A photo about to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImage {
    /// Under which it is kept and served; given once.
    pub name: String,
    /// How many it has.
    pub bytes: u64,
}

/// How a commit changes what uses a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseChange {
    /// One more claim names it.
    Taken,
    /// One fewer does; when it was the last, the photo is unused from then on.
    GivenUp,
    /// A claim that named it was deleted; when it was the last, the photo is gone at once.
    Ended,
}

/// One photo whose use changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUse {
    /// Of the photo. One that is not the shop's changes nothing.
    pub name: String,
    /// How.
    pub change: UseChange,
}

/// Whether a photo is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageState {
    /// It is.
    Kept,
    /// Not any more, whether its bytes are still there or not.
    Gone,
    /// It was never noted.
    Unknown,
}

/// The photos of all shops.
#[async_trait]
pub trait Images: Send + Sync {
    /// Notes a photo of the shop, before its bytes are kept: what a crash leaves without its bytes is removed like
    /// any that nobody used. `Exists` when the name is taken.
    async fn add_image(&self, shop: ShopNo, image: NewImage, now: Timestamp) -> StoreResult<()>;
    /// Whether it is to be seen.
    async fn image(&self, name: &str) -> StoreResult<ImageState>;
    /// From now on it is gone; `NotFound` when it is not one of the shop's, or gone already.
    async fn remove_image(&self, shop: ShopNo, name: &str) -> StoreResult<()>;
    /// Photos whose bytes are to be removed: those that are gone, those of deleted shops, and those that nothing has
    /// used since before `before`. From now on they are all gone.
    async fn images_to_remove(&self, before: Timestamp, limit: usize) -> StoreResult<Vec<String>>;
    /// Their bytes have been removed.
    async fn forget_images(&self, names: Vec<String>) -> StoreResult<()>;
}
