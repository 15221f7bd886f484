//! The helpdesks, with settings and credentials that their fakes take.

use claimwire_connectors::{Vendor, vendor};
use claimwire_testkit::helpdesk::{
    Dixa, Fake, Freshdesk, Gorgias, Intercom, RequestTracker, Zendesk,
};
use serde_json::{Value, json};

pub const KINDS: [&str; 6] = [
    "zendesk",
    "gorgias",
    "freshdesk",
    "intercom",
    "dixa",
    "request_tracker",
];

/// Where they seem to be.
pub const BASE: &str = "https://desk.example";

pub fn fake(kind: &str) -> Fake {
    match kind {
        "zendesk" => Fake::new(Zendesk::default()),
        "gorgias" => Fake::new(Gorgias::default()),
        "freshdesk" => Fake::new(Freshdesk::default()),
        "intercom" => Fake::new(Intercom::default()),
        "dixa" => Fake::new(Dixa::default()),
        "request_tracker" => Fake::new(RequestTracker::default()),
        other => panic!("no fake of {other}"),
    }
}

/// The connector's kind: a preset has that of `http`.
pub fn connector(kind: &str) -> &str {
    match kind {
        "request_tracker" => "http",
        kind => kind,
    }
}

pub fn driver(kind: &str) -> &'static dyn Vendor {
    vendor(connector(kind)).unwrap()
}

/// As people call it.
pub fn name(kind: &str) -> &'static str {
    match kind {
        "request_tracker" => "Request Tracker",
        kind => driver(kind).about().name,
    }
}

/// As whom a claim is filed whose customer has no address; empty: as nobody.
pub fn fallback(kind: &str) -> &'static str {
    match kind {
        "request_tracker" => "",
        _ => "agent@shop.example",
    }
}

pub fn settings(kind: &str, base: &str) -> Value {
    match kind {
        "zendesk" | "gorgias" => json!({"endpoint": base, "email": "agent@shop.example"}),
        "freshdesk" => {
            json!({"endpoint": format!("{base}/"), "fallback_email": "agent@shop.example"})
        }
        "intercom" => {
            json!({"base_url": base, "ticket_type_id": "42", "fallback_email": "agent@shop.example"})
        }
        "dixa" => {
            json!({"base_url": base, "email_integration_id": "claims@shop.email.dixa.example",
            "default_agent_id": "agent-1", "fallback_email": "agent@shop.example"})
        }
        "request_tracker" => {
            json!({"preset": kind, "url": format!("{base}/rt/REST/2.0/ticket?Queue=Claims")})
        }
        other => panic!("no settings of {other}"),
    }
}

pub fn credentials(kind: &str) -> Value {
    let name = match kind {
        "gorgias" | "freshdesk" => "api_key",
        "intercom" => "access_token",
        "request_tracker" => "token",
        _ => "api_token",
    };
    json!({name: secret(kind)})
}

/// What must never be seen.
pub fn secret(kind: &str) -> String {
    format!("{kind}-secret")
}

/// Whether its texts are HTML.
pub fn takes_html(kind: &str) -> bool {
    !matches!(kind, "intercom" | "dixa")
}
