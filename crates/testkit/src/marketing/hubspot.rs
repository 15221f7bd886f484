//! HubSpot: `POST /events/v3/send` takes an event that is defined, with properties that are, and drops one
//! that it has by its `uuid`; `POST /events/v3/send/batch` takes up to 500, or none.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::{Asked, Failures, Schema, Vendor, json};
use crate::reply::Reply;

const DEFINITIONS: &str = "/events/v3/event-definitions";

/// HubSpot, with one account.
pub struct HubSpot {
    /// The private app's token.
    pub token: String,
    /// The account's number.
    pub portal: u32,
    /// Whether the account has custom events.
    pub enterprise: bool,
    /// Given before its own replies.
    pub failures: Failures,
    /// The events that it took.
    pub events: Vec<Value>,
    /// The properties of each event that is defined, by its full name.
    pub definitions: BTreeMap<String, Vec<String>>,
    event: Schema,
    batch: Schema,
    /// The ids of the events that it took.
    known: HashSet<String>,
    definition: Schema,
    property: Schema,
}

impl Default for HubSpot {
    fn default() -> Self {
        Self {
            token: "pat-test".to_owned(),
            portal: 123,
            enterprise: true,
            failures: Failures::new(),
            events: Vec::new(),
            definitions: BTreeMap::new(),
            event: Schema::new(include_str!("../../schemas/hubspot_send_event.schema.json")),
            batch: Schema::new(include_str!("../../schemas/hubspot_send_batch.schema.json")),
            known: HashSet::new(),
            definition: Schema::new(include_str!(
                "../../schemas/hubspot_create_definition.schema.json"
            )),
            property: Schema::new(include_str!(
                "../../schemas/hubspot_create_property.schema.json"
            )),
        }
    }
}

impl Vendor for HubSpot {
    fn answer(&mut self, asked: Asked<'_>) -> Reply {
        if let Some(reply) = self.failures.pop_front() {
            return reply;
        }
        if asked.header("authorization") != format!("Bearer {}", self.token) {
            return error(
                401,
                "INVALID_AUTHENTICATION",
                "Authentication credentials not found.",
            );
        }
        if !self.enterprise {
            return error(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes.",
            );
        }
        let name = asked.route().strip_prefix(DEFINITIONS).unwrap_or_default();
        let name = name.trim_start_matches('/').to_owned();
        match (asked.method, asked.route()) {
            ("POST", "/events/v3/send") => self.take(asked),
            ("POST", "/events/v3/send/batch") => self.take_many(asked),
            ("POST", DEFINITIONS) => self.define(asked),
            ("GET", DEFINITIONS) => json(200, &json!({"results": []})),
            ("POST", _) if name.ends_with("/property") => {
                self.add(name.trim_end_matches("/property"), asked)
            }
            ("GET", _) => match self.definitions.get(&name) {
                Some(properties) => {
                    let properties: Vec<Value> = properties
                        .iter()
                        .map(|name| json!({"name": name, "type": "string"}))
                        .collect();
                    json(
                        200,
                        &json!({"fullyQualifiedName": name, "properties": properties}),
                    )
                }
                None => error(404, "OBJECT_NOT_FOUND", "There is no such definition."),
            },
            _ => error(404, "OBJECT_NOT_FOUND", "There is no such resource."),
        }
    }
}

impl HubSpot {
    fn take(&mut self, asked: Asked<'_>) -> Reply {
        let body = match self.event.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, "VALIDATION_ERROR", &why),
        };
        if let Err(why) = self.fits(&body) {
            return error(400, "VALIDATION_ERROR", &why);
        }
        self.keep(body);
        Reply::status(204)
    }

    fn take_many(&mut self, asked: Asked<'_>) -> Reply {
        let mut body = match self.batch.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, "VALIDATION_ERROR", &why),
        };
        let inputs = body.get_mut("inputs").and_then(Value::as_array_mut);
        let inputs = inputs.map(std::mem::take).unwrap_or_default();
        if let Some(why) = inputs.iter().find_map(|event| self.fits(event).err()) {
            return error(400, "VALIDATION_ERROR", &why);
        }
        for event in inputs {
            self.keep(event);
        }
        Reply::status(204)
    }

    /// Whether the event is defined, and its properties are.
    fn fits(&self, event: &Value) -> Result<(), String> {
        let name = event.get("eventName").and_then(Value::as_str);
        let Some(defined) = self.definitions.get(name.unwrap_or_default()) else {
            return Err("The event is not defined.".to_owned());
        };
        let properties = event.get("properties").and_then(Value::as_object);
        let unknown = properties
            .into_iter()
            .flat_map(|properties| properties.keys())
            .find(|property| !defined.contains(property));
        match unknown {
            Some(unknown) => Err(format!("Property {unknown} is not defined.")),
            None => Ok(()),
        }
    }

    fn keep(&mut self, event: Value) {
        let key = format!("{:?} {:?}", event.get("eventName"), event.get("uuid"));
        if self.known.insert(key) {
            self.events.push(event);
        }
    }

    fn define(&mut self, asked: Asked<'_>) -> Reply {
        let body = match self.definition.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, "VALIDATION_ERROR", &why),
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = format!(
            "pe{}_{}",
            self.portal,
            body.get("name").map(text).unwrap_or_default()
        );
        if self.definitions.contains_key(&name) {
            return error(409, "CONFLICT", "The event is defined already.");
        }
        let properties = body.get("propertyDefinitions").and_then(Value::as_array);
        let names = properties
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("name").map(text));
        self.definitions.insert(name.clone(), names.collect());
        json(201, &json!({"fullyQualifiedName": name}))
    }

    fn add(&mut self, name: &str, asked: Asked<'_>) -> Reply {
        let body = match self.property.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, "VALIDATION_ERROR", &why),
        };
        let Some(properties) = self.definitions.get_mut(name) else {
            return error(404, "OBJECT_NOT_FOUND", "There is no such definition.");
        };
        let property = body.get("name").and_then(Value::as_str).unwrap_or_default();
        properties.push(property.to_owned());
        json(201, &body)
    }
}

fn error(status: u16, category: &str, message: &str) -> Reply {
    json(
        status,
        &json!({"status": "error", "category": category, "message": message, "correlationId": "1"}),
    )
}
