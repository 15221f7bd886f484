//! JSON that is kept as it came, and compared as what it says.
//!
//! serde_json's own numbers keep their digits but rewrite an exponent (`1e3` becomes `1e+3`), so what
//! must come out as it went in is kept as text.

mod same;
mod scalar;
mod scan;
mod text;
mod tokens;

pub use same::is_same;
pub use scalar::scalar;
pub use scan::Scanner;
pub use text::JsonText;
pub use tokens::tokens;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

/// JSON text kept byte for byte, so that `1.10`, `1e3` and numbers of thirty digits go out as they came
/// in (contract section 2).
pub type RawJson = Box<RawValue>;

/// JSON text as [`RawJson`], which several share.
pub type SharedJson = Arc<RawValue>;

/// A number kept with all its digits.
pub type Number = serde_json::Number;

/// A value as JSON. Code that is generic over what it writes would be compiled anew for each type of value; this is once for all.
///
/// # Errors
/// serde_json's: a value that has no JSON, such as a map whose keys are no texts.
pub fn to_bytes(value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::with_capacity(256);
    erased_serde::serialize(value, &mut serde_json::Serializer::new(&mut bytes))?;
    Ok(bytes)
}

/// A value of the caller's own: its text without the space between the tokens, so that key order and
/// number text are kept. Equal when the values are. It takes no more room than its text.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct OpenValue(RawJson);

impl OpenValue {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether objects and arrays are nested in it more than `levels` deep; `{}` has one level.
    #[must_use]
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        is_deeper_than(self.as_str(), levels)
    }
}

/// An [`OpenValue`] that is an object (`custom`, `address`).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OpenObject(OpenValue);

impl OpenObject {
    /// The text, `{…}`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// As [`OpenValue::is_deeper_than`].
    #[must_use]
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        self.0.is_deeper_than(levels)
    }
}

/// Whether objects and arrays are nested in this JSON text more than `levels` deep. Most texts have too
/// few brackets for that, which is found out much faster than their depth.
#[must_use]
pub fn is_deeper_than(json: &str, levels: usize) -> bool {
    // In bytes that cannot run over, since that is what a compiler makes wide instructions of.
    let opening: usize = json
        .as_bytes()
        .chunks(usize::from(u8::MAX))
        .map(|bytes| {
            let brackets = bytes
                .iter()
                .map(|byte| u8::from(matches!(byte, b'{' | b'[')));
            usize::from(brackets.sum::<u8>())
        })
        .sum();
    if opening <= levels {
        return false;
    }
    let mut depth = 0usize;
    tokens(json).any(|token| {
        match token {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > levels
    })
}

impl Default for OpenObject {
    /// `{}`.
    fn default() -> Self {
        // An empty map is always an object.
        let empty = RawValue::from_string("{}".to_owned());
        Self(OpenValue(
            empty.unwrap_or_else(|_| RawValue::NULL.to_owned()),
        ))
    }
}

impl PartialEq for OpenValue {
    fn eq(&self, other: &Self) -> bool {
        is_same(self.as_str(), other.as_str())
    }
}

impl Eq for OpenValue {}

impl fmt::Debug for OpenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for OpenObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for OpenValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        let length: usize = tokens(raw.get()).map(str::len).sum();
        if length == raw.get().len() {
            return Ok(Self(raw));
        }
        RawValue::from_string(tokens(raw.get()).collect())
            .map(Self)
            .map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for OpenObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = OpenValue::deserialize(deserializer)?;
        if !value.as_str().starts_with('{') {
            return Err(de::Error::custom("invalid type: expected an object"));
        }
        Ok(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> OpenObject {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_is_kept_as_text_is_written_as_it_came() {
        #[derive(Serialize)]
        struct Answer {
            raw: RawJson,
            number: Number,
            text: &'static str,
        }
        let answer = Answer {
            raw: RawValue::from_string("{\"b\":1.10,\"a\":1e3}".to_owned()).unwrap(),
            number: serde_json::from_str("123456789012345678901234567890.10").unwrap(),
            text: "a \"b\" \u{1}ü",
        };
        let bytes = to_bytes(&answer).unwrap();
        let expected = r#"{"raw":{"b":1.10,"a":1e3},"number":123456789012345678901234567890.10,"text":"a \"b\" \u0001ü"}"#;
        assert_eq!(str::from_utf8(&bytes).unwrap(), expected);
        assert_eq!(bytes, serde_json::to_vec(&answer).unwrap());
    }

    #[test]
    fn numbers_and_strings_keep_their_text() {
        let text = r#"{"b":1.10,"a":[1e3,2E-7,123456789012345678901234567890,-0],"s":" \" {} \\"}"#;
        assert_eq!(open(text).as_str(), text);
        assert_eq!(serde_json::to_string(&open(text)).unwrap(), text);
    }

    #[test]
    fn space_between_tokens_makes_no_difference() {
        let spaced = "{ \"a b\" :\n\t[ 1 , \"x  \\\" y\" ] }";
        assert_eq!(open(spaced), open(r#"{"a b":[1,"x  \" y"]}"#));
        assert_ne!(open(r#"{"a":"x y"}"#), open(r#"{"a":"xy"}"#));
        assert_eq!(open(" {} "), OpenObject::default());
    }

    #[test]
    fn only_objects_are_objects() {
        for text in ["[]", "1", "\"{}\"", "null"] {
            assert!(serde_json::from_str::<OpenObject>(text).is_err(), "{text}");
        }
        assert_eq!(
            serde_json::from_str::<Option<OpenObject>>("null").unwrap(),
            None
        );
    }

    #[test]
    fn levels_are_counted_outside_strings() {
        assert!(open("{}").is_deeper_than(0) && !open("{}").is_deeper_than(1));
        let nested = open(r#"{"a":[{"b":"[[[["}],"c":{}}"#);
        assert!(nested.is_deeper_than(2) && !nested.is_deeper_than(3));
    }
}
