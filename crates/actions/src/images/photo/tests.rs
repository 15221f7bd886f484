//! Photos as cameras write them, and bytes that only begin like one.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::*;

/// A place on earth, as every camera's Exif has it, and how the picture is to be turned.
fn tiff() -> Vec<u8> {
    [&exif::saying(6)[..], b"GPSLatitude 48.137"].concat()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::new_rgb8(20, 10);
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker][..], &length, content].concat()
}

fn png_chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let named = [kind, content].concat();
    let sum = png::crc(&named).to_be_bytes();
    [&length[..], &named, &sum].concat()
}

fn webp_chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let padding = vec![0; content.len() % 2];
    [kind, &length, content, &padding].concat()
}

/// The same picture as a camera and a few programs after it leave it.
fn with_metadata(format: ImageFormat) -> Vec<u8> {
    let plain = picture(format);
    match format {
        ImageFormat::Jpeg => {
            let exif = jpeg_segment(0xe1, &[b"Exif\0\0", &tiff()[..]].concat());
            let xmp = jpeg_segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0GPSLatitude");
            let iptc = jpeg_segment(0xed, b"Photoshop 3.0\0GPSLatitude");
            let comment = jpeg_segment(0xfe, b"GPSLatitude");
            [&plain[..2], &exif, &xmp, &iptc, &comment, &plain[2..]].concat()
        }
        ImageFormat::Png => {
            let (header, rest) = plain.split_at(33);
            let exif = png_chunk(b"eXIf", &tiff());
            let text = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0GPSLatitude");
            [header, &exif, &text, rest].concat()
        }
        _ => {
            let flags = HAS_METADATA;
            let extended = [flags, 0, 0, 0, 19, 0, 0, 9, 0, 0];
            let extended = webp_chunk(b"VP8X", &extended);
            let exif = webp_chunk(b"EXIF", &tiff());
            let xmp = webp_chunk(b"XMP ", b"GPSLatitude");
            let body = [b"WEBP", &extended[..], &plain[12..], &exif, &xmp].concat();
            webp_chunk(b"RIFF", &body)
        }
    }
}

/// Of a WebP's `VP8X`.
const HAS_METADATA: u8 = 0x0c;

const ALL: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn turned(bytes: &[u8]) -> u8 {
    use image::ImageDecoder as _;
    let reader = image::ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .unwrap();
    let mut decoder = reader.into_decoder().unwrap();
    decoder.orientation().unwrap().to_exif()
}

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
        assert!(sniff(other).is_none());
        assert_eq!(key_of(other), "image_unsupported");
    }
}

#[test]
fn a_plain_photo_is_kept_as_it_is() {
    for format in ALL {
        let plain = picture(format);
        let photo = Photo::read(&plain).unwrap();
        assert_eq!(photo.bytes, plain, "{format:?}");
    }
}

#[test]
fn where_it_was_taken_is_left_out_and_how_it_is_turned_stays() {
    for format in ALL {
        let sent = with_metadata(format);
        assert!(contains(&sent, b"GPSLatitude"), "{format:?}");
        assert_eq!(turned(&sent), 6, "{format:?}");
        let kept = Photo::read(&sent).unwrap().bytes;
        assert!(!contains(&kept, b"GPSLatitude"), "{format:?}");
        assert_eq!(turned(&kept), 6, "{format:?}");
        // Read again, it is as it is.
        assert_eq!(Photo::read(&kept).unwrap().bytes, kept, "{format:?}");
    }
}

#[test]
fn what_lies_behind_the_end_is_dropped() {
    for format in ALL {
        let plain = picture(format);
        for behind in [&b"\0"[..], b"<script>alert(1)</script>", b"PK\x03\x04"] {
            let sent = [&plain, behind].concat();
            assert_eq!(Photo::read(&sent).unwrap().bytes, plain, "{format:?}");
        }
    }
}

#[test]
fn what_is_not_whole_is_refused() {
    for format in ALL {
        let plain = picture(format);
        for length in [3, 12, 20, plain.len() / 2, plain.len() - 1] {
            let cut = &plain[..length];
            let refused = Photo::read(cut);
            assert!(refused.is_err(), "{format:?} cut after {length}");
        }
    }
    for beginning in [&b"\xff\xd8\xff"[..], b"\xff\xd8\xff\xd9", png::SIGNATURE] {
        assert_eq!(key_of(beginning), "image_invalid");
    }
    let huge = vec![0xff; IMAGE_BYTES + 1];
    assert!(matches!(Photo::read(&huge), Err(Refusal::TooLarge(_))));
}

#[test]
fn dimensions_are_bounded_before_there_is_room_made_for_them() {
    let mut png = picture(ImageFormat::Png);
    let header = [&[0, 1, 0, 0, 0, 1, 0, 0][..], &png[24..29]].concat();
    png.splice(8..33, png_chunk(b"IHDR", &header));
    let refused = Photo::read(&png).unwrap_err();
    let Refusal::Invalid { key, errors } = refused else {
        panic!("{refused}")
    };
    assert_eq!(key, "image_invalid");
    let message = &errors[0].message;
    assert!(
        message.contains("65536") || message.contains("limit"),
        "{message}"
    );

    let mut jpeg = picture(ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    assert_eq!(key_of(&jpeg), "image_invalid");
}

fn key_of(bytes: &[u8]) -> &'static str {
    match Photo::read(bytes) {
        Err(Refusal::Unsupported { key, .. } | Refusal::Invalid { key, .. }) => key,
        other => panic!("{other:?}"),
    }
}

/// No bytes make it panic: every cut and every changed byte of small images.
#[test]
fn broken_bytes_are_refused_or_kept_but_never_more_than_came() {
    for format in ALL {
        let sent = with_metadata(format);
        for at in 0..sent.len() {
            for byte in [0x00, 0x01, 0xff, 0xd9] {
                let mut changed = sent.clone();
                changed[at] = byte;
                if let Ok(photo) = Photo::read(&changed) {
                    assert!(photo.bytes.len() <= sent.len() + 64);
                }
            }
        }
    }
}
