//! WebP (RFC 9649): a RIFF file of chunks, each padded to an even length.

use super::{Broken, exif, take};

/// The chunks that make the picture, beside `VP8X`, whose flags tell which there are.
const KEPT: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

/// Kind and length of a chunk.
const FRAME: usize = 8;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// The image as long as its header says, without chunks that do not make the picture.
pub(super) fn rebuild(sent: &[u8]) -> Result<Vec<u8>, Broken> {
    const CUT: &str = "it ends before its end";
    let length = sent.get(4..8).and_then(|bytes| bytes.try_into().ok());
    let length = little_endian(length.ok_or(CUT)?);
    let whole = sent.get(8..length.saturating_add(8)).ok_or(CUT)?;
    let mut rest = whole.strip_prefix(b"WEBP").ok_or(CUT)?;
    let mut body = b"WEBP".to_vec();
    let mut turned = None;
    let mut flags_at = None;
    while !rest.is_empty() {
        let frame = take(&mut rest, FRAME).ok_or(CUT)?;
        let (kind, length) = frame.split_at(4);
        let length = little_endian(length.try_into().map_err(|_| Broken::from(CUT))?);
        let content = take(&mut rest, length).ok_or(CUT)?;
        // The last chunk's padding is missing at times.
        take(&mut rest, length % 2);
        if kind == b"VP8X" {
            flags_at = flags_at.or(Some(body.len() + FRAME));
        } else if kind == b"EXIF" {
            let tiff = content.strip_prefix(b"Exif\0\0").unwrap_or(content);
            turned = turned.or_else(|| exif::turned(tiff));
        }
        if kind == b"VP8X" || KEPT.iter().any(|kept| *kept == kind) {
            push(&mut body, kind, content);
        }
    }
    if let Some(flags) = flags_at.and_then(|at| body.get_mut(at)) {
        *flags &= !(HAS_EXIF | HAS_XMP);
        if let Some(orientation) = turned {
            *flags |= HAS_EXIF;
            push(&mut body, b"EXIF", &exif::saying(orientation));
        }
    }
    let mut rebuilt = Vec::with_capacity(FRAME + body.len());
    push(&mut rebuilt, b"RIFF", &body);
    Ok(rebuilt)
}

fn push(out: &mut Vec<u8>, kind: &[u8], content: &[u8]) {
    out.extend_from_slice(kind);
    out.extend_from_slice(
        &u32::try_from(content.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}

fn little_endian(bytes: [u8; 4]) -> usize {
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
}
