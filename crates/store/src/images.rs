//! Which photos there are, whose, and whether a claim still names them. The photos themselves are kept elsewhere.
//!
//! What takes and gives up a photo is part of the commit that does ([`Commit::images`](crate::Commit::images)), so
//! that the two never differ. Photos that were kept before they were noted here are unknown here, until they are noted
//! from what claims name.

use async_trait::async_trait;
use claimwire_model::{ShopNo, Timestamp};

use crate::document::Document;
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

/// A claim from before photos were noted, and the photos that it names.
#[derive(Debug, Clone)]
pub struct NotedClaim {
    /// Its shop.
    pub shop: ShopNo,
    /// As it was read.
    pub claim: Document,
    /// Those of them that are kept.
    pub images: Vec<NewImage>,
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

    /// Claims from before photos were noted whose photos are not noted yet, the oldest first: who named a photo first is whose it is. A store that noted
    /// them from its beginning has none; this and what follows is for those that did not.
    async fn claims_with_unnoted_images(
        &self,
        _limit: usize,
    ) -> StoreResult<Vec<(ShopNo, Document)>> {
        Ok(Vec::new())
    }
    /// Notes the photos of such claims, each used by its claim, and that these claims are done; in the order in
    /// which they were read, up to the first that was written or deleted meanwhile.
    async fn note_images(&self, _claims: Vec<NotedClaim>, _now: Timestamp) -> StoreResult<()> {
        Ok(())
    }
    /// Whether photos may be kept that are not noted.
    async fn has_unnoted_images(&self) -> StoreResult<bool> {
        Ok(false)
    }
    /// Those of the names that stand in no document. It reads all documents.
    async fn unnamed_images(&self, _names: Vec<String>) -> StoreResult<Vec<String>> {
        Ok(Vec::new())
    }
    /// All photos that are kept are noted: from now on no others are looked for.
    async fn all_images_are_noted(&self) -> StoreResult<()> {
        Ok(())
    }
}
