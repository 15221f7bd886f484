//! Photos of claims for connectors: ours from where they are kept, others from their URLs, by the way that
//! webhooks' requests go. How many are in memory at once is bounded for all connectors together.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_actions::images;
use claimwire_api::Ports;
use claimwire_model::Shop;
use claimwire_wire::driver::{PHOTO_BYTES, PHOTO_TIMEOUT, Photo, PhotoError, Photos};
use claimwire_wire::send::{Method, Request, SendError, SendErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Photos in memory at once.
const AT_ONCE: usize = 4;

/// Photos from our own images and from the net.
pub struct ClaimPhotos {
    ports: Ports,
    room: Arc<Semaphore>,
}

impl ClaimPhotos {
    /// What `ports` lead to.
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    async fn bytes(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
    ) -> Result<Bytes, PhotoError> {
        match images::own(&self.ports, url) {
            Some(name) => self.own(name).await,
            None => self.fetched(url, shop, egress).await,
        }
    }

    async fn own(&self, name: &str) -> Result<Bytes, PhotoError> {
        let gone = |error| PhotoError::Gone(format!("the image store has no such photo: {error}"));
        let found = images::get(&self.ports, name).await;
        let found = found.map_err(|refusal| gone(format!("{refusal:?}")))?;
        let read = found.content.bytes().await;
        read.map_err(|error| gone(error.to_string()))
    }

    async fn fetched(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
    ) -> Result<Bytes, PhotoError> {
        let request = Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: vec![("Accept".into(), "image/*".to_owned())],
            body: Bytes::new(),
            timeout: PHOTO_TIMEOUT,
            egress: egress.map(str::to_owned),
            answer_limit: PHOTO_BYTES + 1,
            shop: shop.no,
        };
        let answer = self.ports.sender.send(request.pinned(shop)).await;
        let answer = answer.map_err(|error| match error.kind.is_ours() {
            true => PhotoError::Ours(error),
            false => PhotoError::Gone(error.sentence()),
        })?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(PhotoError::Gone(format!("its server answered {status}"))),
        }
    }
}

#[async_trait]
impl Photos for ClaimPhotos {
    async fn photo(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
    ) -> Result<Photo, PhotoError> {
        let bytes = timeout(PHOTO_TIMEOUT, async {
            let room = Arc::clone(&self.room).acquire_owned().await;
            Ok((room, self.bytes(url, shop, egress).await?))
        });
        let Ok(came) = bytes.await else {
            // Either others had all the room or it is slow: asked again, it may come.
            return Err(match self.room.available_permits() {
                0 => PhotoError::Ours(busy()),
                _ => PhotoError::Gone("it did not come in time".to_owned()),
            });
        };
        let (room, bytes) = came?;
        if bytes.len() > PHOTO_BYTES {
            let what = format!("it has more than {} MiB", PHOTO_BYTES / (1024 * 1024));
            return Err(PhotoError::Gone(what));
        }
        let Some(content_type) = content_type(&bytes) else {
            let what = "it is no JPEG, PNG, WebP or GIF image";
            return Err(PhotoError::Gone(what.to_owned()));
        };
        let bytes = Bytes::from_owner(Held {
            bytes,
            _room: room.ok(),
        });
        Ok(Photo {
            content_type,
            bytes,
        })
    }
}

/// A photo with the room that it takes, until nobody has its bytes any more.
struct Held {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn busy() -> SendError {
    SendError {
        kind: SendErrorKind::LocalMemory,
        detail: format!("{AT_ONCE} photos of claims are in memory already"),
    }
}

/// What an image's first bytes say that it is: one that we take, or a GIF, which vendors take too.
fn content_type(bytes: &[u8]) -> Option<&'static str> {
    let is_gif = bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a");
    images::content_type(bytes).or(is_gif.then_some("image/gif"))
}

#[cfg(test)]
mod tests;
