//! Heads that are odd but plain: folded lines, a space before the colon, lines that are no header, more headers than
//! anyone needs, a version that does not exist yet. The receiver has said how it went and it would be wrong to send
//! again, so what the status line says counts, as long as where the body ends is clear. Pure.
//!
//! A connection with such an answer is not used again: what else its peer gets wrong is not known.

use super::head::Head;
use crate::message::TOKEN;

/// As [`parse`](super::parse::parse), for a head that it does not understand.
///
/// # Errors
/// The status line is broken, or where the body ends is not clear.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let text = after_empty_lines(bytes);
    let Some((first, rest)) = line(text) else {
        return Ok(None);
    };
    let (status, old) = status(first).ok_or("its status line is broken")?;
    let Some((fields, after)) = fields(rest)? else {
        return Ok(None);
    };
    let headers: Vec<httparse::Header<'_>> = fields
        .iter()
        .map(|Field { name, value }| httparse::Header { name, value })
        .collect();
    let mut head = Head::new(status, old, &headers)?;
    head.keep = false;
    Ok(Some((head, bytes.len() - after.len())))
}

/// The first line, without its end, and what is behind it; None while it is not whole.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let (line, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// The status, and whether the version is 1.0. A later one is read as 1.1 (RFC 9110, section 2.5).
fn status(line: &[u8]) -> Option<(u16, bool)> {
    let (minor, rest) = line.strip_prefix(b"HTTP/1.")?.split_first()?;
    let digits = rest.trim_ascii_start();
    let (code, reason) = digits.split_at_checked(3)?;
    let apart = digits.len() < rest.len() && reason.first().is_none_or(u8::is_ascii_whitespace);
    let sound = minor.is_ascii_digit() && code.iter().all(u8::is_ascii_digit);
    let code = std::str::from_utf8(code).ok()?.parse().ok()?;
    (apart && sound).then_some((code, *minor == b'0'))
}

struct Field<'a> {
    name: &'a str,
    value: Vec<u8>,
}

/// Fields, and what is behind them.
type Fields<'a> = (Vec<Field<'a>>, &'a [u8]);

/// The fields up to the empty line and what is behind that; None while there is none.
fn fields(bytes: &[u8]) -> Result<Option<Fields<'_>>, String> {
    // Looked for first: whoever sends line by line does not have all of them read each time.
    if !has_empty_line(bytes) {
        return Ok(None);
    }
    let (mut fields, mut rest) = (Vec::<Field<'_>>::new(), bytes);
    // Whether the line before was passed over.
    let mut passed_over = true;
    while let Some((text, after)) = line(rest) {
        rest = after;
        if text.is_empty() {
            return Ok(Some((fields, rest)));
        }
        let folded = text.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
        match (folded, fields.last_mut()) {
            (true, Some(last)) if !passed_over => {
                last.value.push(b' ');
                last.value.extend(plain(last.name, text)?);
            }
            _ => {
                let field = if folded { None } else { field(text)? };
                passed_over = field.is_none();
                match field {
                    Some(field) => fields.push(field),
                    None if is_about_framing(text) => {
                        return Err("a broken header may say where its body ends".to_owned());
                    }
                    None => {}
                }
            }
        }
    }
    Ok(None)
}

fn has_empty_line(bytes: &[u8]) -> bool {
    let begins = bytes.starts_with(b"\n") || bytes.starts_with(b"\r\n");
    let mut ends = bytes.windows(3);
    begins || bytes.ends_with(b"\n\n") || ends.any(|w| w.starts_with(b"\n\n") || w == b"\n\r\n")
}

/// None: no header.
fn field(line: &[u8]) -> Result<Option<Field<'_>>, String> {
    let Some(colon) = line.iter().position(|b| *b == b':') else {
        return Ok(None);
    };
    let (name, value) = line.split_at(colon);
    let name = name.trim_ascii_end();
    let token = !name.is_empty() && name.iter().all(|b| TOKEN[usize::from(*b)]);
    let Some(name) = std::str::from_utf8(name).ok().filter(|_| token) else {
        return Ok(None);
    };
    let value = plain(name, value.get(1..).unwrap_or_default())?;
    Ok(Some(Field { name, value }))
}

/// The value without the white space around it. A control character becomes a space, but in what says where the
/// body ends.
fn plain(name: &str, value: &[u8]) -> Result<Vec<u8>, String> {
    let value = value.trim_ascii();
    let is_odd = |b: &u8| b.is_ascii_control() && *b != b'\t';
    if is_about_framing(name.as_bytes()) && value.iter().any(is_odd) {
        return Err(format!("its {name} has a control character"));
    }
    Ok(value
        .iter()
        .map(|b| if is_odd(b) { b' ' } else { *b })
        .collect())
}

/// Whether it could be meant as the header that says where the body ends.
fn is_about_framing(text: &[u8]) -> bool {
    let letters: Vec<u8> = text
        .iter()
        .filter(|b| b.is_ascii_alphabetic())
        .map(u8::to_ascii_lowercase)
        .collect();
    ["contentlength", "transferencoding"].iter().any(|name| {
        letters
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    })
}

/// What follows the line ends that `bytes` begin with.
pub(super) fn after_empty_lines(bytes: &[u8]) -> &[u8] {
    let end = |b: &u8| !matches!(b, b'\r' | b'\n');
    let start = bytes.iter().position(end).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::head::Framing;
    use super::super::parse::parse;
    use crate::limits::{HEAD_BYTES, HEADERS};

    fn is(text: &str, framing: Framing, headers: &[(&str, &str)]) {
        let (head, length) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!((head.status, length), (200, text.len()), "{text:?}");
        assert_eq!((head.framing, head.keep), (framing, false), "{text:?}");
        let seen: Vec<(&str, &str)> = head.headers.iter().collect();
        assert_eq!(seen, headers, "{text:?}");
    }

    #[test]
    fn what_is_odd_but_plain_is_an_answer() {
        use Framing::{Chunked, Close, Length};
        for (lines, framing, headers) in [
            (
                "A: b\r\n folded\r\n\tmore\r\n",
                Close,
                &[("A", "b folded more")][..],
            ),
            ("A : b\r\n", Close, &[("A", "b")]),
            (
                "A\t:b\r\nContent-Length : 5\r\n",
                Length(5),
                &[("A", "b"), ("Content-Length", "5")],
            ),
            (
                "Content-Length:\r\n 5\r\n",
                Length(5),
                &[("Content-Length", " 5")],
            ),
            (
                "Transfer-Encoding: gzip,\r\n chunked\r\n",
                Chunked,
                &[("Transfer-Encoding", "gzip, chunked")],
            ),
            ("no header\r\nA: b\r\n", Close, &[("A", "b")]),
            ("A b: c\r\n: d\r\n\r x\r\nE: f\r\n", Close, &[("E", "f")]),
            ("<p>: x\r\n of no header\r\nA: b\r\n", Close, &[("A", "b")]),
            (" before the first\r\nA: b\r\n", Close, &[("A", "b")]),
            ("A: b\0c\rd\x7f\r\n", Close, &[("A", "b c d ")]),
            (
                "A\u{e4}: b\r\nC: \u{e4}\u{1}\r\n",
                Close,
                &[("C", "\u{e4} ")],
            ),
        ] {
            is(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n"), framing, headers);
            let bare = lines.replace("\r\n", "\n");
            is(&format!("HTTP/1.1 200 OK\n{bare}\n"), framing, headers);
        }
        for start in [
            "HTTP/1.2 200 OK",
            "HTTP/1.9 200",
            "HTTP/1.2  200\tOK",
            "HTTP/1.1 200\tOK",
            "\r\n\nHTTP/1.2 200 ",
        ] {
            is(
                &format!("{start}\r\nContent-Length: 5\r\n\r\n"),
                Length(5),
                &[("Content-Length", "5")],
            );
        }
    }

    #[test]
    fn surplus_headers_are_read_and_not_kept() {
        let many = "X-A: y\r\n".repeat(3 * HEADERS);
        let text =
            format!("HTTP/1.1 429 Slow\r\n{many}Retry-After: 7\r\nContent-Length: 3\r\n\r\n");
        let (head, _) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(
            (head.headers.len(), head.framing),
            (HEADERS + 1, Framing::Length(3))
        );
        assert_eq!(head.headers.iter().last().unwrap().1, "7");
        let short = "a:\n".repeat(HEAD_BYTES / 3);
        let (head, _) = parse(format!("HTTP/1.1 200 OK\n{short}\n").as_bytes())
            .unwrap()
            .unwrap();
        assert_eq!(head.headers.len(), HEADERS);
    }

    #[test]
    fn where_the_end_of_the_body_is_not_clear_there_is_no_answer() {
        for (lines, says) in [
            ("Content-Length: 5\r\n 6\r\n", "no number"),
            ("Content-Length : x\r\n", "no number"),
            ("Content-Length : 5\r\nContent-Length: 6\r\n", "differ"),
            ("Content-Length: 5\0\r\n", "control character"),
            ("Transfer-Encoding: chun\rked\r\n", "control character"),
            ("Content-Length\u{b}: 5\r\n", "may say where"),
            ("Content Length: 5\r\n", "may say where"),
            ("Content-Length 5\r\n", "may say where"),
            ("\u{1}Transfer-Encoding: chunked\r\n", "may say where"),
            ("junk\r\n Transfer-Encoding: chunked\r\n", "may say where"),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\nA : b\r\n{lines}\r\n");
            let said = parse(text.as_bytes()).expect_err(&text);
            assert!(said.contains(says), "{text:?}: {said}");
        }
        for start in [
            "HTTP/1.1 20",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 200OK",
            "HTTP/1.1200 OK",
            "HTTP/1.x 200 OK",
            "HTTP/1.1 OK 200",
            "HTTP/1.1",
            "HTTP/1.1 +20 OK",
            "HTTP/1.10 200 OK",
        ] {
            let said = parse(format!("{start}\r\nA: b\r\n").as_bytes()).expect_err(start);
            assert_eq!(said, "its status line is broken", "{start}");
        }
    }

    #[test]
    fn no_part_of_an_odd_head_is_taken_for_a_whole_or_a_broken_one() {
        let text = b"\r\nHTTP/1.1 200 OK\r\nA : b\r\n c\r\nno header\r\nContent-Length: 5\r\n\r\n";
        for end in 0..text.len() {
            assert_eq!(parse(&text[..end]), Ok(None), "{end}");
        }
        assert!(matches!(parse(text), Ok(Some(_))));
    }
}
