//! Bytes → the head of an answer, and where its body ends. Pure.
//!
//! What RFC 9112 leaves to the client is decided against smuggling: a length that is said twice must be said
//! alike, and a connection whose answer has both a length and a coding is not used again. A head that is not as the
//! RFC has it is read by [`odd`], once this has not understood it.

use std::mem::MaybeUninit;

use super::odd;
use crate::limits::HEADERS;

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// As sent, text made from bytes leniently.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) framing: Framing,
    /// Whether the connection stays open for another request, as far as the head says.
    pub(crate) keep: bool,
}

/// Where the body ends (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After this many bytes.
    Length(u64),
    /// Where the last chunk says.
    Chunked,
    /// Where the connection does.
    Close,
}

/// How every answer begins.
const START: &[u8] = b"HTTP/1.";

/// Whether `bytes` can be the beginning of an answer, known before its first line is whole. Empty lines before it
/// are passed over.
///
/// # Errors
/// They cannot.
pub(crate) fn begins_well(bytes: &[u8]) -> Result<(), String> {
    let bytes = after_empty_lines(bytes);
    let known = bytes.len().min(START.len());
    if bytes.get(..known) == START.get(..known) {
        Ok(())
    } else {
        Err("it does not begin with an HTTP/1 status line".to_owned())
    }
}

pub(super) fn after_empty_lines(bytes: &[u8]) -> &[u8] {
    let end = |b: &u8| !matches!(b, b'\r' | b'\n');
    let start = bytes.iter().position(end).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

/// The head that `bytes` begin with and its length in bytes; None while it is not whole.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, String> {
    begins_well(bytes)?;
    let mut headers = [const { MaybeUninit::uninit() }; HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let parser = httparse::ParserConfig::default();
    let length = match parser.parse_response_with_uninit_headers(&mut response, bytes, &mut headers)
    {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return odd::parse(bytes),
    };
    let status = response.code.unwrap_or_default();
    let head = Head::new(status, response.version == Some(0), response.headers)?;
    Ok(Some((head, length)))
}

impl Head {
    /// What these headers say of an answer with this status, by HTTP/1.0 if it is `old`.
    pub(super) fn new(
        status: u16,
        old: bool,
        headers: &[httparse::Header<'_>],
    ) -> Result<Self, String> {
        if status < 100 || status == 101 {
            return Err(format!("its status is {status}"));
        }
        let facts = Facts::of(headers);
        let (framing, framed_once) = facts.framing(status, old)?;
        // When it is said when to come again, that is never dropped.
        let (first, surplus) = headers.split_at(headers.len().min(HEADERS));
        let when = surplus
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("retry-after"));
        Ok(Self {
            status,
            headers: first
                .iter()
                .chain(when.take(1))
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            framing,
            keep: framed_once && !old && !facts.close && framing != Framing::Close,
        })
    }
}

/// Leniently; what is text already, as nearly all is, is only looked at once.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// What the headers say about the connection and the body.
struct Facts {
    /// The length that is given, if one is; or why it is none. It does not count beside a transfer coding (RFC
    /// 9112, section 6.3) or where there is no body.
    length: Result<Option<u64>, &'static str>,
    /// Whether there is a transfer coding, and whether the last one is `chunked`; or why that is not clear.
    coding: Result<Option<bool>, &'static str>,
    close: bool,
}

impl Facts {
    fn of(headers: &[httparse::Header<'_>]) -> Self {
        let mut facts = Self {
            length: Ok(None),
            coding: Ok(None),
            close: false,
        };
        for header in headers {
            if header.name.eq_ignore_ascii_case("content-length") {
                for value in tokens(header.value) {
                    facts.length = facts.length.and_then(|before| length(before, value));
                }
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                facts.coding = facts.coding.and_then(|_| coding(header.value));
            } else if header.name.eq_ignore_ascii_case("connection") {
                let mut options = tokens(header.value);
                facts.close |= options.any(|option| option.eq_ignore_ascii_case(b"close"));
            }
        }
        facts
    }

    /// The framing, and whether there is no other way to see it.
    fn framing(&self, status: u16, old: bool) -> Result<(Framing, bool), String> {
        Ok(match (self.coding, self.length) {
            (_, length) if status < 200 || matches!(status, 204 | 304) => {
                (Framing::Length(0), length.is_ok() && self.coding.is_ok())
            }
            (Err(why), _) => return Err(why.to_owned()),
            (Ok(Some(_)), _) if old => {
                return Err("it is HTTP/1.0 with a transfer coding".to_owned());
            }
            (Ok(Some(true)), length) => (Framing::Chunked, length == Ok(None)),
            (Ok(Some(false)), _) => (Framing::Close, false),
            (Ok(None), Ok(Some(length))) => (Framing::Length(length), true),
            (Ok(None), Ok(None)) => (Framing::Close, true),
            (Ok(None), Err(why)) => return Err(why.to_owned()),
        })
    }
}

/// Whether the last coding of the list is `chunked`.
fn coding(value: &[u8]) -> Result<Option<bool>, &'static str> {
    if !value.iter().all(|b| matches!(b, b' '..=b'~' | b'\t')) {
        return Err("its Transfer-Encoding is not text");
    }
    let last = tokens(value).last().unwrap_or_default();
    Ok(Some(last.eq_ignore_ascii_case(b"chunked")))
}

/// The length that one more value gives.
fn length(before: Option<u64>, value: &[u8]) -> Result<Option<u64>, &'static str> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let now = std::str::from_utf8(value)
        .ok()
        .filter(|_| digits)
        .and_then(|text| text.parse().ok());
    match (now, before) {
        (None, _) => Err("its Content-Length is no number of bytes"),
        (Some(now), Some(before)) if now != before => Err("it has two Content-Lengths that differ"),
        _ => Ok(now),
    }
}

/// The members of a list, without the white space around them.
fn tokens(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|b| *b == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(lines: &str) -> (Framing, bool) {
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        let (head, length) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        (head.framing, head.keep)
    }

    #[test]
    fn the_end_of_a_body_is_found() {
        use Framing::{Chunked, Close, Length};
        for (lines, wanted) in [
            ("", (Close, false)),
            ("Content-Length: 0\r\n", (Length(0), true)),
            ("content-length:  5 \r\n", (Length(5), true)),
            (
                "Content-Length: 5, 5\r\nContent-Length: 5\r\n",
                (Length(5), true),
            ),
            (
                "Content-Length: 5\r\nConnection: foo, CLOSE\r\n",
                (Length(5), false),
            ),
            ("Transfer-Encoding: Chunked\r\n", (Chunked, true)),
            ("Transfer-Encoding: gzip, chunked\r\n", (Chunked, true)),
            (
                "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
                (Chunked, true),
            ),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                (Chunked, false),
            ),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5, 6\r\n",
                (Chunked, false),
            ),
            (
                "Content-Length: x\r\nTransfer-Encoding: chunked\r\n",
                (Chunked, false),
            ),
            (
                "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
                (Close, false),
            ),
            ("Transfer-Encoding: chunked, gzip\r\n", (Close, false)),
        ] {
            assert_eq!(framing(lines), wanted, "{lines}");
        }
    }

    #[test]
    fn some_statuses_have_no_body_and_http_1_0_is_not_kept() {
        for (start, wanted) in [
            ("HTTP/1.1 204 No Content", (204, Framing::Length(0), true)),
            ("HTTP/1.1 304", (304, Framing::Length(0), true)),
            ("HTTP/1.1 100 Continue", (100, Framing::Length(0), true)),
            ("HTTP/1.1 999 ?", (999, Framing::Length(9), true)),
            ("HTTP/1.0 200 OK", (200, Framing::Length(9), false)),
        ] {
            let text = format!("{start}\r\nContent-Length: 9\r\n\r\n");
            let (head, _) = parse(text.as_bytes()).unwrap().unwrap();
            assert_eq!((head.status, head.framing, head.keep), wanted, "{start}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_taken_leniently() {
        let (head, _) = parse(b"HTTP/1.1 200 \xff\xfe\r\nX-Odd: a\xffb\r\n\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(
            head.headers,
            [("X-Odd".to_owned(), "a\u{fffd}b".to_owned())]
        );
    }

    #[test]
    fn what_is_not_http_is_said() {
        for (text, says) in [
            ("SSH-2.0-OpenSSH_9.6\r\n", "status line"),
            ("\r\n SSH\r\n", "status line"),
            ("HTTP/2 200\r\n\r\n", "status line"),
            ("<html>", "status line"),
            ("HTTP/1.1 20 OK\r\n", "status line is broken"),
            ("HTTP/1.1 099 Low\r\n\r\n", "its status is 99"),
            ("HTTP/1.1 101 Switching\r\n\r\n", "its status is 101"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "no number"),
            ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "no number"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n",
                "no number",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "no number"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
                "no number",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n", "differ"),
            (
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.0",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzi\u{e9}, chunked\r\n\r\n",
                "not text",
            ),
        ] {
            let said = parse(text.as_bytes()).unwrap_err();
            assert!(said.contains(says), "{text:?}: {said}");
        }
    }

    #[test]
    fn no_part_of_a_head_is_taken_for_a_whole_or_a_broken_one() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\n";
        for end in 0..text.len() {
            assert_eq!(parse(&text[..end]), Ok(None), "{end}");
        }
    }
}
