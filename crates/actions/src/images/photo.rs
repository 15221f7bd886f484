//! What may be kept of the bytes that someone sent as a photo.
//!
//! Nothing of them is believed: they are taken apart into the parts that make the picture, put together anew, and
//! decoded. What tells where and by whom a photo was taken (Exif, XMP, IPTC, comments) is left out, and so is
//! whatever lies behind the image's end. How the picture is to be turned is kept.

mod decode;
mod exif;
mod jpeg;
mod png;
mod webp;

use bytes::Bytes;

use super::IMAGE_BYTES;
use crate::refusal::Refusal;

/// A kind of image that we keep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) extension: &'static str,
    pub(super) content_type: &'static str,
    rebuild: fn(&[u8]) -> Result<Vec<u8>, Broken>,
}

pub(super) const FORMATS: [Format; 3] = [
    Format {
        extension: "jpg",
        content_type: "image/jpeg",
        rebuild: jpeg::rebuild,
    },
    Format {
        extension: "png",
        content_type: "image/png",
        rebuild: png::rebuild,
    },
    Format {
        extension: "webp",
        content_type: "image/webp",
        rebuild: webp::rebuild,
    },
];

/// Why bytes are not the image that they begin as.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken(String);

impl From<&str> for Broken {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

/// What the first bytes say that it is: `image/jpeg`, `image/png` or `image/webp`.
#[must_use]
pub fn content_type(bytes: &[u8]) -> Option<&'static str> {
    sniff(bytes).map(|format| format.content_type)
}

/// By the first bytes.
fn sniff(bytes: &[u8]) -> Option<Format> {
    let [jpeg, png, webp] = FORMATS;
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(jpeg)
    } else if bytes.starts_with(png::SIGNATURE) {
        Some(png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(webp)
    } else {
        None
    }
}

/// A photo that decodes, without what tells of its maker.
#[derive(Debug)]
pub struct Photo {
    pub(super) format: Format,
    pub(super) bytes: Bytes,
}

impl Photo {
    /// Reads a photo: JPEG, PNG or WebP. Takes processor time and memory in proportion to the pixels, at most
    /// [`decode::DECODED_BYTES`]; the caller bounds how many are read at once.
    ///
    /// # Errors
    /// When it is none of these, too large, or not whole.
    pub fn read(sent: &[u8]) -> Result<Self, Refusal> {
        if sent.len() > IMAGE_BYTES {
            return Err(Refusal::TooLarge(format!(
                "An image may have {IMAGE_BYTES} bytes; this has {}.",
                sent.len()
            )));
        }
        let format = sniff(sent).ok_or_else(|| Refusal::Unsupported {
            key: "image_unsupported",
            detail: "Send a JPEG, PNG or WebP image; the bytes are none of these.".to_owned(),
        })?;
        let invalid = |Broken(why): Broken| Refusal::Invalid {
            key: "image_invalid",
            errors: vec![crate::refusal::FieldError {
                field: String::new(),
                message: format!(
                    "is not a whole {} that can be kept: {why}",
                    format.content_type
                ),
            }],
        };
        let bytes = (format.rebuild)(sent).map_err(invalid)?;
        decode::check(format, &bytes).map_err(invalid)?;
        Ok(Self {
            format,
            bytes: bytes.into(),
        })
    }
}

/// Takes the first `length` bytes off, if there are so many.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests;
