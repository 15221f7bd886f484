//! Whether an image decodes, and within bounds.

use std::fmt::Display;
use std::io::Cursor;

use ::png::{Decoder as PngDecoder, Limits, Transformations};
use image_webp::WebPDecoder;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{Broken, Format, jpeg};

/// What decoding one image may take of memory, in bytes: a photo of 60 million pixels, or of 20 million where the
/// decoder keeps more than the pixels.
pub(super) const DECODED_BYTES: usize = 192 * 1024 * 1024;

/// How much a decoder holds for each byte of pixels when it holds more than these: the coefficients of a
/// progressive JPEG, the planes of a WebP.
const WITH_COEFFICIENTS: usize = 3;

/// Decodes it and lets the pixels go.
pub(super) fn check(format: Format, bytes: &[u8]) -> Result<(), Broken> {
    match format.extension {
        "jpg" => decode_jpeg(bytes),
        "png" => decode_png(bytes),
        _ => decode_webp(bytes),
    }
}

fn decode_jpeg(bytes: &[u8]) -> Result<(), Broken> {
    // Cameras break the standard's finer points; how large it may be is our own bound.
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let colors = match decoder.input_colorspace() {
        Some(own @ (ColorSpace::Luma | ColorSpace::LumaA | ColorSpace::RGBA)) => own,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colors));
    let size = decoder.dimensions().unwrap_or_default();
    let factor = match jpeg::is_progressive(bytes) {
        true => WITH_COEFFICIENTS,
        false => 1,
    };
    let mut pixels = room(size, decoder.output_buffer_size(), factor)?;
    decoder.decode_into(&mut pixels).map_err(broken)
}

fn decode_png(bytes: &[u8]) -> Result<(), Broken> {
    let limits = Limits {
        bytes: DECODED_BYTES,
    };
    let mut decoder = PngDecoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader.info().size();
    let mut pixels = room(size, reader.output_buffer_size(), 1)?;
    reader.next_frame(&mut pixels).map(drop).map_err(broken)
}

fn decode_webp(bytes: &[u8]) -> Result<(), Broken> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    let size = decoder.dimensions();
    let mut pixels = room(size, decoder.output_buffer_size(), WITH_COEFFICIENTS)?;
    decoder.read_image(&mut pixels).map_err(broken)
}

/// Room for so many bytes of pixels. The size is in the header: what is too large is refused before room is made for it.
fn room<T: Display>(
    (width, height): (T, T),
    pixels: Option<usize>,
    factor: usize,
) -> Result<Vec<u8>, Broken> {
    let may = |bytes: &usize| bytes.saturating_mul(factor) <= DECODED_BYTES;
    let bytes = pixels.filter(may).ok_or_else(|| {
        Broken(format!(
            "its {width} × {height} pixels are more than are decoded; send it smaller"
        ))
    })?;
    Ok(vec![0; bytes])
}

fn broken(error: impl Display) -> Broken {
    Broken(format!("it does not decode ({error})"))
}
