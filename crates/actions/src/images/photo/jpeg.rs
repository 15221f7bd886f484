//! JPEG (ITU-T T.81, annex B): segments that begin with a marker, and entropy-coded data behind each start of scan.

use super::{Broken, exif, take};

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
/// JFIF's own, and the colour transform of Adobe's, which decoders need.
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const COMMENT: u8 = 0xfe;

const EXIF: &[u8] = b"Exif\0\0";
const COLOUR_PROFILE: &[u8] = b"ICC_PROFILE\0";

/// The image from its start to its end, without segments that do not make the picture.
pub(super) fn rebuild(sent: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut rest = sent.get(2..).unwrap_or_default();
    let mut rebuilt = Vec::with_capacity(sent.len());
    rebuilt.extend_from_slice(&[0xff, START]);
    let mut turned = None;
    let mut kept = Vec::new();
    loop {
        let marker = next_marker(&mut rest)?;
        match marker {
            END => break,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd7 => {
                kept.extend_from_slice(&[0xff, marker]);
                continue;
            }
            _ => {}
        }
        let segment = segment(&mut rest)?;
        let content = segment.get(2..).unwrap_or_default();
        if marker == APP1
            && let Some(tiff) = content.strip_prefix(EXIF)
        {
            turned = turned.or_else(|| exif::turned(tiff));
        }
        if makes_the_picture(marker, content) {
            kept.extend_from_slice(&[0xff, marker]);
            kept.extend_from_slice(segment);
        }
        if marker == START_OF_SCAN {
            kept.extend_from_slice(scan(&mut rest));
        }
    }
    if let Some(orientation) = turned {
        let tiff = exif::saying(orientation);
        let length = u16::try_from(2 + EXIF.len() + tiff.len()).unwrap_or_default();
        rebuilt.extend_from_slice(&[0xff, APP1]);
        rebuilt.extend_from_slice(&length.to_be_bytes());
        rebuilt.extend_from_slice(EXIF);
        rebuilt.extend_from_slice(&tiff);
    }
    rebuilt.extend_from_slice(&kept);
    rebuilt.extend_from_slice(&[0xff, END]);
    Ok(rebuilt)
}

fn makes_the_picture(marker: u8, content: &[u8]) -> bool {
    match marker {
        APP0 | APP14 => true,
        APP2 => content.starts_with(COLOUR_PROFILE),
        APP1..=0xef | COMMENT => false,
        _ => true,
    }
}

/// The marker that comes next; any number of fill bytes may stand before it.
fn next_marker(rest: &mut &[u8]) -> Result<u8, Broken> {
    const ENDS: &str = "it ends before its end";
    if take(rest, 1).ok_or(ENDS)? != [0xff] {
        return Err("a segment does not begin with a marker".into());
    }
    loop {
        match take(rest, 1).ok_or(ENDS)? {
            [0xff] => {}
            [0x00] => return Err("a segment does not begin with a marker".into()),
            [marker] => return Ok(*marker),
            _ => return Err(ENDS.into()),
        }
    }
}

/// A segment with its two bytes of length.
fn segment<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Broken> {
    const CUT: &str = "a segment is cut off";
    let length = rest.first_chunk().ok_or(CUT)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err("a segment has no length".into());
    }
    Ok(take(rest, length).ok_or(CUT)?)
}

/// Entropy-coded data up to the next marker, which is none of those that stand within it.
fn scan<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let is_within = |byte: u8| matches!(byte, 0x00 | 0xd0..=0xd7);
    let ends = |pair: &[u8]| matches!(pair, [0xff, byte] if !is_within(*byte) && *byte != 0xff);
    let end = rest.windows(2).position(ends).unwrap_or(rest.len());
    take(rest, end).unwrap_or_default()
}

/// Whether a decoder has to hold all coefficients before it can make the first pixel.
pub(super) fn is_progressive(rebuilt: &[u8]) -> bool {
    let mut rest = rebuilt.get(2..).unwrap_or_default();
    while let Ok(marker) = next_marker(&mut rest) {
        match marker {
            0xc2 | 0xc6 | 0xca | 0xce => return true,
            START_OF_SCAN | END => return false,
            _ if segment(&mut rest).is_err() => return false,
            _ => {}
        }
    }
    false
}
