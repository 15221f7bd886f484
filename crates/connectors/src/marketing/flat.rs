//! The data without nesting (contract section 7, flattening): texts by name.

use serde_json::{Map, Value};

/// Scalars as they are, a list or object as its JSON text, beside a list how many there are in it; null is
/// left out. `name` makes a name that the vendor takes, or none; of two that become the same, the first stays.
/// At most `count` of them, each of at most `chars` characters.
pub(crate) fn flat_texts(
    data: &Map<String, Value>,
    name: impl Fn(&str) -> Option<String>,
    count: usize,
    chars: usize,
) -> Map<String, Value> {
    let mut flat = Map::new();
    let own: Vec<_> = data.keys().filter_map(|key| name(key)).collect();
    let mut put = |name: Option<String>, text: String| {
        if let Some(name) = name.filter(|name| !flat.contains_key(name))
            && flat.len() < count
        {
            flat.insert(name, Value::String(crate::words::first(&text, chars)));
        }
    };
    for (key, value) in data {
        match value {
            Value::Null => {}
            Value::String(text) => put(name(key), text.clone()),
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                put(name(key), value.to_string());
            }
            Value::Array(items) => {
                put(name(key), value.to_string());
                let counted = name(&format!("{key}_count"));
                put(
                    counted.filter(|name| !own.contains(name)),
                    items.len().to_string(),
                );
            }
        }
    }
    flat
}
