//! A body → what it should hold, or which fields are wrong, by JSON pointer.
//!
//! A good body is parsed once. Only a bad one is looked at again, to tell "not JSON" (400) from "not
//! what it should hold" (422) and to find the field.

mod strict;

use std::fmt::Write as _;

use claimwire_model::fields::{Object, Objects};
use serde::de::{Deserialize, IgnoredAny};
use serde_path_to_error::{Path, Segment};

use crate::refusal::Refusal;

/// The object in `body`.
///
/// # Errors
/// [`Refusal::NotJson`] when the body is empty or not JSON, [`Refusal::Invalid`] with the field's
/// pointer when it is JSON of another shape, or holds what others' readers of JSON cannot take.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    parse_any::<Object<T>>(body).map(|object| object.0)
}

/// The objects of the array in `body`, no more than [`ENTRIES`](claimwire_model::fields::ENTRIES).
///
/// # Errors
/// As [`parse`].
pub fn parse_list<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<Vec<T>, Refusal> {
    parse_any::<Objects<T>>(body).map(|list| list.0)
}

/// What is in `body`, object or not.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_any<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    strict::check(body)?;
    read(body)
}

/// The object that was made of a body and of what is kept. The body was looked through when it was
/// parsed; what is kept from before may be as it was taken then.
pub(crate) fn parse_kept<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    read::<Object<T>>(json).map(|object| object.0)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| explain::<T>(body))
}

/// Why `body` is no `T`.
fn explain<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Refusal {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Refusal::NotJson("it is empty".to_owned());
    }
    if let Err(error) = std::str::from_utf8(body) {
        return Refusal::NotJson(format!("it is not UTF-8: {error}"));
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(body) {
        return Refusal::NotJson(error.to_string());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => Refusal::NotJson("something follows the value".to_owned()),
        Err(error) => {
            let message = error.inner().to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Refusal::field(pointer(error.path(), message), message)
        }
    }
}

/// The pointer to the field that a message is about. The path of a field that is missing or there
/// twice ends at its parent: its own name is taken from the message.
fn pointer(path: &Path, message: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        // Writing to a string cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => write!(pointer, "/{}", escape(key)),
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
    }
    let named = ["missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.strip_suffix('`'));
    if let Some(name) = named {
        pointer.push('/');
        pointer.push_str(name);
    }
    pointer
}

/// A key as a JSON pointer writes it (RFC 6901).
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use claimwire_model::fields::{object, objects};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        sku: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Request {
        name: String,
        #[serde(default, deserialize_with = "objects")]
        lines: Vec<Line>,
        #[serde(default, deserialize_with = "object")]
        first: Option<Line>,
    }

    fn refused(body: &str) -> Refusal {
        parse::<Request>(body.as_bytes()).unwrap_err()
    }

    fn wrong_field(body: &str) -> String {
        match refused(body) {
            Refusal::Invalid {
                key: "validation_failed",
                errors,
            } => errors[0].field.clone(),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn what_is_not_json_is_told_apart() {
        for body in [
            "",
            " \n",
            "{",
            "nope",
            "{\"name\": \"a\"} x",
            "{\"what\": 1, ",
            "\u{feff}{}",
        ] {
            assert!(matches!(refused(body), Refusal::NotJson(_)), "{body}");
        }
        assert!(matches!(
            parse::<Request>(b"{\"name\": \"\xff\"}"),
            Err(Refusal::NotJson(_))
        ));
    }

    #[test]
    fn the_field_is_named() {
        assert_eq!(wrong_field("{}"), "/name");
        assert_eq!(wrong_field("[]"), "");
        assert_eq!(wrong_field("null"), "");
        assert_eq!(wrong_field(r#"{"name": 1}"#), "/name");
        assert_eq!(wrong_field(r#"{"name": "a", "n/a~": 1}"#), "/n~1a~0");
        assert_eq!(
            wrong_field(r#"{"name": "a", "lines": [{"sku": "x"}, {}]}"#),
            "/lines/1/sku"
        );
        assert_eq!(
            wrong_field(r#"{"name": "a", "lines": [{"sku": "x", "size": 1}]}"#),
            "/lines/0/size"
        );
        assert_eq!(wrong_field(r#"{"name": "a", "name": "b"}"#), "/name");
    }

    #[test]
    fn a_long_list_is_not_read_to_its_end() {
        let list = |entries: usize| format!("[{}]", vec![r#"{"sku":"a"}"#; entries].join(","));
        let read = |text: String| parse_list::<Line>(text.as_bytes()).map(|lines| lines.len());
        assert_eq!(read(list(1000)).unwrap(), 1000);
        let refused = read(list(1001)).unwrap_err();
        assert!(format!("{refused:?}").contains("1000"), "{refused:?}");
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(wrong_field(r#"["a"]"#), "");
        assert_eq!(
            wrong_field(r#"{"name": "a", "lines": [["x"]]}"#),
            "/lines/0"
        );
        assert_eq!(wrong_field(r#"{"name": "a", "first": ["x"]}"#), "/first");
        assert_eq!(
            parse::<Request>(br#"{"name": "a", "first": null}"#)
                .unwrap()
                .first,
            None
        );
    }
}
