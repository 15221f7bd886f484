//! The one thing of Exif that belongs to the picture: how it is to be turned.

use image::metadata::Orientation;

/// How the picture is to be turned, if it is, from the Exif data (a TIFF file) that came with it.
pub(super) fn turned(tiff: &[u8]) -> Option<u8> {
    let orientation = Orientation::from_exif_chunk(tiff)?.to_exif();
    (orientation > 1).then_some(orientation)
}

/// Exif data that says this and nothing else.
pub(super) fn saying(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read() {
        for orientation in 2..=8 {
            assert_eq!(turned(&saying(orientation)), Some(orientation));
        }
        assert_eq!(turned(&saying(1)), None);
        assert_eq!(turned(&saying(9)), None);
        assert_eq!(turned(b"II*\0"), None);
    }
}
