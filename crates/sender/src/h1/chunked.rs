//! The chunked transfer coding (RFC 9112, section 7.1), read strictly and piece by piece. Pure.
//!
//! Sizes, extensions and trailers are bytes that nobody wants and that a peer can send without end: they have a
//! bound of their own.

use crate::limits::CHUNK_FRAMING_BYTES;

/// Where in the coding the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// In the digits of a size; the flag: after at least one.
    Size(bool),
    /// In the white space after a size.
    SizeSpace,
    /// In what may follow a size.
    Extension,
    /// At the line feed after a size.
    SizeEnd,
    Data,
    /// At the carriage return, then the line feed, after a chunk's data.
    DataEnd,
    DataFeed,
    /// At the first byte of a trailer line, inside one, at the line feed of one.
    Trailer,
    TrailerLine,
    TrailerFeed,
    /// At the last line feed.
    End,
    Done,
}

/// Reads a chunked body.
#[derive(Debug)]
pub(crate) struct Chunked {
    at: At,
    /// Bytes of the present chunk that are still to come.
    left: u64,
    /// Bytes read so far that are not data.
    framing: usize,
    /// Whether anything stood between the last chunk and the end.
    trailers: bool,
}

/// How far a body has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to come.
    More,
    /// It is whole; this many bytes of the input were its own.
    Done(usize),
    /// There is more of it than `limit`.
    Full,
}

impl Chunked {
    pub(crate) fn new() -> Self {
        Self {
            at: At::Size(false),
            left: 0,
            framing: 0,
            trailers: false,
        }
    }

    /// Whether trailers came. Nobody reads them, so whether they are well formed stays unknown.
    pub(crate) fn has_trailers(&self) -> bool {
        self.trailers
    }

    /// Takes `input`, puts the data into `body`, at most until that has `limit` bytes.
    ///
    /// # Errors
    /// What is wrong with the coding.
    pub(crate) fn feed(
        &mut self,
        input: &[u8],
        body: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Progress, String> {
        let mut rest = input;
        while self.at != At::Done {
            if self.at == At::Data {
                let many = usize::try_from(self.left)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                let (data, after) = rest.split_at(many);
                let room = limit.saturating_sub(body.len());
                body.extend_from_slice(data.get(..room).unwrap_or(data));
                if many > room {
                    return Ok(Progress::Full);
                }
                rest = after;
                self.left -= many as u64;
                if self.left > 0 {
                    return Ok(Progress::More);
                }
                self.at = At::DataEnd;
            }
            let Some((byte, after)) = rest.split_first() else {
                return Ok(Progress::More);
            };
            rest = after;
            self.step(*byte)?;
            self.framing += 1;
            if self.framing > CHUNK_FRAMING_BYTES {
                return Err(format!(
                    "more than {CHUNK_FRAMING_BYTES} bytes of it are chunk sizes, extensions and trailers"
                ));
            }
        }
        Ok(Progress::Done(input.len() - rest.len()))
    }

    /// One byte that is not data.
    fn step(&mut self, byte: u8) -> Result<(), String> {
        self.at = match (self.at, byte) {
            (At::Size(_), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                if self.left >> 60 != 0 {
                    return Err("a chunk's size is too large".to_owned());
                }
                self.left = self.left << 4 | u64::from(digit);
                At::Size(true)
            }
            (At::Size(true), b'\r') => At::SizeEnd,
            (At::Size(true) | At::SizeSpace, b' ' | b'\t') => At::SizeSpace,
            (At::Size(true) | At::SizeSpace, b';') => At::Extension,
            (At::SizeSpace, b'\r') => At::SizeEnd,
            (At::Extension, b'\r') => At::SizeEnd,
            (At::Extension, b'\n') => return Err(broken("an extension", byte)),
            (At::Extension, _) => At::Extension,
            (At::SizeEnd, b'\n') if self.left == 0 => At::Trailer,
            (At::SizeEnd, b'\n') => At::Data,
            (At::DataEnd, b'\r') => At::DataFeed,
            (At::DataFeed, b'\n') => At::Size(false),
            (At::Trailer, b'\r') => At::End,
            (At::TrailerLine, b'\r') => At::TrailerFeed,
            (At::Trailer | At::TrailerLine, b'\n') => return Err(broken("a trailer", byte)),
            (At::Trailer | At::TrailerLine, _) => {
                self.trailers = true;
                At::TrailerLine
            }
            (At::TrailerFeed, b'\n') => At::Trailer,
            (At::End, b'\n') => At::Done,
            (At::Size(_) | At::SizeSpace | At::SizeEnd, _) => {
                return Err(broken("a chunk's size", byte));
            }
            (At::DataEnd | At::DataFeed, _) => return Err(broken("a chunk's end", byte)),
            (At::TrailerFeed | At::End, _) => return Err(broken("a trailer's end", byte)),
            (At::Data | At::Done, _) => self.at,
        };
        Ok(())
    }
}

fn broken(place: &str, byte: u8) -> String {
    format!("its chunks are broken: byte 0x{byte:02x} in {place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 100;

    fn whole(input: &[u8]) -> Result<(Progress, Vec<u8>), String> {
        let mut body = Vec::new();
        let progress = Chunked::new().feed(input, &mut body, LIMIT)?;
        Ok((progress, body))
    }

    #[test]
    fn data_is_taken_out_however_it_is_cut() {
        let text = b"5\r\nhello\r\n006;a=\"b\"\r\n world\r\nA \r\n0123456789\r\n0\r\nX: y\r\nZ: \r\n\r\nrest";
        let wanted = b"hello world0123456789";
        assert_eq!(
            whole(text),
            Ok((Progress::Done(text.len() - 4), wanted.to_vec()))
        );
        for cut in 0..text.len() - 4 {
            let (mut chunked, mut body) = (Chunked::new(), Vec::new());
            let (first, second) = text.split_at(cut);
            assert_eq!(
                chunked.feed(first, &mut body, LIMIT),
                Ok(Progress::More),
                "{cut}"
            );
            assert_eq!(
                chunked.feed(second, &mut body, LIMIT),
                Ok(Progress::Done(text.len() - 4 - cut))
            );
            assert_eq!(body, wanted, "{cut}");
        }
    }

    #[test]
    fn no_more_data_is_taken_than_the_limit() {
        let exact = format!("64\r\n{}\r\n0\r\n\r\n", "x".repeat(LIMIT));
        let (progress, body) = whole(exact.as_bytes()).unwrap();
        assert_eq!((progress, body.len()), (Progress::Done(exact.len()), LIMIT));
        let more = format!("64\r\n{}\r\n1\r\ny", "x".repeat(LIMIT));
        let (progress, body) = whole(more.as_bytes()).unwrap();
        assert_eq!((progress, body.len()), (Progress::Full, LIMIT));
    }

    #[test]
    fn what_is_broken_is_said() {
        for text in [
            "x\r\n",
            "\r\n",
            ";\r\n",
            "-1\r\n",
            "0x5\r\n",
            "5\n",
            "5\r\r",
            "5 x\r\n",
            "5\t\t5\r\n",
            "5;a\n",
            "5\r\nhelloX",
            "5\r\nhello\rX",
            "5\r\nhello\n",
            "0\r\n\n",
            "0\r\nX: y\n",
            "0\r\nX: y\rZ",
            "0\r\n\rX",
            "10000000000000000\r\n",
            "fffffffffffffffff\r\n",
        ] {
            assert!(whole(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_data_has_a_bound() {
        let extension = format!("1;{}", "x".repeat(CHUNK_FRAMING_BYTES));
        let trailers = format!("0\r\n{}", "X: y\r\n".repeat(CHUNK_FRAMING_BYTES / 6));
        let zeros = "0".repeat(CHUNK_FRAMING_BYTES + 1);
        for text in [extension, trailers, zeros] {
            assert!(
                whole(text.as_bytes())
                    .unwrap_err()
                    .contains("bytes of it are")
            );
        }
    }
}
