//! The requests that receivers get, as the document's `webhooks`: one for each event in each dialect that has a name for it, with the
//! schema and an example of its body. Carriers' events differ in their names alone and have one for all.

use claimwire_model::event::Event;
use claimwire_model::id::{EventNo, first_number_at};
use claimwire_model::{ApiDialect, Dialect, Shop, ShopNo, catalogue};
use claimwire_wire::encode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answers::at;

/// The carrier's event that stands for all.
const SHIPMENT: &str = "shipments/delivered/SUCCESSFULLY_DELIVERED";

/// Of what type an object's member is, in the standard form, where it is one of ours.
const OURS: [(&str, &str); 6] = [
    ("context", "Context"),
    ("claim", "Claim"),
    ("order", "Order"),
    ("contact", "Contact"),
    ("message", "Message"),
    ("performed_by", "PerformedBy"),
];

/// By name: `karla:claims/created`; a carrier's is `karla:shipments`. What several of them hold goes to `schemas`.
pub(super) fn requests(schemas: &mut Map<String, Value>) -> Result<Value, serde_json::Error> {
    let shop = Shop {
        no: ShopNo(1),
        id: Uuid::from_u128(0x343b_760b_791d_4921_aa4e_bffd_73fa_4e0a),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: at(),
        updated_at: at(),
    };
    let mut requests = Map::new();
    for dialect in Dialect::ALL {
        for row in catalogue::all() {
            let carriers = row.r#ref.starts_with("shipments/");
            if carriers && row.r#ref != SHIPMENT {
                continue;
            }
            let event = catalogue::sample(row.r#ref, at()).map(|fact| Event {
                no: EventNo(first_number_at(at())),
                fact,
            });
            let Some(encoded) = event.and_then(|event| encode(dialect, &event, &shop)) else {
                continue;
            };
            let body: Value = serde_json::from_slice(&encoded.body)?;
            let header = |name: &str| {
                let mut headers = encoded.headers.iter();
                headers
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| value)
            };
            let media_type = header("Content-Type").map_or("application/json", String::as_str);
            let told = if carriers { "shipments" } else { row.r#ref };
            let name = format!("{dialect}:{told}");
            let described = if carriers {
                "What a carrier says of a parcel; `GET /v1/event-types` lists the names.".to_owned()
            } else {
                row.description.to_owned()
            };
            requests.insert(
                name.clone(),
                json!({"post": {
                    "operationId": operation_id(&name),
                    "summary": format!("{told} in the {dialect} dialect"),
                    "description": described,
                    "tags": ["events"],
                    "security": [],
                    "parameters": parameters(dialect, header("Event-Name")),
                    "requestBody": {"required": true, "content": {media_type: {
                        "schema": schema(dialect, &body, row.r#ref, carriers, schemas),
                        "example": body,
                    }}},
                    "responses": {
                        "2XX": {"description": "The event is acknowledged and does not come again."},
                        "410": {"description": "The webhook is disabled at once."},
                        "default": {"description": "The attempt has failed; the event comes again by the webhook's retry table."},
                    },
                }}),
            );
        }
    }
    Ok(Value::Object(requests))
}

fn operation_id(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let id: String = name.replace(['{', '}'], "").chars().map(plain).collect();
    format!("receive_{}", id.to_ascii_lowercase())
}

/// The headers that a receiver reads.
fn parameters(dialect: Dialect, event_name: Option<&String>) -> Value {
    let signature: &[(&str, &str)] = match dialect {
        Dialect::Karla => &[(
            "Karla-Signature",
            "t=1769698127,v1=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        )],
        Dialect::Claimable => &[(
            "Claimwire-Signature",
            "t=1769698127,v1=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        )],
        Dialect::Claimport => &[(
            "X-ClaimPort-Signature",
            "sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        )],
        // Only built-in ones are in the document.
        Dialect::Own(_) => &[],
        Dialect::Standard | Dialect::Cloudevents => &[
            ("webhook-id", "evt_0sc5m65nw0001"),
            ("webhook-timestamp", "1769698127"),
            (
                "webhook-signature",
                "v1,r2GirMRpyg8EoZd+8sdHNuEG+MgXZOfQgdPons0zFqQ=",
            ),
        ],
    };
    let common = [
        ("Claimwire-Event-Id", "evt_0sc5m65nw0001"),
        ("Claimwire-Delivery-Id", "dlv_0sc5m65nw00010000000000001"),
        ("Claimwire-Attempt", "1"),
    ];
    let event_name = event_name.map(|name| ("Event-Name", name.as_str()));
    let headers = common
        .into_iter()
        .chain(event_name)
        .chain(signature.iter().copied());
    let parameters = headers.map(|(name, example)| {
        json!({"name": name, "in": "header", "required": true, "schema": {"type": "string"}, "example": example})
    });
    Value::Array(parameters.collect())
}

/// The body's schema: its envelope, with our own types where the dialect sends those.
fn schema(
    dialect: Dialect,
    body: &Value,
    r#ref: &str,
    carriers: bool,
    schemas: &mut Map<String, Value>,
) -> Value {
    let mut schema = told(body);
    if let (Value::Object(members), Some(properties)) = (body, schema["properties"].as_object_mut())
    {
        schema_of_names(members, properties, carriers);
    }
    if matches!(dialect, Dialect::Standard | Dialect::Cloudevents)
        && let Some(data) = schema["properties"]["data"]["properties"].as_object_mut()
    {
        for (name, of) in OURS {
            // With a label or a damage a claim has one member more.
            let more = name == "claim" && (r#ref.contains("label_") || r#ref.contains("damage_"));
            if data.contains_key(name) && !more {
                data.insert(
                    name.to_owned(),
                    json!({"$ref": format!("#/components/schemas/{of}")}),
                );
            }
        }
        data.insert(
            "changes".to_owned(),
            json!({"type": ["object", "null"], "description": "Before and after of what differs, by field."}),
        );
    }
    if let Some(properties) = schema["properties"].as_object_mut() {
        share(dialect, properties, schemas);
        if let Some(data) = properties
            .get_mut("data")
            .and_then(|data| data["properties"].as_object_mut())
        {
            share(dialect, data, schemas);
        }
    }
    schema["required"] = body
        .as_object()
        .map(|members| members.keys().cloned().collect::<Vec<_>>())
        .into();
    schema
}

/// Puts what several bodies of a dialect hold among the named schemas.
fn share(dialect: Dialect, properties: &mut Map<String, Value>, schemas: &mut Map<String, Value>) {
    for (name, schema) in properties {
        if !schema["properties"].is_object() || ["data", "event_data"].contains(&name.as_str()) {
            continue;
        }
        let key = format!("{}_{name}", capital(dialect.as_str()));
        if schemas.entry(&key).or_insert_with(|| schema.clone()) == schema {
            *schema = json!({"$ref": format!("#/components/schemas/{key}")});
        }
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// The name of the event is always the same, but a carrier's.
fn schema_of_names(
    members: &Map<String, Value>,
    properties: &mut Map<String, Value>,
    carriers: bool,
) {
    for name in ["ref", "type", "event_name"] {
        if let Some(value) = members.get(name)
            && !carriers
        {
            properties.insert(name.to_owned(), json!({"const": value}));
        }
    }
}

/// What an example tells of its type. Members may be null elsewhere, and more may come.
fn told(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!({"type": ["boolean", "null"]}),
        Value::Number(_) => json!({"type": ["number", "null"]}),
        Value::String(_) => json!({"type": ["string", "null"]}),
        Value::Array(items) => {
            let items = items.first().map_or(json!({}), told);
            json!({"type": ["array", "null"], "items": items})
        }
        Value::Object(members) => {
            let properties: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), told(value)))
                .collect();
            json!({"type": "object", "properties": properties})
        }
    }
}
