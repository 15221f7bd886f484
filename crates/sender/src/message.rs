//! The port's request → the bytes that go out, without copying the body.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use claimwire_wire::send::{AnswerRoom, Request, SendError, SendErrorKind};

use crate::error::error;
use crate::target::Target;

/// What a head takes at most beside its first line and its headers: the length, and what ends it.
const FRAMING_BYTES: usize = 96;

/// A request as it goes out.
#[derive(Debug)]
pub(crate) struct Message {
    /// Request line and headers, with the empty line after them.
    pub(crate) head: Vec<u8>,
    pub(crate) body: Bytes,
    /// At most so many bytes of the answer's body are read.
    pub(crate) answer_limit: usize,
    /// What is read of it is asked room for here.
    pub(crate) answer_room: Option<Arc<dyn AnswerRoom>>,
}

impl Message {
    /// The request to `target`.
    ///
    /// # Errors
    /// `protocol`: a header's name or value would break the request.
    pub(crate) fn new(target: &Target, request: &Request) -> Result<Self, SendError> {
        let method = request.method.as_str();
        let mut head = Vec::with_capacity(room(method, target, request));
        head.extend_from_slice(method.as_bytes());
        head.extend_from_slice(&target.start);
        for (name, value) in &request.headers {
            if !is_name(name) || !is_value(value) {
                let origin = &target.origin;
                return Err(error(
                    SendErrorKind::Protocol,
                    format!("header `{name}` cannot be sent to {origin}: change its value"),
                ));
            }
            for part in [name, ": ", value, "\r\n"] {
                head.extend_from_slice(part.as_bytes());
            }
        }
        let length = request.body.len();
        if length > 0 || request.method.tells_length() {
            // Writing into memory does not fail.
            let _ = write!(head, "Content-Length: {length}\r\n");
        }
        head.extend_from_slice(b"\r\n");
        Ok(Self {
            head,
            body: request.body.clone(),
            answer_limit: request.answer_limit,
            answer_room: request.answer_room.clone(),
        })
    }
}

/// What a head takes at most, so that it is written into one piece of memory.
fn room(method: &str, target: &Target, request: &Request) -> usize {
    let headers = &request.headers;
    // A line is kept as `name:value\n` and sent as `name: value\r\n`.
    let kept = headers.as_str().len() + 2 * headers.len();
    method.len() + target.start.len() + kept + FRAMING_BYTES
}

/// Which bytes a token may have (RFC 9110, section 5.6.2). A table, because every byte of every request passes.
pub(crate) const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-'
            | b'.' | b'^' | b'_' | b'`' | b'|' | b'~');
        byte += 1;
    }
    table
};

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| TOKEN[usize::from(b)])
}

/// No control characters but the tab: a line's end would begin a header of its own. Looks at all bytes without
/// stopping, which the compiler makes into a few wide instructions.
fn is_value(value: &str) -> bool {
    let bad = |b: u8| (b != b'\t') & ((b < b' ') | (b == 0x7f));
    !value.bytes().fold(false, |any, b| any | bad(b))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use claimwire_model::ShopNo;
    use claimwire_wire::send::Method;

    use super::*;
    use crate::policy::Policy;

    fn message(name: &'static str, value: &str) -> Result<Message, SendError> {
        made(Method::Post, Bytes::from_static(b"{}"), name, value)
    }

    fn made(
        method: Method,
        body: Bytes,
        name: &'static str,
        value: &str,
    ) -> Result<Message, SendError> {
        let target = Target::parse("https://a.example/x?y", &Policy::default()).unwrap();
        let mut request = request(method, body);
        request.headers.push(name, value);
        Message::new(&target, &request)
    }

    fn request(method: Method, body: Bytes) -> Request {
        Request {
            method,
            url: String::new(),
            headers: claimwire_model::Headers::default(),
            body,
            timeout: Duration::ZERO,
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: ShopNo(1),
        }
    }

    #[test]
    fn a_head_is_written_whole() {
        let message = message("X-A", "\tü").unwrap();
        let wanted =
            "POST /x?y HTTP/1.1\r\nHost: a.example\r\nX-A: \tü\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(String::from_utf8(message.head.clone()).unwrap(), wanted);
    }

    #[test]
    fn many_headers_are_written_into_one_piece_of_memory() {
        let target = Target::parse("https://a.example/x?y", &Policy::default()).unwrap();
        let mut request = request(Method::Post, Bytes::from_static(b"{}"));
        for _ in 0..100 {
            request.headers.push("X-A", "b");
        }
        let reserved = room("POST", &target, &request);
        let message = Message::new(&target, &request).unwrap();
        assert!(message.head.len() <= reserved);
        assert_eq!(message.head.capacity(), reserved);
    }

    #[test]
    fn a_length_is_told_where_one_is_looked_for() {
        for (method, body, length) in [
            (Method::Get, "", None),
            (Method::Delete, "", None),
            (Method::Delete, "{}", Some("2")),
            (Method::Post, "", Some("0")),
            (Method::Put, "{}", Some("2")),
            (Method::Patch, "{}", Some("2")),
        ] {
            let head = made(method, Bytes::from(body), "X-A", "b").unwrap().head;
            let head = String::from_utf8(head).unwrap();
            let start = format!("{} /x?y HTTP/1.1\r\n", method.as_str());
            assert!(head.starts_with(&start), "{head}");
            let told = head
                .split_once("Content-Length: ")
                .map(|(_, rest)| rest.trim_end());
            assert_eq!(told, length, "{head}");
        }
    }

    #[test]
    fn a_header_that_would_break_the_request_is_an_error_without_its_value() {
        for (name, value) in [
            ("X-A", "SECRET\r\nX-B: 1"),
            ("X A", "SECRET"),
            ("", "SECRET"),
            ("X-Ü", "SECRET"),
            ("X-A", "SECRET\0"),
            ("X-A", "SECRET\x7f"),
        ] {
            let refused = message(name, value).unwrap_err();
            assert_eq!(refused.kind, SendErrorKind::Protocol);
            assert!(
                refused.detail.contains(name) && !refused.detail.contains("SECRET"),
                "{}",
                refused.detail
            );
        }
    }
}
