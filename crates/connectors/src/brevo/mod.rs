//! Brevo: an event `karla_` + group, for the contact with the customer's e-mail address. Brevo drops no
//! duplicates: what was in doubt when an answer was lost may be there twice. So it gets one event in one call, though
//! it takes batches: a lost answer doubles one, and not hundreds.

use std::borrow::Cow;

use claimwire_model::Timestamp;
use claimwire_model::target::Ordering;
use claimwire_wire::send::Answer;
use serde_json::{Map, Value, json};

use crate::marketing::{
    Account, Ask, DELIVERED_ALL_EVENTS, EVENTS, News, STALE_AFTER_HOURS, Tool, in_seconds,
};
use crate::vendor::{About, Field, FieldKind};
use crate::words::first;

/// Bytes of an event's properties, which may be 50 KB.
const PROPERTIES_BYTES: usize = 48_000;
/// Characters of a name.
const NAME_CHARS: usize = 255;

static ABOUT: About = About {
    kind: "brevo",
    name: "Brevo",
    does: "Each event is tracked for the customer's contact, named `karla_` and the event's group.",
    settings: &[
        Field {
            name: "base_url",
            help: "Address of Brevo's API.",
            kind: FieldKind::Url,
            required: false,
            default: "https://api.brevo.com",
        },
        STALE_AFTER_HOURS,
        DELIVERED_ALL_EVENTS,
    ],
    credentials: &[Field {
        name: "api_key",
        help: "API key of version 3 (Settings > SMTP & API > API keys).",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: EVENTS,
    ordering: Ordering::None,
    hears_back: false,
    per_second: Some(10),
    timeout_seconds: 15,
};

/// The vendor.
pub(crate) struct Brevo;

impl Tool for Brevo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn headers(&self, account: &Account) -> Vec<(Cow<'static, str>, String)> {
        vec![
            ("api-key".into(), account.credential("api_key").to_owned()),
            ("Accept".into(), "application/json".to_owned()),
        ]
    }

    fn event(&self, account: &Account, news: &News, name: &str, email: &str) -> Ask {
        let body = json!({
            "event_name": self.shown(account, name),
            "event_date": news.time.to_zulu_seconds(),
            "identifiers": {"email_id": email},
            "event_properties": properties(&news.data),
        });
        Ask::post("/v3/events", body)
    }

    fn shown(&self, _: &Account, name: &str) -> String {
        plain(&format!("karla_{name}"))
    }

    fn who(&self) -> Ask {
        Ask::get("/v3/account")
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let text = |name: &str| answer.get(name)?.as_str();
        match (text("message"), text("code")) {
            (Some(message), Some(code)) => Some(format!("{message} ({code})")),
            (message, code) => message.or(code).map(str::to_owned),
        }
    }

    fn right(&self) -> &'static str {
        "let the account use events and this server's address (Security > Authorised IPs), then activate the connector"
    }

    /// Seconds until the limit begins anew; Brevo sends no `Retry-After`.
    fn quiet_until(&self, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
        in_seconds(answer.header("x-sib-ratelimit-reset")?, now)
    }
}

/// Letters, digits, `-` and `_`, as Brevo has names.
fn plain(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
        _ => '_',
    };
    name.chars().take(NAME_CHARS).map(plain).collect()
}

/// Without nulls, which Brevo does not take. Of too much, the largest are left out.
fn properties(data: &Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for (name, value) in data.iter().filter(|(_, value)| !value.is_null()) {
        properties
            .entry(plain(name))
            .or_insert_with(|| value.clone());
    }
    let mut sizes: Vec<(usize, String)> = properties
        .iter()
        .map(|(name, value)| (name.len() + value.to_string().len() + 4, name.clone()))
        .collect();
    sizes.sort();
    let mut bytes: usize = sizes.iter().map(|(size, _)| size).sum();
    while bytes > PROPERTIES_BYTES
        && let Some((size, name)) = sizes.pop()
    {
        bytes -= size;
        let shorter = match properties.get(&name) {
            Some(Value::String(text)) => Some(first(text, PROPERTIES_BYTES / 16)),
            _ => None,
        };
        match shorter {
            Some(text) => {
                bytes += name.len() + Value::from(&*text).to_string().len() + 4;
                properties.insert(name, text.into());
            }
            None => {
                properties.shift_remove(&name);
            }
        }
    }
    properties
}

#[cfg(test)]
mod tests;
