//! Klaviyo: `POST /api/events` takes an event and drops one that it has by its `unique_id`;
//! `POST /api/event-bulk-create-jobs` takes up to 1,000, or none.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Asked, Failures, Schema, Vendor, json};
use crate::reply::Reply;

/// Klaviyo, with one account.
pub struct Klaviyo {
    /// The account's key.
    pub key: String,
    /// Given before its own replies.
    pub failures: Failures,
    /// The attributes of the events that it took.
    pub events: Vec<Value>,
    schema: Schema,
    bulk: Schema,
    /// The ids of those that it took.
    known: HashSet<String>,
}

impl Default for Klaviyo {
    fn default() -> Self {
        Self {
            key: "pk_test".to_owned(),
            failures: Failures::new(),
            events: Vec::new(),
            schema: Schema::new(include_str!(
                "../../schemas/klaviyo_create_event.schema.json"
            )),
            bulk: Schema::new(include_str!(
                "../../schemas/klaviyo_bulk_create_events.schema.json"
            )),
            known: HashSet::new(),
        }
    }
}

impl Vendor for Klaviyo {
    fn answer(&mut self, asked: Asked<'_>) -> Reply {
        if let Some(reply) = self.failures.pop_front() {
            return reply;
        }
        if asked.header("authorization") != format!("Klaviyo-API-Key {}", self.key) {
            return error(401, "Missing or invalid private key.", "");
        }
        if asked.header("revision") != "2026-07-15" {
            return error(400, "Missing or invalid revision.", "");
        }
        match (asked.method, asked.route()) {
            ("GET", "/api/metrics") => json(200, &json!({"data": []})),
            ("POST", "/api/events") => self.take(asked),
            ("POST", "/api/event-bulk-create-jobs") => self.take_many(asked),
            _ => error(404, "There is no such resource.", ""),
        }
    }
}

impl Klaviyo {
    fn take(&mut self, asked: Asked<'_>) -> Reply {
        if asked.header("content-type") != "application/vnd.api+json" {
            return error(415, "Unsupported media type.", "");
        }
        let body = match self.schema.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, &why, "/data"),
        };
        let attributes = body.pointer("/data/attributes").cloned();
        let attributes = attributes.unwrap_or_default();
        self.keep(attributes);
        Reply::status(202)
    }
}

/// Events of one call.
const EVENTS: usize = 1000;
/// Bytes of one call.
const BYTES: usize = 5_000_000;

impl Klaviyo {
    fn take_many(&mut self, asked: Asked<'_>) -> Reply {
        if asked.body.len() > BYTES {
            return error(413, "Request entity too large.", "");
        }
        let body = match self.bulk.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, &why, "/data"),
        };
        let entries = body.pointer("/data/attributes/events-bulk-create/data");
        let mut events = Vec::new();
        for entry in entries.and_then(Value::as_array).into_iter().flatten() {
            let profile = entry.pointer("/attributes/profile").cloned();
            let own = entry.pointer("/attributes/events/data");
            for event in own.and_then(Value::as_array).into_iter().flatten() {
                let mut event = event.get("attributes").cloned().unwrap_or_default();
                if let (Value::Object(event), Some(profile)) = (&mut event, &profile) {
                    event.insert("profile".to_owned(), profile.clone());
                }
                events.push(event);
            }
        }
        if events.is_empty() || events.len() > EVENTS {
            return error(400, "A job has 1 to 1000 events.", "/data");
        }
        let ids: HashSet<String> = events.iter().map(key).collect();
        if ids.len() < events.len() {
            return error(400, "A unique_id is repeated.", "/data");
        }
        for event in events {
            self.keep(event);
        }
        Reply::status(202)
    }

    fn keep(&mut self, event: Value) {
        if self.known.insert(key(&event)) {
            self.events.push(event);
        }
    }
}

/// What an event is known by.
fn key(event: &Value) -> String {
    let parts = [
        "/unique_id",
        "/metric/data/attributes/name",
        "/profile/data/attributes/email",
    ]
    .map(|at| event.pointer(at).map(Value::to_string));
    format!("{parts:?}")
}

fn error(status: u16, detail: &str, pointer: &str) -> Reply {
    let error = json!({"id": "1", "code": "invalid", "title": "Invalid input.", "detail": detail,
        "source": {"pointer": pointer}});
    json(status, &json!({"errors": [error]}))
}
