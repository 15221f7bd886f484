//! A PNG of a given size that any decoder takes: one grey, stored without compression.

/// Pixels in a line, one byte each.
const WIDTH: u32 = 3_000;
/// A stored block of deflate holds no more.
const BLOCK: usize = 65_535;

/// One of about so many bytes.
pub(super) fn png(bytes: u32) -> Vec<u8> {
    let height = bytes / (WIDTH + 1);
    let mut line = vec![0];
    line.extend(std::iter::repeat_n(
        0x7f,
        usize::try_from(WIDTH).unwrap_or(0),
    ));
    let lines = line.repeat(usize::try_from(height).unwrap_or(0));
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Eight bits of grey; no other ways of compression, filters or interlacing there are.
    header.extend([8, 0, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &stored(&lines));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend(length.to_be_bytes());
    let from = png.len();
    png.extend(name);
    png.extend(data);
    let sum = crc(png.get(from..).unwrap_or_default());
    png.extend(sum.to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951).
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler(data).to_be_bytes());
    stream
}

fn adler(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

fn crc(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)));
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_sums_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
        let png = png(100_000);
        assert!((99_000..101_000).contains(&png.len()), "{}", png.len());
    }
}
