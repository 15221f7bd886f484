//! The tokens of a JSON text, for what a parser into values would lose.

/// The tokens of a JSON text in their order, without the space between them: one of `{ } [ ] , :`, a
/// string with its quotes, or the text of a number, `true`, `false` or `null`. Of a text that is not
/// JSON its pieces, whatever they are.
pub fn tokens(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let length = match *rest.as_bytes().first()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(rest.as_bytes()),
            _ => scalar(rest.as_bytes()),
        };
        // Never within a character: what ends a token is ASCII.
        let (token, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(token)
    })
}

/// Length of the string that the bytes begin with.
fn string(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let closing = bytes.iter().skip(1).position(|byte| match byte {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        byte => *byte == b'"',
    });
    closing.map_or(bytes.len(), |at| at + 2)
}

fn scalar(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_its_tokens() {
        let text = " {\"a \\\" }\" :\n[1e3 ,-0.10,true,\"ü\\\\\"], \"\":{ } }";
        let found: Vec<_> = tokens(text).collect();
        assert_eq!(
            found,
            [
                "{",
                "\"a \\\" }\"",
                ":",
                "[",
                "1e3",
                ",",
                "-0.10",
                ",",
                "true",
                ",",
                "\"ü\\\\\"",
                "]",
                ",",
                "\"\"",
                ":",
                "{",
                "}",
                "}"
            ]
        );
    }

    #[test]
    fn what_is_not_json_ends_too() {
        for text in ["", " ", "\"", "\"\\", "{\"a", "nül x", "\\"] {
            let found: usize = tokens(text).map(str::len).sum();
            assert!(found <= text.len(), "{text}");
        }
    }
}
