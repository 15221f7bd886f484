//! The helpdesks, with settings and credentials that their fakes take.

use claimwire_connectors::{Vendor, vendor};
use claimwire_testkit::Reply;
use claimwire_testkit::helpdesk::{
    Dixa, Fake, Freshdesk, Gorgias, Intercom, Mailbox, RequestTracker, Zendesk,
};
use serde_json::{Value, json};

pub const KINDS: [&str; 7] = [
    "zendesk",
    "gorgias",
    "freshdesk",
    "intercom",
    "dixa",
    "request_tracker",
    "email",
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
        "email" => Fake::new(Mailbox::default()),
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
        "email" => "the mail server",
        kind => driver(kind).about().name,
    }
}

/// As whom a claim is filed whose customer has no address; empty: as nobody.
pub fn fallback(kind: &str) -> &'static str {
    match kind {
        "request_tracker" | "email" => "",
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
        "email" => {
            json!({"to": "help@desk.example", "from": "claims@shop.example",
            "smtp_url": "smtps://shop@mail.example"})
        }
        other => panic!("no settings of {other}"),
    }
}

pub fn credentials(kind: &str) -> Value {
    let name = match kind {
        "gorgias" | "freshdesk" => "api_key",
        "intercom" => "access_token",
        "request_tracker" => "token",
        "email" => "smtp_password",
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

/// What it answers for a while: HTTP's, or a mail server's (RFC 5321, 4.2.1). A lost connection is one of them:
/// for mail, after DATA.
pub fn troubles(kind: &str) -> Vec<Reply> {
    let statuses: &[u16] = match kind {
        "email" => &[421, 450, 451, 452],
        _ => &[500, 503, 409, 408],
    };
    let mut all: Vec<Reply> = statuses.iter().copied().map(Reply::status).collect();
    if kind != "email" {
        all.push(Reply::status(301).with_header("location", "https://elsewhere.example"));
    }
    all.push(Reply::Close);
    all
}

/// What it answers to what it will never take.
pub fn refusals(kind: &str) -> &'static [u16] {
    match kind {
        "email" => &[500, 550, 552, 553, 554],
        _ => &[400, 404, 413, 415, 422],
    }
}

/// The name of a failure by this answer.
pub fn failure(kind: &str, status: u16) -> String {
    match kind {
        "email" => format!("smtp_{status}"),
        _ => format!("status_{status}"),
    }
}

/// Its answers that do not come whole, or say something else, although it did what it was asked.
pub fn lost(kind: &str) -> Vec<Reply> {
    match kind {
        "email" => vec![Reply::Close, Reply::status(451), Reply::status(421)],
        _ => vec![
            Reply::Close,
            Reply::status(500),
            Reply::status(502).with_body("<html>Bad gateway</html>"),
            Reply::status(201),
            Reply::status(200).with_body("<html>Maintenance</html>"),
        ],
    }
}
