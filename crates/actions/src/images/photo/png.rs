//! PNG (ISO/IEC 15948): a signature, then chunks, each with a check sum over its kind and content.

use super::{Broken, exif, take};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The chunks that make the picture. An animation becomes its first picture.
const KEPT: [&[u8; 4]; 12] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"pHYs",
];

/// Length, kind and check sum of a chunk.
const FRAME: usize = 12;

/// The image from its signature to its end, without chunks that do not make the picture.
pub(super) fn rebuild(sent: &[u8]) -> Result<Vec<u8>, Broken> {
    const CUT: &str = "it ends before its end";
    let mut rest = sent.strip_prefix(SIGNATURE).ok_or(CUT)?;
    let mut rebuilt = Vec::with_capacity(sent.len());
    rebuilt.extend_from_slice(SIGNATURE);
    let mut turned = None;
    let mut header_ends = 0;
    loop {
        let length = rest.first_chunk().ok_or(CUT)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Broken::from(CUT))?;
        let chunk = take(&mut rest, length.saturating_add(FRAME)).ok_or(CUT)?;
        let kind: &[u8; 4] = chunk.get(4..8).and_then(|k| k.try_into().ok()).ok_or(CUT)?;
        let content = chunk.get(8..8 + length).ok_or(CUT)?;
        if kind == b"eXIf" {
            turned = turned.or_else(|| exif::turned(content));
        }
        if KEPT.contains(&kind) {
            rebuilt.extend_from_slice(chunk);
        } else if kind[0].is_ascii_uppercase() {
            return Err("it has a part that nobody knows how to show".into());
        }
        match kind {
            b"IHDR" => header_ends = rebuilt.len(),
            b"IEND" => break,
            _ => {}
        }
    }
    if let Some(orientation) = turned {
        let chunk = exif_chunk(orientation);
        rebuilt.splice(header_ends..header_ends, chunk);
    }
    Ok(rebuilt)
}

fn exif_chunk(orientation: u8) -> Vec<u8> {
    let tiff = exif::saying(orientation);
    let mut chunk = Vec::with_capacity(FRAME + tiff.len());
    chunk.extend_from_slice(&u32::try_from(tiff.len()).unwrap_or_default().to_be_bytes());
    chunk.extend_from_slice(b"eXIf");
    chunk.extend_from_slice(&tiff);
    let sum = crc(chunk.get(4..).unwrap_or_default());
    chunk.extend_from_slice(&sum.to_be_bytes());
    chunk
}

/// CRC-32 as the standard's annex D has it; for one short chunk a bit at a time is soon enough.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| match crc & 1 {
        1 => (crc >> 1) ^ 0xedb8_8320,
        _ => crc >> 1,
    };
    let sum = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
    });
    !sum
}
