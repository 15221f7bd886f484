//! Klaviyo: `POST /api/events` takes an event and drops one that it has by its `unique_id`.

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
        let key = |event: &Value| {
            [
                "/unique_id",
                "/metric/data/attributes/name",
                "/profile/data/attributes/email",
            ]
            .map(|at| event.pointer(at).cloned())
        };
        if !self
            .events
            .iter()
            .any(|event| key(event) == key(&attributes))
        {
            self.events.push(attributes);
        }
        Reply::status(202)
    }
}

fn error(status: u16, detail: &str, pointer: &str) -> Reply {
    let error = json!({"id": "1", "code": "invalid", "title": "Invalid input.", "detail": detail,
        "source": {"pointer": pointer}});
    json(status, &json!({"errors": [error]}))
}
