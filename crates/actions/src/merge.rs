//! JSON Merge Patch (RFC 7396) on the fields that a caller may write.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::input;
use crate::refusal::Refusal;

/// The fields of a subject that a caller may write, all of them there when serialised.
pub(crate) trait Patchable: Serialize + DeserializeOwned {
    /// Fields that are accepted too: those that a GET answers beside them, and `performed_by`.
    const ALSO: &'static [&'static str];
}

/// `fields` with the merge patch in `body` applied: null removes, objects merge, all else replaces.
pub(crate) fn patched<T: Patchable>(fields: &T, body: &[u8]) -> Result<T, Refusal> {
    let patch: Map<String, Value> = input::parse(body)?;
    let mut target = serde_json::to_value(fields).map_err(|e| Refusal::field("", e.to_string()))?;
    // Removing a field that does not exist would pass unseen: `{"lables": null}`.
    let unknown = patch.iter().find(|(key, value)| {
        value.is_null() && target.get(key).is_none() && !T::ALSO.contains(&key.as_str())
    });
    if let Some((key, _)) = unknown {
        return Err(Refusal::field(
            format!("/{}", input::escape(key)),
            "is not a field that can be written",
        ));
    }
    merge(&mut target, Value::Object(patch));
    input::parse(target.to_string().as_bytes())
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.shift_remove(&key);
            } else {
                merge(target.entry(key).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7396, appendix A.
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
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
            (r#"{"a":1.10}"#, r#"{"b":1e3}"#, r#"{"a":1.10,"b":1e3}"#),
        ] {
            let mut value: Value = serde_json::from_str(target).unwrap();
            merge(&mut value, serde_json::from_str(patch).unwrap());
            assert_eq!(value.to_string(), result, "{target} + {patch}");
        }
    }
}
