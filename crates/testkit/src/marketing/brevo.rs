//! Brevo: `POST /v3/events` takes an event, every time.

use serde_json::{Value, json};

use super::{Asked, Failures, Schema, Vendor, json};
use crate::reply::Reply;

/// What an event's properties may come to, in bytes.
const PROPERTIES_BYTES: usize = 50 * 1024;

/// Brevo, with one account.
pub struct Brevo {
    /// The account's key.
    pub key: String,
    /// Given before its own replies.
    pub failures: Failures,
    /// The events that it took.
    pub events: Vec<Value>,
    schema: Schema,
}

impl Default for Brevo {
    fn default() -> Self {
        Self {
            key: "xkeysib-test".to_owned(),
            failures: Failures::new(),
            events: Vec::new(),
            schema: Schema::new(include_str!("../../schemas/brevo_create_event.schema.json")),
        }
    }
}

impl Vendor for Brevo {
    fn answer(&mut self, asked: Asked<'_>) -> Reply {
        if let Some(reply) = self.failures.pop_front() {
            return reply;
        }
        if asked.header("api-key") != self.key {
            return error(401, "unauthorized", "Key not found");
        }
        match (asked.method, asked.route()) {
            ("GET", "/v3/account") => json(200, &json!({"email": "shop@example.com"})),
            ("POST", "/v3/events") => self.take(asked),
            _ => error(404, "document_not_found", "There is no such route"),
        }
    }
}

impl Brevo {
    fn take(&mut self, asked: Asked<'_>) -> Reply {
        let body = match self.schema.read(asked.body) {
            Ok(body) => body,
            Err(why) => return error(400, "invalid_parameter", &why),
        };
        let properties = body.get("event_properties").map(Value::to_string);
        if properties.unwrap_or_default().len() > PROPERTIES_BYTES {
            return error(400, "invalid_parameter", "event_properties is too large");
        }
        self.events.push(body);
        Reply::status(204)
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    json(status, &json!({"code": code, "message": message}))
}
