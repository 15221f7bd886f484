//! The members of a JSON object, found by name, their values left as text: how a snapshot in the
//! API's shape is re-made in a dialect's shape without a number losing a digit.

use std::borrow::Cow;
use std::fmt;

use claimwire_model::Timestamp;
use claimwire_model::event::Fact;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Members in the order of the text.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// `None` when it is not an object.
    pub(crate) fn of(json: &'a RawValue) -> Option<Self> {
        serde_json::from_str(json.get()).ok()
    }

    /// Of the event's data, where that is in the API's shape. `None` when it was posted, and goes out as it came.
    pub(crate) fn of_ours(fact: &'a Fact) -> Option<Self> {
        if fact.posted {
            None
        } else {
            Self::of(&fact.event_data)
        }
    }

    /// The first member of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
    }

    /// A member that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        self.get(name).and_then(Self::of)
    }

    /// A member that is a list.
    pub(crate) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.read(name).unwrap_or_default()
    }

    /// A member read as what it is.
    pub(crate) fn read<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// A member that is a time.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.read(name)
    }

    /// All members.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(24);
                while let Some(Key(key)) = map.next_key()? {
                    members.push((key, map.next_value()?));
                }
                Ok(Fields(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A member's name, borrowed from the text unless it has escapes in it.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text() {
        let json: Box<RawValue> =
            serde_json::from_str(r#"{"a":1.10,"b\u0063":[1e3, {}],"n":null,"a":2}"#).unwrap();
        let fields = Fields::of(&json).unwrap();
        assert_eq!(fields.get("a").unwrap().get(), "1.10");
        assert_eq!(fields.list("bc")[0].get(), "1e3");
        assert!(fields.get("x").is_none() && fields.list("n").is_empty());
        assert_eq!(fields.iter().count(), 4);
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        let json: Box<RawValue> = serde_json::from_str("[1]").unwrap();
        assert!(Fields::of(&json).is_none());
    }
}
