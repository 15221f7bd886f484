//! Bytes → the head of an answer. Pure. One that is not as RFC 9112 has it is read by [`odd`], once this has not
//! understood it.

use std::mem::MaybeUninit;

use super::head::Head;
use super::odd::{self, after_empty_lines};
use crate::limits::HEADERS;

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

#[cfg(test)]
mod tests {
    use super::super::head::Framing;
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
        assert_eq!(head.headers, [("X-Odd", "a\u{fffd}b")].into());
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
