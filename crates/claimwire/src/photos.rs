//! Photos of claims for connectors: ours from where they are kept, others from their URLs, by the way that
//! webhooks' requests go. How much of them is in memory at
//! once is bounded for all connectors together, and shared fairly between shops.

mod room;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_actions::Ports;
use claimwire_actions::images;
use claimwire_model::{Shop, ShopNo};
use claimwire_wire::driver::{PHOTO_BYTES, PHOTO_TIMEOUT, Photo, PhotoError, Photos};
use claimwire_wire::send::{Method, Request, SendError, SendErrorKind};
use tokio::time::timeout;

use room::{LARGEST, Place, ROOM_BYTES, Room};

/// Photos from our own images and from the net.
pub struct ClaimPhotos {
    ports: Ports,
    room: Arc<Room>,
}

impl ClaimPhotos {
    /// What `ports` lead to.
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            room: Arc::default(),
        }
    }

    async fn own(
        &self,
        name: &str,
        shop: ShopNo,
        waiting: &WaitingForRoom,
    ) -> Result<Held, PhotoError> {
        let gone = |error| PhotoError::Gone(format!("the image store has no such photo: {error}"));
        let found = images::get(&self.ports, name).await;
        let found = found.map_err(|refusal| gone(format!("{refusal:?}")))?;
        let bytes = usize::try_from(found.content.meta.size).unwrap_or(usize::MAX);
        if bytes > PHOTO_BYTES {
            return Err(too_large());
        }
        let place = waiting.during(self.room.place_for(shop, bytes)).await;
        let read = found.content.bytes().await;
        let bytes = read.map_err(|error| gone(error.to_string()))?;
        Ok(Held {
            bytes,
            _place: place,
        })
    }

    /// Nothing is held for it before its bytes come. Where they find no room it is fetched again, into room that was
    /// waited for.
    async fn fetched(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
        waiting: &WaitingForRoom,
    ) -> Result<Held, PhotoError> {
        match self
            .fetch(url, shop, egress, self.room.place(shop.no))
            .await
        {
            Err(PhotoError::Ours(error)) if error.kind == SendErrorKind::LocalMemory => {
                let place = waiting.during(self.room.place_for(shop.no, LARGEST)).await;
                self.fetch(url, shop, egress, place).await
            }
            came => came,
        }
    }

    async fn fetch(
        &self,
        url: &str,
        shop: &Shop,
        egress: Option<&str>,
        place: Arc<Place>,
    ) -> Result<Held, PhotoError> {
        let request = Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: [("Accept", "image/*")].into(),
            body: Bytes::new(),
            timeout: PHOTO_TIMEOUT,
            egress: egress.map(str::to_owned),
            answer_limit: LARGEST,
            answer_room: Some(place.clone()),
            shop: shop.no,
        };
        let answer = self.ports.sender.send(request.pinned(shop)).await;
        let answer = answer.map_err(|error| match error.kind.is_ours() {
            true => PhotoError::Ours(error),
            false => PhotoError::Gone(error.sentence()),
        })?;
        match answer.status {
            200 => {
                place.shrink_to(answer.body.len());
                Ok(Held {
                    bytes: answer.body,
                    _place: place,
                })
            }
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
        let waiting = WaitingForRoom::default();
        let comes = async {
            match images::own(&self.ports, url) {
                Some(name) => self.own(name, shop.no, &waiting).await,
                None => self.fetched(url, shop, egress, &waiting).await,
            }
        };
        let Ok(came) = timeout(PHOTO_TIMEOUT, comes).await else {
            // Asked again when there is room, it may come.
            return Err(match waiting.0.into_inner() {
                true => PhotoError::Ours(busy()),
                false => PhotoError::Gone("it did not come in time".to_owned()),
            });
        };
        let held = came?;
        if held.bytes.len() > PHOTO_BYTES {
            return Err(too_large());
        }
        let Some(content_type) = content_type(&held.bytes) else {
            let what = "it is no JPEG, PNG, WebP or GIF image";
            return Err(PhotoError::Gone(what.to_owned()));
        };
        Ok(Photo {
            content_type,
            bytes: Bytes::from_owner(held),
        })
    }
}

/// Whether it is room that is waited for.
#[derive(Default)]
struct WaitingForRoom(AtomicBool);

impl WaitingForRoom {
    async fn during<T>(&self, waiting: impl Future<Output = T>) -> T {
        self.0.store(true, Ordering::Relaxed);
        let came = waiting.await;
        self.0.store(false, Ordering::Relaxed);
        came
    }
}

/// A photo with the room that it takes, until nobody has its bytes any more.
struct Held {
    bytes: Bytes,
    _place: Arc<Place>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn busy() -> SendError {
    SendError {
        kind: SendErrorKind::LocalMemory,
        detail: format!(
            "photos of claims have the {} MiB that they may have in memory",
            ROOM_BYTES / (1024 * 1024)
        ),
    }
}

fn too_large() -> PhotoError {
    PhotoError::Gone(format!(
        "it has more than {} MiB",
        PHOTO_BYTES / (1024 * 1024)
    ))
}

/// What an image's first bytes say that it is: one that we take, or a GIF, which vendors take too.
fn content_type(bytes: &[u8]) -> Option<&'static str> {
    let is_gif = bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a");
    images::content_type(bytes).or(is_gif.then_some("image/gif"))
}

#[cfg(test)]
mod tests;
