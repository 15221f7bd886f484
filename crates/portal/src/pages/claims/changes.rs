//! What a change of a claim changed, field by field, as people read it.

use serde_json::{Map, Value};

/// Characters of a value that are shown.
const SHOWN: usize = 80;
/// Names of that by which people know a person or a thing.
const KNOWN_BY: [&str; 4] = ["name", "email", "title", "damage_type"];

/// One field that differs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub field: String,
    /// Before and after; none: it holds more than a line can say.
    pub values: Option<(String, String)>,
}

/// The fields of `{field: {"before": …, "after": …}}`.
pub(crate) fn changes_of(json: &str) -> Vec<Change> {
    let members: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let members = members.into_iter();
    members
        .map(|(field, sides)| Change {
            field: field.replace('_', " "),
            values: brief(sides.get("before")).zip(brief(sides.get("after"))),
        })
        .collect()
}

/// A value as a few words; none: it takes more.
fn brief(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(all) if all.is_empty() => "–".to_owned(),
        Value::Array(all) => {
            let all: Option<Vec<_>> = all.iter().map(|one| brief(Some(one))).collect();
            all?.join(", ")
        }
        Value::Object(members) => {
            let mut named = KNOWN_BY
                .iter()
                .filter_map(|name| members.get(*name)?.as_str());
            named.next()?.to_owned()
        }
    };
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_what_it_was_and_what_it_is() {
        let long = "x".repeat(90);
        let json = serde_json::json!({
            "status": {"before": "pending", "after": "accepted"},
            "labels": {"before": [], "after": ["vip", "glass"]},
            "assignee": {"before": null, "after": {"user_id": 7, "name": null, "email": "ana@shop.example"}},
            "selected_items": {"before": [{"sku": "MUG"}], "after": []},
            "order_number": {"before": "1", "after": long},
        });
        let told: Vec<_> = changes_of(&json.to_string())
            .into_iter()
            .map(|change| (change.field, change.values))
            .collect();
        let line = |field: &str, before: &str, after: &str| {
            let values = Some((before.to_owned(), after.to_owned()));
            (field.to_owned(), values)
        };
        let cut = format!("{}…", "x".repeat(80));
        for expected in [
            line("status", "pending", "accepted"),
            line("labels", "–", "vip, glass"),
            line("assignee", "–", "ana@shop.example"),
            line("order number", "1", &cut),
            ("selected items".to_owned(), None),
        ] {
            assert!(told.contains(&expected), "{expected:?} in {told:?}");
        }
        assert_eq!(changes_of("null"), []);
    }
}
