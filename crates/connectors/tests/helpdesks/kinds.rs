//! The helpdesks, with settings and credentials that their fakes take.

use claimwire_testkit::helpdesk::{Dixa, Fake, Freshdesk, Gorgias, Intercom, Zendesk};
use serde_json::{Value, json};

pub const KINDS: [&str; 5] = ["zendesk", "gorgias", "freshdesk", "intercom", "dixa"];

/// Where they seem to be.
pub const BASE: &str = "https://desk.example";

pub fn fake(kind: &str) -> Fake {
    match kind {
        "zendesk" => Fake::new(Zendesk::default()),
        "gorgias" => Fake::new(Gorgias::default()),
        "freshdesk" => Fake::new(Freshdesk::default()),
        "intercom" => Fake::new(Intercom::default()),
        "dixa" => Fake::new(Dixa::default()),
        other => panic!("no fake of {other}"),
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
        other => panic!("no settings of {other}"),
    }
}

pub fn credentials(kind: &str) -> Value {
    let name = match kind {
        "gorgias" | "freshdesk" => "api_key",
        "intercom" => "access_token",
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
