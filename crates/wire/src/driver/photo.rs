//! Photos of claims, and the port between those who need them and the one who has sockets and the image store.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_model::Shop;

use crate::send::SendError;

/// How large a photo may be (contract section 7).
pub const PHOTO_BYTES: usize = 10 * 1024 * 1024;
/// One deadline over everything that fetching a photo takes.
pub const PHOTO_TIMEOUT: Duration = Duration::from_secs(30);

/// A photo of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// As its bytes say: `image/jpeg`, `image/png`, `image/webp` or `image/gif`.
    pub content_type: &'static str,
    /// All of it: at most [`PHOTO_BYTES`].
    pub bytes: Bytes,
}

/// Why there is no photo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// It cannot be had, for a reason that is told to its owner.
    #[error("{0}")]
    Gone(String),
    /// Trouble on our own side: to be asked for again later.
    #[error("{0}")]
    Ours(SendError),
}

/// Whoever can fetch photos.
#[async_trait]
pub trait Photos: Send + Sync {
    /// Fetches the photo at a URL that a claim names, within [`PHOTO_TIMEOUT`]. Only addresses that webhooks
    /// may have are asked, by the shop's egress profile or this one.
    async fn photo(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
    ) -> Result<Photo, PhotoError>;
}

/// For where there are none to be had.
pub struct NoPhotos;

#[async_trait]
impl Photos for NoPhotos {
    async fn photo(&self, _: &str, _: &Shop, _: Option<&str>) -> Result<Photo, PhotoError> {
        Err(PhotoError::Gone("photos are not fetched here".to_owned()))
    }
}
