//! HubSpot: a custom behavioural event `pe{portal_id}_karla_` + group, for the contact with the customer's
//! e-mail address. The event's id is its `uuid`, so what is sent again is recorded once.
//!
//! HubSpot takes events that it has a definition of. One that it does not take is looked up, and defined if
//! it is not there; so are properties that it lacks.

mod define;

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::target::Ordering;
use claimwire_wire::driver::{Batch, Input, Step};
use claimwire_wire::send::Answer;
use serde_json::{Map, Value, json};

use crate::marketing::{
    Account, Ask, Asked, Bulk, DELIVERED_ALL_EVENTS, EVENTS, News, Progress, STALE_AFTER_HOURS,
    Tool, flat_texts, in_seconds,
};
use crate::vendor::{About, Field, FieldKind};

/// Properties of one event.
const PROPERTIES: usize = 50;
/// Characters of a property's name.
const NAME_CHARS: usize = 50;
/// Seconds of quiet when the day's limit is spent: HubSpot does not say when the account's day ends.
const DAILY_QUIET: &str = "3600";

/// At most 500 events in one call, and a delivery may be two; HubSpot takes 1,250 events a second. What it has already
/// by its `uuid` it leaves out, in a batch as alone.
const BULK: Bulk = Bulk {
    batch: Batch {
        deliveries: 250,
        bytes: 2_000_000,
        every: Duration::from_millis(500),
        again: true,
    },
    path: "/events/v3/send/batch",
    before: r#"{"inputs":["#,
    after: "]}",
};

static ABOUT: About = About {
    kind: "hubspot",
    name: "HubSpot",
    does: "Each event becomes a custom event of the customer's contact, defined when it is not there yet.",
    settings: &[
        Field {
            name: "base_url",
            help: "Address of HubSpot's API.",
            kind: FieldKind::Url,
            required: false,
            default: "https://api.hubapi.com",
        },
        Field {
            name: "portal_id",
            help: "The account's number (Hub ID), in the account menu at the top right.",
            kind: FieldKind::Text,
            required: true,
            default: "",
        },
        Field {
            name: "text_limit",
            help: "Characters of a property's value; the rest is cut off.",
            kind: FieldKind::Number,
            required: false,
            default: "1024",
        },
        STALE_AFTER_HOURS,
        DELIVERED_ALL_EVENTS,
    ],
    credentials: &[Field {
        name: "access_token",
        help: "Access token of a private app with the scopes analytics.behavioral_events.send, \
               behavioral_events.event_definitions.read_write and crm.objects.contacts.read.",
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
pub(crate) struct HubSpot;

impl Tool for HubSpot {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn headers(&self, account: &Account) -> Vec<(Cow<'static, str>, String)> {
        let token = account.credential("access_token");
        vec![
            ("Authorization".into(), format!("Bearer {token}")),
            ("Accept".into(), "application/json".to_owned()),
        ]
    }

    fn event(&self, account: &Account, news: &News, name: &str, email: &str) -> Ask {
        Ask::post("/events/v3/send", self.one(account, news, name, email))
    }

    fn bulk(&self) -> Option<Bulk> {
        Some(BULK)
    }

    fn items(&self, account: &Account, news: &News, names: &[&str], email: &str) -> Vec<Value> {
        let one = |name: &&str| self.one(account, news, name, email);
        names.iter().map(one).collect()
    }

    fn shown(&self, account: &Account, name: &str) -> String {
        let portal = account.setting(&ABOUT, "portal_id");
        format!("pe{portal}_{}", own_name(name))
    }

    fn who(&self) -> Ask {
        Ask::get("/events/v3/event-definitions?limit=1")
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let text = |name: &str| answer.get(name)?.as_str();
        text("message")
            .or_else(|| text("category"))
            .map(str::to_owned)
    }

    fn right(&self) -> &'static str {
        "custom events need an Enterprise account, and the private app the scopes \
         analytics.behavioral_events.send and behavioral_events.event_definitions.read_write: add them, then \
         activate the connector"
    }

    fn quiet_until(&self, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
        let json: Value = serde_json::from_slice(&answer.body).ok()?;
        let daily = json.get("policyName").and_then(Value::as_str) == Some("DAILY");
        daily.then(|| in_seconds(DAILY_QUIET, now)).flatten()
    }

    fn prepare(&self, asked: &Asked<'_>, progress: &Progress, input: &Input<'_>) -> Option<Step> {
        define::step(self, asked, progress, input)
    }
}

impl HubSpot {
    fn one(&self, account: &Account, news: &News, name: &str, email: &str) -> Value {
        json!({
            "eventName": self.shown(account, name),
            "email": email,
            "occurredAt": news.time.to_zulu_seconds(),
            "uuid": news.id_as(name),
            "properties": properties(account, news),
        })
    }
}

/// The definition's name within the account.
fn own_name(name: &str) -> String {
    let plain = name.chars().map(|c| match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '_',
    });
    format!("karla_{}", plain.collect::<String>())
}

fn properties(account: &Account, news: &News) -> Map<String, Value> {
    let limit = usize::try_from(account.number(&ABOUT, "text_limit")).unwrap_or(usize::MAX);
    flat_texts(&news.data, property, PROPERTIES, limit.max(1))
}

/// A property's name as HubSpot takes it; none for its own (`hs_…`).
fn property(name: &str) -> Option<String> {
    let plain = name.chars().map(|c| match c {
        'a'..='z' | '0'..='9' | '_' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '_',
    });
    let mut name: String = plain.collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "x_");
    }
    name.truncate(NAME_CHARS);
    (!name.starts_with("hs_")).then_some(name)
}

#[cfg(test)]
mod tests;
