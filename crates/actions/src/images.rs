//! Evidence photos: taken in, kept under a name that cannot be guessed, shown to whoever has the URL.
//!
//! What the bytes are is read from the bytes; what the caller says they are does not count.

use bytes::Bytes;
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use object_store::path::Path as ObjectPath;
use object_store::{GetResult, ObjectStoreExt, PutPayload};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{As, Editor};
use crate::call::{conflicting, valued};
use crate::idempotency::{CREATED, Keyed};
use crate::ports::Ports;
use crate::refusal::Refusal;

/// Largest image in bytes.
pub const IMAGE_BYTES: usize = 10 * 1024 * 1024;

/// A kind of image that we keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format {
    extension: &'static str,
    content_type: &'static str,
}

const FORMATS: [Format; 3] = [
    Format {
        extension: "jpg",
        content_type: "image/jpeg",
    },
    Format {
        extension: "png",
        content_type: "image/png",
    },
    Format {
        extension: "webp",
        content_type: "image/webp",
    },
];

/// By the first bytes.
fn sniff(bytes: &[u8]) -> Option<Format> {
    let [jpeg, png, webp] = FORMATS;
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(webp)
    } else {
        None
    }
}

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
    /// How many.
    pub bytes: usize,
}

/// Takes in a photo: JPEG, PNG or WebP.
///
/// # Errors
/// When it is none of these or too large, or it cannot be kept now.
pub async fn create(
    editor: &As<'_, Editor>,
    bytes: Bytes,
    keyed: Option<Keyed<Image>>,
) -> Result<Once<Image>, Refusal> {
    let call = editor.call();
    if bytes.len() > IMAGE_BYTES {
        return Err(Refusal::TooLarge(format!(
            "An image may have {IMAGE_BYTES} bytes; this has {}.",
            bytes.len()
        )));
    }
    let Some(format) = sniff(&bytes) else {
        return Err(Refusal::Unsupported {
            key: "image_unsupported",
            detail: "Send a JPEG, PNG or WebP image; the bytes are none of these.".to_owned(),
        });
    };
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let ports = call.ports;
    let id = format!("{}.{}", ports.random_name()?, format.extension);
    let image = Image {
        url: format!("{}/images/{id}", ports.public_url),
        content_type: format.content_type,
        bytes: bytes.len(),
        id,
    };
    let payload = PutPayload::from_bytes(bytes);
    let put = ports.images.put(&object(&image.id), payload).await;
    put.map_err(|error| out_of_reach(&error))?;
    let Some(record) = keyed.map(|keyed| keyed.record(CREATED, &image)) else {
        return Ok(Once::Now(image));
    };
    let once = call.store.remember(Some(call.shop.no), record, call.now);
    Ok(valued(once.await.map_err(conflicting)?, image))
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
    let not_found = || Refusal::NotFound {
        key: "image_not_found",
        what: format!("image {name}"),
    };
    let format = known(name).ok_or_else(not_found)?;
    match ports.images.get(&object(name)).await {
        Ok(content) => Ok(Found {
            content_type: format.content_type,
            content,
        }),
        Err(object_store::Error::NotFound { .. }) => Err(not_found()),
        Err(error) => Err(out_of_reach(&error)),
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
    fn bytes_say_what_they_are() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0rest").unwrap().extension, "jpg");
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\nrest").unwrap().extension, "png");
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 ").unwrap().extension, "webp");
        for other in [
            &b""[..],
            b"GIF89a",
            b"<svg xmlns=",
            b"RIFF\x10\0\0\0WAVE",
            b"\xff\xd8",
            b"%PDF-1.7",
        ] {
            assert_eq!(sniff(other), None);
        }
    }

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
            assert_eq!(known(name), None, "{name}");
        }
    }
}
