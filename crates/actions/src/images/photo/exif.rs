//! The one thing of Exif that belongs to the picture: how it is to be turned.

/// The tag that says it, a number of 16 bits (Exif 2.32, 4.6.4 A).
const ORIENTATION: usize = 0x112;
const SHORT: usize = 3;
/// What a TIFF file's directory takes for each of its entries.
const ENTRY_BYTES: usize = 12;

/// How the picture is to be turned (2 to 8), if it is, from the Exif data (a TIFF file) that came with it.
pub(super) fn turned(tiff: &[u8]) -> Option<u8> {
    let little_endian = match tiff.first_chunk()? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| {
        let digits = tiff.get(at..at.checked_add(bytes)?)?.iter();
        let append = |number: usize, digit: &u8| number << 8 | usize::from(*digit);
        Some(match little_endian {
            true => digits.rfold(0, append),
            false => digits.fold(0, append),
        })
    };
    let directory = number(4, 4)?;
    for entry in 0..number(directory, 2)? {
        let entry = directory.checked_add(2 + entry * ENTRY_BYTES)?;
        if (number(entry, 2)?, number(entry + 2, 2)?) == (ORIENTATION, SHORT) {
            let orientation = u8::try_from(number(entry + 8, 2)?).ok()?;
            return (2..=8).contains(&orientation).then_some(orientation);
        }
    }
    None
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

    /// As a phone writes it: the lower byte first, behind another entry.
    #[test]
    fn it_is_found_among_others_and_in_either_byte_order() {
        let make = b"\x0f\x01\x02\0\x04\0\0\0abc\0";
        let orientation = b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let directory = [&b"\x02\0"[..], make, orientation].concat();
        let tiff = [&b"II*\0\x0a\0\0\0--"[..], &directory].concat();
        assert_eq!(turned(&tiff), Some(6));
        for cut in 0..tiff.len() - 2 {
            assert_eq!(turned(&tiff[..cut]), None, "cut after {cut}");
        }
        let far = b"II*\0\xff\xff\xff\xff\xff\xff";
        assert_eq!(turned(far), None);
    }
}
