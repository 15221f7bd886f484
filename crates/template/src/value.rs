//! JSON → the values that a template works with.

use minijinja::Value;
use serde_json::{Number, Value as Json};

/// Null becomes undefined: it prints as nothing, and so do its members.
pub(crate) fn of(json: &Json) -> Value {
    match json {
        Json::Null => Value::UNDEFINED,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => of_number(number),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(of).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (key.as_str(), of(value)))
            .collect(),
    }
}

/// By what it is worth: digits that no number of 64 bits has are lost.
fn of_number(number: &Number) -> Value {
    if let Some(whole) = number.as_i64() {
        return Value::from(whole);
    }
    if let Some(whole) = number.as_u64() {
        return Value::from(whole);
    }
    match number.as_f64().filter(|value| value.is_finite()) {
        Some(value) => Value::from(value),
        None => Value::from(number.to_string()),
    }
}
