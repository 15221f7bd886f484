//! Examples of what operations answer, by the schema of the answer: the catalogue's samples, and for what is not in the
//! catalogue those of `answers.json`.

use claimwire_model::catalogue::samples;
use claimwire_model::message::MessageDirection;
use claimwire_model::{Timestamp, catalogue};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// When every example happens: 2026-01-29T14:48:47Z.
pub(super) fn at() -> Timestamp {
    Timestamp::from_secs(1_769_698_127)
}

/// Gives each JSON answer of the operations its example.
pub(super) fn show(paths: &mut Value) -> Result<(), serde_json::Error> {
    let examples = examples()?;
    let items = paths.as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = items
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut);
    for operation in operations {
        let answers = operation["responses"].as_object_mut();
        let contents = answers
            .into_iter()
            .flat_map(Map::values_mut)
            .filter_map(|answer| answer.get_mut("content")?.as_object_mut())
            .flat_map(Map::values_mut);
        for content in contents {
            let schema = content["schema"]["$ref"].as_str();
            let name = schema.and_then(|of| of.strip_prefix("#/components/schemas/"));
            if let Some(example) = name.and_then(|name| example(&examples, name)) {
                content["example"] = example;
            }
        }
    }
    Ok(())
}

fn example(examples: &Map<String, Value>, name: &str) -> Option<Value> {
    match name.strip_prefix("List_") {
        Some(of) => {
            let item = examples.get(of)?;
            Some(json!({"data": [item], "next_cursor": null}))
        }
        None => examples.get(name).cloned(),
    }
}

fn examples() -> Result<Map<String, Value>, serde_json::Error> {
    let mut examples: Map<String, Value> = serde_json::from_str(include_str!("answers.json"))?;
    let mut add = |name: &str, value: Value| drop(examples.insert(name.to_owned(), value));
    add("Claim", value(&samples::claim(at()))?);
    add("Order", value(&samples::order(at()))?);
    let shipment = value(&samples::shipment(at()))?;
    add("ShipmentEvent", shipment["events"][0].clone());
    add("Shipment", shipment);
    add("Contact", value(&samples::contact(at()))?);
    add(
        "Message",
        value(&samples::message(MessageDirection::Inbound, at()))?,
    );
    if let Some(row) = catalogue::find("claims/created") {
        let row = row.describe()?;
        add("Event", row.example.clone());
        add("OneEvent", row.example.clone());
        let mut row = value(&row)?;
        // Long, and the same as this document's.
        row["schema"] = json!({"title": "claims/created", "type": "object"});
        add("EventType", row);
    }
    Ok(examples)
}

/// By way of text: a number goes into a `Value` as it is written.
pub(super) fn value(of: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(of)?)
}
