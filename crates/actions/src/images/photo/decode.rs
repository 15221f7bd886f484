//! Whether an image decodes, and within bounds.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::{Broken, Format, jpeg};

/// What decoding one image may take of memory, in bytes: a photo of 60 million pixels, or of 20 million where the
/// decoder keeps more than the pixels.
pub(super) const DECODED_BYTES: u64 = 192 * 1024 * 1024;

/// How much a decoder holds for each byte of pixels when it holds more than these: the coefficients of a
/// progressive JPEG, the planes of a WebP.
const WITH_COEFFICIENTS: u64 = 3;

/// Decodes it and lets the pixels go.
pub(super) fn check(format: Format, bytes: &[u8]) -> Result<(), Broken> {
    let decoded = match format.extension {
        "jpg" => {
            let whole = if jpeg::is_progressive(bytes) {
                WITH_COEFFICIENTS
            } else {
                1
            };
            JpegDecoder::new(Cursor::new(bytes)).map(|decoder| pixels(decoder, whole))
        }
        "png" => {
            PngDecoder::with_limits(Cursor::new(bytes), limits()).map(|decoder| pixels(decoder, 1))
        }
        _ => WebPDecoder::new(Cursor::new(bytes)).map(|decoder| pixels(decoder, WITH_COEFFICIENTS)),
    };
    decoded.map_err(|error| broken(&error))?
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES);
    limits
}

/// The size is in the header: what is too large is refused before there is room made for it.
fn pixels(mut decoder: impl ImageDecoder, factor: u64) -> Result<(), Broken> {
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes().saturating_mul(factor) > DECODED_BYTES {
        return Err(Broken(format!(
            "its {width} × {height} pixels are more than are decoded; send it smaller"
        )));
    }
    decoder
        .set_limits(limits())
        .map_err(|error| broken(&error))?;
    DynamicImage::from_decoder(decoder)
        .map(drop)
        .map_err(|error| broken(&error))
}

fn broken(error: &ImageError) -> Broken {
    Broken(format!("it does not decode ({error})"))
}
