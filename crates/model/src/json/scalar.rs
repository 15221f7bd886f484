//! A value that is no object and no list, read out of JSON.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::RawJson;

/// For `deserialize_with`: a number, text, or null. A list or an object, which it cannot be, is read as
/// an empty list: all of it would take much more room than its text.
///
/// # Errors
/// When it cannot be read.
pub fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let Some(raw) = Option::<RawJson>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if raw.get().starts_with(['[', '{']) {
        return Ok(Some(Value::Array(Vec::new())));
    }
    serde_json::from_str(raw.get()).map_err(de::Error::custom)
}
