//! Klaviyo: an event whose metric is the event's group, for the profile with the customer's e-mail address.
//! The event's id is its `unique_id`, so what is sent again is recorded once.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::target::Ordering;
use claimwire_wire::driver::Batch;
use serde_json::{Map, Value, json};

use crate::marketing::{
    Account, Ask, Bulk, DELIVERED_ALL_EVENTS, EVENTS, News, STALE_AFTER_HOURS, Tool,
};
use crate::vendor::{About, Field, FieldKind};
use crate::words::first;

/// The revision of the API that requests are made for (developers.klaviyo.com, versioning).
pub(crate) const REVISION: &str = "2026-07-15";
/// Properties of one event: below both numbers that Klaviyo's pages name.
const PROPERTIES: usize = 299;
/// Characters of a text, which may be 100 KB long.
const CHARS: usize = 25_000;
/// Entries of a list.
const ENTRIES: usize = 4_000;
/// Levels of nesting.
const LEVELS: usize = 10;
/// Characters of a metric's name.
const NAME_CHARS: usize = 127;

/// At most 1,000 events of 5 MB together, and 150 such calls a minute: a delivery may be two events. Klaviyo fails a
/// call as a whole that repeats an id, so what it may have already goes alone, where the first of two is kept.
const BULK: Bulk = Bulk {
    batch: Batch {
        deliveries: 500,
        bytes: 4_500_000,
        every: Duration::from_millis(401),
        again: false,
    },
    path: "/api/event-bulk-create-jobs",
    before: r#"{"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":{"data":["#,
    after: "]}}}}",
};

static ABOUT: About = About {
    kind: "klaviyo",
    name: "Klaviyo",
    does: "Each event is tracked for the customer's profile, as a metric named like the event's group.",
    settings: &[
        Field {
            name: "base_url",
            help: "Address of Klaviyo's API.",
            kind: FieldKind::Url,
            required: false,
            default: "https://a.klaviyo.com",
        },
        STALE_AFTER_HOURS,
        DELIVERED_ALL_EVENTS,
    ],
    credentials: &[Field {
        name: "api_key",
        help: "Private API key (Settings > API keys) with full access to Events, Metrics and Profiles.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: EVENTS,
    ordering: Ordering::None,
    hears_back: false,
    per_second: Some(58),
    timeout_seconds: 15,
};

/// The vendor.
pub(crate) struct Klaviyo;

impl Tool for Klaviyo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn headers(&self, account: &Account) -> Vec<(Cow<'static, str>, String)> {
        let key = account.credential("api_key");
        vec![
            ("Authorization".into(), format!("Klaviyo-API-Key {key}")),
            ("Accept".into(), "application/vnd.api+json".to_owned()),
            ("Content-Type".into(), "application/vnd.api+json".to_owned()),
            ("revision".into(), REVISION.to_owned()),
        ]
    }

    fn event(&self, account: &Account, news: &News, name: &str, email: &str) -> Ask {
        let mut event = self.attributes(account, news, name);
        event["profile"] = profile(email);
        let body = json!({"data": {"type": "event", "attributes": event}});
        Ask::post("/api/events", body)
    }

    fn bulk(&self) -> Option<Bulk> {
        Some(BULK)
    }

    fn items(&self, account: &Account, news: &News, names: &[&str], email: &str) -> Vec<Value> {
        let event = |name: &&str| json!({"type": "event", "attributes": self.attributes(account, news, name)});
        let events: Vec<Value> = names.iter().map(event).collect();
        vec![json!({"type": "event-bulk-create", "attributes": {
            "profile": profile(email),
            "events": {"data": events},
        }})]
    }

    fn shown(&self, _: &Account, name: &str) -> String {
        first(name, NAME_CHARS)
    }

    fn who(&self) -> Ask {
        Ask::get("/api/metrics")
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let error = answer.pointer("/errors/0")?;
        let text = |name: &str| error.get(name)?.as_str();
        let at = error.pointer("/source/pointer").and_then(Value::as_str);
        let words = text("detail").or_else(|| text("title"))?;
        Some(match at {
            Some(at) => format!("{words} ({at})"),
            None => words.to_owned(),
        })
    }

    fn right(&self) -> &'static str {
        "give the API key full access to Events, Metrics and Profiles, then activate the connector"
    }
}

impl Klaviyo {
    /// The event, but for whom it is of.
    fn attributes(&self, account: &Account, news: &News, name: &str) -> Value {
        json!({
            "properties": properties(&news.data),
            "metric": {"data": {"type": "metric", "attributes": {"name": self.shown(account, name)}}},
            "time": news.time.to_zulu_seconds(),
            "unique_id": news.id_as(name),
        })
    }
}

fn profile(email: &str) -> Value {
    json!({"data": {"type": "profile", "attributes": {"email": email}}})
}

/// Within Klaviyo's bounds. Names that begin with `$` are its own.
fn properties(data: &Map<String, Value>) -> Value {
    let own = |name: &str| name.starts_with('$');
    data.iter()
        .filter(|(name, _)| !own(name))
        .take(PROPERTIES)
        .map(|(name, value)| (name.clone(), bounded(value, 2)))
        .collect::<Map<_, _>>()
        .into()
}

/// What lies deeper than Klaviyo takes becomes JSON text.
fn bounded(value: &Value, level: usize) -> Value {
    match value {
        Value::String(text) => first(text, CHARS).into(),
        Value::Array(_) | Value::Object(_) if level > LEVELS => {
            first(&value.to_string(), CHARS).into()
        }
        Value::Array(items) => items
            .iter()
            .take(ENTRIES)
            .map(|item| bounded(item, level + 1))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), bounded(value, level + 1)))
            .collect::<Map<_, _>>()
            .into(),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests;
