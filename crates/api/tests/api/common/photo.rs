//! Small pictures.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::new_rgb8(4, 3);
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn png() -> Vec<u8> {
    picture(ImageFormat::Png)
}

pub fn jpeg() -> Vec<u8> {
    picture(ImageFormat::Jpeg)
}

/// A picture that hardly compresses, of about so many bytes.
pub fn large_png(bytes: usize) -> Vec<u8> {
    let width = 1000;
    let height = u32::try_from(bytes / 3 / 1000).unwrap();
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let noise = noise.take(width as usize * height as usize * 3).collect();
    let image = image::RgbImage::from_raw(width, height, noise).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}
