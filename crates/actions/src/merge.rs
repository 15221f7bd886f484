//! JSON Merge Patch (RFC 7396) on the fields that a caller may write, and its shallow form for PUT.
//! Values are merged as text, so that numbers keep theirs.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use claimwire_model::json::{OpenObject, RawJson};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::checks::OPEN_DEPTH;
use crate::input;
use crate::refusal::Refusal;

/// Levels of a patch: an open object's, and what it stands in.
const PATCH_DEPTH: usize = OPEN_DEPTH + 8;

/// A JSON Merge Patch (RFC 7396) on the fields `F`: null removes, objects merge, all else replaces. It
/// stays a JSON value, since what is absent, null or given must be told apart at every level of it.
#[derive(Debug)]
pub struct Patch<F> {
    json: OpenObject,
    of: PhantomData<fn() -> F>,
}

impl<F> Patch<F> {
    /// The patch in `body`.
    ///
    /// # Errors
    /// [`Refusal::NotJson`] when the body is empty or not JSON, [`Refusal::Invalid`] when it is no
    /// object or nested too deep.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let json: OpenObject = input::parse_any(body)?;
        if json.is_deeper_than(PATCH_DEPTH) {
            let message = format!("is nested deeper than {PATCH_DEPTH} levels");
            return Err(Refusal::field("", message));
        }
        Ok(Self {
            json,
            of: PhantomData,
        })
    }

    /// The patch with these members, as they serialise: for callers that have values and no body.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), when they are no object or nested too deep.
    pub fn of(members: &impl Serialize) -> Result<Self, Refusal> {
        let json = serde_json::to_vec(members);
        Self::parse(&json.map_err(|error| Refusal::field("", error.to_string()))?)
    }

    /// The patch's own text.
    pub(crate) fn as_str(&self) -> &str {
        self.json.as_str()
    }
}

impl<F: Serialize + DeserializeOwned> Patch<F> {
    /// `fields` with the patch merged into them at every level. All of them are there when serialised;
    /// `also` names what is accepted beside them.
    pub(crate) fn applied(&self, fields: &F, also: &[&str]) -> Result<F, Refusal> {
        self.onto(fields, also, merge)
    }

    /// `fields` with the values of those that the patch names, each replaced whole; null clears.
    pub(crate) fn replaced(&self, fields: &F, also: &[&str]) -> Result<F, Refusal> {
        self.onto(fields, also, replace)
    }

    fn onto(
        &self,
        fields: &F,
        also: &[&str],
        combine: impl Fn(Option<&RawValue>, &RawValue) -> Result<RawJson, serde_json::Error>,
    ) -> Result<F, Refusal> {
        let merged = serde_json::from_str::<&RawValue>(self.as_str()).and_then(|patch| {
            let target = to_raw_value(fields)?;
            Ok((
                unknown(&target, patch, also)?,
                combine(Some(&target), patch)?,
            ))
        });
        let (unknown, merged) = merged.map_err(|error| Refusal::field("", error.to_string()))?;
        if let Some(key) = unknown {
            let field = format!("/{}", input::escape(&key));
            return Err(Refusal::field(field, "is not a field that can be written"));
        }
        input::parse_kept(merged.get().as_bytes())
    }
}

/// A field to be removed that does not exist: `{"lables": null}` would pass unseen otherwise.
fn unknown(
    target: &RawValue,
    patch: &RawValue,
    also: &[&str],
) -> Result<Option<String>, serde_json::Error> {
    let (Some(target), Some(patch)) = (Members::of(target)?, Members::of(patch)?) else {
        return Ok(None);
    };
    let known = |key: &str| target.places.contains_key(key) || also.contains(&key);
    let is_removed = |value: Option<RawJson>| value.is_some_and(|value| is_null(&value));
    let mut removed = patch
        .list
        .into_iter()
        .filter_map(|(key, value)| is_removed(value).then_some(key));
    Ok(removed.find(|key| !known(key)))
}

/// The object with one member set.
pub(crate) fn with_member(
    object: &OpenObject,
    name: &str,
    value: &impl Serialize,
) -> Result<OpenObject, serde_json::Error> {
    let mut members = serde_json::from_str::<Members>(object.as_str())?;
    members.set(name.to_owned(), Some(to_raw_value(value)?));
    serde_json::from_str(&serde_json::to_string(&members)?)
}

fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

fn merge(target: Option<&RawValue>, patch: &RawValue) -> Result<RawJson, serde_json::Error> {
    combined(target, patch, merge)
}

fn replace(target: Option<&RawValue>, patch: &RawValue) -> Result<RawJson, serde_json::Error> {
    combined(target, patch, |_, value| Ok(value.to_owned()))
}

/// `target` with the members of `patch`: null removes, `each` makes the others of the two values.
fn combined(
    target: Option<&RawValue>,
    patch: &RawValue,
    each: impl Fn(Option<&RawValue>, &RawValue) -> Result<RawJson, serde_json::Error>,
) -> Result<RawJson, serde_json::Error> {
    let Some(patch) = Members::of(patch)? else {
        return Ok(patch.to_owned());
    };
    let target = target.map(Members::of).transpose()?;
    let mut target = target.flatten().unwrap_or_default();
    for (key, value) in patch.list {
        let value = match value {
            Some(value) if !is_null(&value) => Some(each(target.get(&key), &value)?),
            _ => None,
        };
        target.set(key, value);
    }
    to_raw_value(&target)
}

/// An object's members in their order, the values as text; of one that is there twice the last.
#[derive(Default)]
struct Members {
    /// Without a value: removed.
    list: Vec<(String, Option<RawJson>)>,
    /// Where each is in the list: patches may have very many.
    places: HashMap<String, usize>,
}

impl Members {
    /// `None` when it is not an object; an error when it is one whose keys cannot be read, so that none
    /// is lost.
    fn of(json: &RawValue) -> Result<Option<Self>, serde_json::Error> {
        let object = json.get().starts_with('{');
        object.then(|| serde_json::from_str(json.get())).transpose()
    }

    fn get(&self, key: &str) -> Option<&RawValue> {
        self.list.get(*self.places.get(key)?)?.1.as_deref()
    }

    fn set(&mut self, key: String, value: Option<RawJson>) {
        match self
            .places
            .get(&key)
            .and_then(|place| self.list.get_mut(*place))
        {
            Some(member) => member.1 = value,
            None => {
                self.places.insert(key.clone(), self.list.len());
                self.list.push((key, value));
            }
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some((key, value)) = map.next_entry::<String, RawJson>()? {
                    members.set(key, Some(value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Each)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = self.list.iter();
        serializer.collect_map(list.filter_map(|(key, value)| Some((key, value.as_ref()?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7396, appendix A, and numbers that a parser would rewrite.
    #[test]
    fn as_the_rfc_shows_it() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
            (
                r#"{"a":1.10,"c":1E5}"#,
                r#"{"b":1e3}"#,
                r#"{"a":1.10,"c":1E5,"b":1e3}"#,
            ),
        ] {
            let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
            assert_eq!(
                merge(Some(&raw(target)), &raw(patch)).unwrap().get(),
                result,
                "{target} + {patch}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_dropped() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let kept_by_an_older_program = raw(r#"{"custom":{"a":1,"\ud800":2}}"#);
        let merged = merge(
            Some(&kept_by_an_older_program),
            &raw(r#"{"custom":{"b":3}}"#),
        );
        assert!(merged.is_err());
    }
}
