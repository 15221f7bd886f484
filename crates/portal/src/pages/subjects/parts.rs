//! A document as people read it: what it says in words, what it says of one thing, and what it says of several.

use claimwire_model::Timestamp;
use serde_json::{Map, Value};

use crate::show::{When, pretty};

/// Columns of a table: what has more is shown as JSON.
const COLUMNS: usize = 6;

/// A value of a document.
#[derive(Debug)]
pub(crate) enum Shown {
    Text(String),
    Time(When),
}

/// One part of a document, under its name; that without one is the document itself.
#[derive(Debug)]
pub(crate) struct Part {
    pub name: String,
    pub content: Content,
}

/// What a part holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Fields by name.
    Fields(Vec<(String, Shown)>),
    /// Several alike: the names of their fields, and the fields of each.
    Table(Vec<String>, Vec<Vec<Option<Shown>>>),
    /// What is neither.
    Json(String),
}

/// The parts of a document, its own fields first.
pub(crate) fn parts(document: Map<String, Value>) -> Vec<Part> {
    let (mut own, mut parts) = (Vec::new(), Vec::new());
    for (name, value) in document {
        let name = words(&name);
        match value {
            Value::Null => {}
            Value::Object(members) if members.is_empty() => {}
            Value::Array(entries) if entries.is_empty() => {}
            Value::Object(members) => parts.push(Part {
                name,
                content: fields(members),
            }),
            Value::Array(entries) => parts.push(Part {
                name,
                content: table(entries),
            }),
            value => own.extend(shown(&value).map(|shown| (name, shown))),
        }
    }
    let content = Content::Fields(own);
    let name = String::new();
    parts.insert(0, Part { name, content });
    parts
}

/// A field's name as words.
fn words(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first
        .into_iter()
        .chain(chars)
        .collect::<String>()
        .replace('_', " ")
}

/// A value that is no list and no object; none: there is none.
fn shown(value: &Value) -> Option<Shown> {
    let text = match value {
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
    };
    // A time has a T where a name would have none.
    let time = (text.len() >= 20 && text.get(10..11) == Some("T")).then_some(value);
    let time: Option<Timestamp> = time.and_then(|time| serde_json::from_value(time.clone()).ok());
    Some(time.map_or(Shown::Text(text), |time| Shown::Time(When(time))))
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => true,
    }
}

fn fields(members: Map<String, Value>) -> Content {
    if !members.values().all(is_plain) {
        return json(Value::Object(members));
    }
    let members = members.iter();
    let named = members.filter_map(|(name, value)| Some((words(name), shown(value)?)));
    Content::Fields(named.collect())
}

fn table(entries: Vec<Value>) -> Content {
    let mut columns: Vec<String> = Vec::new();
    for entry in &entries {
        let Value::Object(members) = entry else {
            return json(Value::Array(entries));
        };
        for (name, value) in members {
            let plain = is_plain(value);
            if plain && shown(value).is_some() && !columns.contains(name) {
                columns.push(name.clone());
            } else if !plain {
                return json(Value::Array(entries));
            }
        }
    }
    if columns.is_empty() || columns.len() > COLUMNS {
        return json(Value::Array(entries));
    }
    let row = |entry: &Value| columns.iter().map(|name| shown(entry.get(name)?)).collect();
    let rows = entries.iter().map(row).collect();
    let columns = columns.iter().map(|name| words(name)).collect();
    Content::Table(columns, rows)
}

fn json(value: Value) -> Content {
    Content::Json(pretty(&value.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_shown_by_what_it_holds() {
        // As it was written: digits are kept.
        let price: Value = serde_json::from_str("1.50").unwrap();
        let order = json!({
            "order_number": "1001", "created_at": "2026-01-29T14:48:47.000Z", "order_name": null, "labels": [],
            "customer": {"email": "mia@x.test", "phone": null},
            "products": [{"sku": "MUG", "quantity": 2, "images": []}, {"sku": "BOWL", "price": price}],
            "custom": {"a": {"b": 1}},
            "tags": ["x"],
        });
        let Value::Object(order) = order else {
            unreachable!()
        };
        let parts = parts(order);
        let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names[0], "");
        for name in ["Customer", "Products", "Custom", "Tags"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let of = |name: &str| {
            let part = parts.iter().find(|part| part.name == name).unwrap();
            format!("{:?}", part.content)
        };
        assert!(
            of("").contains("(\"Order number\", Text(\"1001\"))"),
            "{}",
            of("")
        );
        assert!(of("").contains("(\"Created at\", Time("), "{}", of(""));
        assert_eq!(
            of("Customer"),
            "Fields([(\"Email\", Text(\"mia@x.test\"))])"
        );
        let products = of("Products");
        assert!(products.starts_with("Table("), "{products}");
        assert!(products.contains("Some(Text(\"1.50\"))"), "{products}");
        assert!(of("Custom").starts_with("Json("));
        assert!(of("Tags").starts_with("Json("));
    }
}
