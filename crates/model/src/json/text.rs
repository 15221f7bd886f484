//! Text that is known to be JSON, without having been taken apart.

use std::iter;

use serde::de::value::MapDeserializer;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::{RawJson, SharedJson};

/// The text of a JSON value with no space around it. To be had of what has read it: serde_json, or a
/// [`Scanner`](super::Scanner).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// Text that was looked through and is JSON.
    pub(super) fn known(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn get(self) -> &'a str {
        self.0
    }

    /// A copy to keep. It is not looked through again: a scanner has done that.
    ///
    /// # Errors
    /// None for what is JSON; serde_json's.
    pub fn shared(self) -> Result<SharedJson, serde_json::Error> {
        let raw = RawJson::deserialize(Whole(self.0));
        // Should serde_json once ask for it in another way, it reads the text itself.
        let raw = raw.or_else(|_| RawValue::from_string(self.0.to_owned()));
        Ok(raw?.into())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }
}

/// Gives a raw value its text in the way that it asks for it: it is a newtype of some name, read from a map with that
/// name as its one key.
struct Whole<'a>(&'a str);

impl<'de> Deserializer<'de> for Whole<'de> {
    type Error = de::value::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_map(MapDeserializer::new(iter::once((name, self.0))))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("not a raw value"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_made_without_reading() {
        // What is no JSON shows that nobody looked.
        assert!(RawJson::deserialize(Whole("{nope")).is_ok_and(|raw| raw.get() == "{nope"));
        let text: JsonText<'_> = serde_json::from_str(" {\"a\": 1.10} ").unwrap();
        assert_eq!(text.shared().unwrap().get(), "{\"a\": 1.10}");
    }
}
