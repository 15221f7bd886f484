//! Evidence photos: taken in, kept under a name that cannot be guessed, shown to whoever has the URL, and gone with
//! the last claim that used them.
//!
//! The store knows which there are and how many claims name each; the bytes are in the place that
//! [`Ports::images`] stands for.

mod aside;
mod earlier;
mod photo;
mod uses;

use bytes::Bytes;
use claimwire_model::Timestamp;
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use claimwire_store::images::{ImageState, NewImage};
use object_store::path::Path as ObjectPath;
use object_store::{GetResult, ObjectStoreExt, PutPayload};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{As, Editor};
use crate::call::{conflicting, valued};
use crate::idempotency::{CREATED, Keyed};
use crate::limits::Limit;
use crate::ports::Ports;
use crate::refusal::Refusal;

pub use aside::aside;
pub use earlier::note_earlier;
use photo::{FORMATS, Format};
pub use photo::{Photo, content_type};
pub(crate) use uses::{Names, changes, ended, names_of};

/// Largest image in bytes.
pub const IMAGE_BYTES: usize = 10 * 1024 * 1024;

/// An image that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Image {
    /// Its name.
    pub id: String,
    /// Where it is served, for `image_urls`.
    #[schema(format = "uri")]
    pub url: String,
    /// What the bytes are.
    pub content_type: &'static str,
    /// How many are kept: fewer than came, when it said where it was taken.
    pub bytes: usize,
}

/// Takes in a photo.
///
/// # Errors
/// When the shop has as many bytes of photos as it may, or this cannot be kept now.
pub async fn create(
    editor: &As<'_, Editor>,
    photo: Photo,
    keyed: Option<Keyed<Image>>,
) -> Result<Once<Image>, Refusal> {
    let call = editor.call();
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let Photo { format, bytes } = photo;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    call.room(Limit::ImageBytes, length).await?;
    let ports = call.ports;
    let id = format!("{}.{}", ports.random_name()?, format.extension);
    let image = Image {
        url: format!("{}/images/{id}", ports.public_url),
        content_type: format.content_type,
        bytes: bytes.len(),
        id,
    };
    // Noted first: bytes that nobody knows of would be kept for ever.
    let noted = NewImage {
        name: image.id.clone(),
        bytes: length,
    };
    call.store.add_image(call.shop.no, noted, call.now).await?;
    keep(ports, &image.id, bytes).await?;
    let Some(record) = keyed.map(|keyed| keyed.record(CREATED, &image)) else {
        return Ok(Once::Now(image));
    };
    let once = call.store.remember(Some(call.shop.no), record, call.now);
    Ok(valued(once.await.map_err(conflicting)?, image))
}

async fn keep(ports: &Ports, name: &str, bytes: Bytes) -> Result<(), Refusal> {
    let payload = PutPayload::from_bytes(bytes);
    match ports.images.put(&object(name), payload).await {
        Ok(_) => Ok(()),
        Err(error) => Err(out_of_reach(&error)),
    }
}

/// Removes a photo, whatever names it: from now on nobody sees it.
///
/// # Errors
/// When the shop has no such photo.
pub async fn delete(editor: &As<'_, Editor>, name: &str) -> Result<(), Refusal> {
    let call = editor.call();
    let removed = call.store.remove_image(call.shop.no, name).await;
    removed.map_err(|error| match error {
        StoreError::NotFound => no_such(name),
        other => other.into(),
    })
}

/// An image as it is kept.
#[derive(Debug)]
pub struct Found {
    /// What the bytes are.
    pub content_type: &'static str,
    /// How many there are, and the way to them.
    pub content: GetResult,
}

/// An image, for whoever has its name.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none, or when it cannot be read now.
pub async fn get(ports: &Ports, name: &str) -> Result<Found, Refusal> {
    let format = known(name).ok_or_else(|| no_such(name))?;
    if ports.store.image(name).await? == ImageState::Gone {
        return Err(no_such(name));
    }
    match ports.images.get(&object(name)).await {
        Ok(content) => Ok(Found {
            content_type: format.content_type,
            content,
        }),
        Err(object_store::Error::NotFound { .. }) => Err(no_such(name)),
        Err(error) => Err(out_of_reach(&error)),
    }
}

/// The name of a photo of ours, if `url` is where one is shown.
#[must_use]
pub fn own<'a>(ports: &Ports, url: &'a str) -> Option<&'a str> {
    let name = url
        .strip_prefix(&*ports.public_url)?
        .strip_prefix("/images/")?;
    known(name).map(|_| name)
}

/// Removes the bytes of photos that are gone, and of those that nothing has used since `before`; at most `limit`.
/// Answers how many.
///
/// # Errors
/// When the store or the place of the images cannot be reached; what was not removed is removed another time.
pub async fn remove_unused(
    ports: &Ports,
    before: Timestamp,
    limit: usize,
) -> Result<usize, Refusal> {
    let names = ports.store.images_to_remove(before, limit).await?;
    for name in &names {
        match ports.images.delete(&object(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(out_of_reach(&error)),
        }
    }
    let count = names.len();
    if count > 0 {
        ports.store.forget_images(names).await?;
    }
    Ok(count)
}

fn no_such(name: &str) -> Refusal {
    Refusal::NotFound {
        key: "image_not_found",
        what: format!("image {name}"),
    }
}

/// The format of a name that we could have given.
fn known(name: &str) -> Option<Format> {
    let (random, extension) = name.split_once('.')?;
    let ours = random.len() == 32
        && random
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    FORMATS
        .into_iter()
        .find(|format| ours && format.extension == extension)
}

fn object(name: &str) -> ObjectPath {
    ObjectPath::from_iter(["images", name])
}

fn out_of_reach(error: &object_store::Error) -> Refusal {
    StoreError::Unavailable(format!("the images cannot be read or written: {error}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_looked_up() {
        assert!(known(&format!("{}.png", "a".repeat(32))).is_some());
        for name in [
            "",
            "..",
            "a.png",
            &"a".repeat(32),
            &format!("{}.gif", "a".repeat(32)),
            &format!("{}.png", "/".repeat(32)),
        ] {
            assert!(known(name).is_none(), "{name}");
        }
    }
}
