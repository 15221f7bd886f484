//! The head of an answer, and where its body ends. Pure.
//!
//! What RFC 9112 leaves to the client is decided against smuggling: a length that is said twice must be said
//! alike, and a connection whose answer has both a length and a coding is not used again.

use claimwire_model::Headers;

use crate::limits::HEADERS;

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// As sent, text made from bytes leniently.
    pub(crate) headers: Headers,
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
            headers: text(first.iter().chain(when.take(1))),
            framing,
            keep: framed_once && !old && !facts.close && framing != Framing::Close,
        })
    }
}

/// Leniently; what is text already, as nearly all is, is only looked at once.
fn text<'a>(headers: impl Iterator<Item = &'a httparse::Header<'a>> + Clone) -> Headers {
    let bytes = headers.clone();
    let bytes = bytes.map(|header| header.name.len() + header.value.len() + 2);
    let mut all = Headers::with_capacity(bytes.sum());
    for header in headers {
        all.push(header.name, &String::from_utf8_lossy(header.value));
    }
    all
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
