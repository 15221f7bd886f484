//! What the document's types cannot say: it is finished as JSON.
//!
//! Code generators make a field that has a default mandatory, so that no schema has one (the descriptions tell it); a new webhook needs a
//! `url` and a changed one does not, so there are two schemas of what is written; the requests that receivers
//! get are in `webhooks`.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::{answers, requests};

/// The document, whole.
pub fn finish(document: &OpenApi) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(document)?;
    document["servers"] =
        json!([{"url": "/", "description": "The server that this document is from."}]);
    document["info"]["license"] =
        json!({"name": "MIT or Apache-2.0", "identifier": "MIT OR Apache-2.0"});
    document["info"]["contact"] = json!({"name": "Whoever runs this server"});
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.values_mut().for_each(without_defaults);
        new_webhook(schemas);
        items_by_name(schemas);
    }
    document["paths"]["/v1/shops/{slug}/webhooks"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"] = json!({"$ref": "#/components/schemas/NewWebhook"});
    answers::show(&mut document["paths"])?;
    let mut shared = Map::new();
    document["webhooks"] = requests::requests(&mut shared)?;
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(shared);
        schemas.sort_keys();
    }
    described(&mut document["paths"]);
    Ok(document)
}

/// The fields of a webhook with the `url` that a new one needs.
fn new_webhook(schemas: &mut Map<String, Value>) {
    let Some(mut new) = schemas.get("WebhookFields").cloned() else {
        return;
    };
    new["required"] = json!(["url"]);
    new["description"] = json!(
        "A new webhook: what is absent is its dialect's default. The read-only fields that a GET answers are accepted and ignored."
    );
    schemas.insert("NewWebhook".to_owned(), new);
}

/// A list's items are told of once, under their own name.
fn items_by_name(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for item in names.iter().filter_map(|name| name.strip_prefix("List_")) {
        if names.iter().any(|name| name == item)
            && let Some(list) = schemas.get_mut(&format!("List_{item}"))
        {
            list["properties"]["data"]["items"] =
                json!({"$ref": format!("#/components/schemas/{item}")});
        }
    }
}

/// Operations that are told in one sentence have it as their description too.
fn described(paths: &mut Value) {
    let items = paths.as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = items
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut);
    for operation in operations {
        if !operation["description"].is_string() {
            operation["description"] = operation["summary"].clone();
        }
    }
}

fn without_defaults(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
        for property in properties.values_mut() {
            if let Some(property) = property.as_object_mut() {
                property.remove("default");
            }
            without_defaults(property);
        }
    }
    for list in ["allOf", "oneOf", "anyOf"] {
        let parts = members.get_mut(list).and_then(Value::as_array_mut);
        parts.into_iter().flatten().for_each(without_defaults);
    }
}
