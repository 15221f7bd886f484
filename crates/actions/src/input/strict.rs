//! What is JSON by its grammar, and yet nothing that may be kept and sent on: half a surrogate pair in a
//! string, which is no character, and numbers so long that other languages' readers refuse them. It is
//! looked for in whole bodies, so that open objects and posted events need no check of their own.

use claimwire_model::json::tokens;
use serde::de::IgnoredAny;

use super::escape;
use crate::refusal::Refusal;

/// Digits of a number (contract section 2): Python's reader stops at 4,300.
const DIGITS: usize = 1_000;
/// Levels that are looked through. What is nested deeper is refused by whoever takes the body.
const LEVELS: usize = 256;

/// Whether a body, if it is JSON, may be kept.
pub(super) fn check(body: &[u8]) -> Result<(), Refusal> {
    if !has_surrogate(body) && !has_long_number(body) {
        return Ok(());
    }
    // What is no JSON is told so by the parser.
    let json = std::str::from_utf8(body).unwrap_or_default();
    if serde_json::from_str::<IgnoredAny>(json).is_err() {
        return Ok(());
    }
    match find(json) {
        Some((pointer, message)) => Err(Refusal::field(pointer, message)),
        None => Ok(()),
    }
}

/// Whether an escape of a surrogate is there, alone or in a pair.
fn has_surrogate(body: &[u8]) -> bool {
    body.contains(&b'\\')
        && body.windows(4).any(|bytes| {
            matches!(
                bytes,
                [
                    b'\\',
                    b'u',
                    b'd' | b'D',
                    b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                ]
            )
        })
}

/// Whether something as long as a number that is too long is there; it may stand in a string. Such a
/// thing covers one of the places that are looked at.
fn has_long_number(body: &[u8]) -> bool {
    let in_number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
    let mut places = (0..body.len()).step_by(DIGITS);
    places.any(|place| {
        let (before, behind) = body.split_at(place);
        let before = before.iter().rev().take(DIGITS).take_while(in_number);
        let behind = behind.iter().take(DIGITS + 1).take_while(in_number);
        match behind.count() {
            0 => false,
            behind => before.count() + behind > DIGITS,
        }
    })
}

/// Where in an object or array.
enum Place<'a> {
    /// At this member, once its key is read.
    Key(Option<&'a str>),
    Index(usize),
}

/// Pointer and message of the first thing that may not be kept.
fn find(json: &str) -> Option<(String, String)> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for token in tokens(json) {
        let depth = places.len();
        match (token.as_bytes().first()?, places.last_mut()) {
            (b'{' | b'[', _) if depth >= LEVELS => return None,
            (b'{', _) => places.push(Place::Key(None)),
            (b'[', _) => places.push(Place::Index(0)),
            (b'}' | b']', _) => drop(places.pop()),
            (b',', Some(Place::Key(key))) => *key = None,
            (b',', Some(Place::Index(index))) => *index += 1,
            (b'"', Some(Place::Key(key @ None))) => {
                if is_lone(token) {
                    places.pop();
                    let message = format!("has a key with {LONE}");
                    return Some((pointer(&places), message));
                }
                *key = Some(token);
            }
            (b'"', _) if is_lone(token) => {
                return Some((pointer(&places), format!("holds {LONE}")));
            }
            (b'-' | b'0'..=b'9', _) if digits(token) > DIGITS => {
                let message = format!("is a number of more than {DIGITS} digits; send it as text");
                return Some((pointer(&places), message));
            }
            _ => {}
        }
    }
    None
}

const LONE: &str = "half a surrogate pair (an escape from \\ud800 to \\udfff without its other half), which is no character";

/// Whether a string is no text.
fn is_lone(string: &str) -> bool {
    string.contains("\\u") && serde_json::from_str::<String>(string).is_err()
}

fn digits(number: &str) -> usize {
    number.bytes().filter(u8::is_ascii_digit).count()
}

fn pointer(places: &[Place<'_>]) -> String {
    let mut pointer = String::new();
    for place in places {
        pointer.push('/');
        match place {
            Place::Index(index) => pointer.push_str(&index.to_string()),
            Place::Key(key) => {
                let key = key.and_then(|key| serde_json::from_str::<String>(key).ok());
                pointer.push_str(&escape(&key.unwrap_or_default()));
            }
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fields;

    fn refused(body: &str) -> Option<String> {
        check(body.as_bytes())
            .err()
            .map(|refusal| fields(&refusal).join(" "))
    }

    #[test]
    fn half_a_surrogate_pair_is_found_where_it_is() {
        for (body, pointer) in [
            (r#"{"a":"\ud800"}"#, "/a"),
            (r#"{"a":"\uDFFFx"}"#, "/a"),
            (r#"{"a":[1,{"b/c":["x","\ude00\ud83d"]}]}"#, "/a/1/b~1c/1"),
            (r#"{"\u0061":{"\ud83d":1}}"#, "/a"),
            (r#"{"\ud83d":1}"#, ""),
            (r#"[{"x":{}},{"x":{"y":[],"z":"\ud83d\u0061"}}]"#, "/1/x/z"),
        ] {
            assert_eq!(refused(body).as_deref(), Some(pointer), "{body}");
        }
        for body in [
            r#"{"a":"\ud83d\ude00","\uD83D\uDE00":"\\ud83d"}"#,
            r#"{"a":"\ud83d""#,
            r#""\\\\ud800""#,
        ] {
            assert_eq!(refused(body), None, "{body}");
        }
    }

    #[test]
    fn a_number_has_a_thousand_digits() {
        let long = |digits: usize| "7".repeat(digits);
        for (number, good) in [
            (long(1_000), true),
            (long(1_001), false),
            (format!("-{}.{}e+9", long(500), long(499)), true),
            (format!("-{}.{}e+9", long(500), long(500)), false),
            (format!("1e{}", "0".repeat(1_000)), false),
            (format!("\"{}\"", long(5_000)), true),
            (format!("\"{}\"", "e".repeat(5_000)), true),
        ] {
            for padding in [0, 1, 499, 998, 999, 1_000, 1_001] {
                let space = " ".repeat(padding);
                let body = format!(r#"{{"n":{space}[0,{number}]}}"#);
                let pointer = (!good).then_some("/n/1");
                assert_eq!(refused(&body).as_deref(), pointer, "{padding} {number}");
            }
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let body = format!("{}\"\\ud800\"{}", "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(refused(&body), None);
    }
}
