//! Freshdesk: a ticket, its photos as files of private notes, later changes as private notes.

use std::borrow::Cow;

use claimwire_model::hash::fnv1a;
use claimwire_model::target::Ordering;
use claimwire_wire::send::Method;
use serde_json::{Value, json};

use crate::ticket::Form;
use crate::ticket::Ticket;
use crate::ticket::call::{base, basic, encoded, multipart};
use crate::ticket::desk::{Ask, Attached, Desk, Filed, Helpdesk, Known, Noted, Photos, Takes, id};
use crate::vendor::{
    About, BODY_TEMPLATE, FALLBACK_EMAIL, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS,
};

/// Freshdesk.
pub(crate) struct Freshdesk;

const ABOUT: About = About {
    kind: "freshdesk",
    name: "Freshdesk",
    does: "A claim becomes a ticket, its photos and later changes private notes on it.",
    settings: &[
        Field {
            name: "endpoint",
            help: "The address of your Freshdesk, such as https://acme.freshdesk.com.",
            kind: FieldKind::Url,
            required: true,
            default: "",
        },
        FALLBACK_EMAIL,
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "api_key",
        help: "Your picture at the top right, Profile settings, View API key.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    // 80 tickets a minute are made on the smallest plan.
    per_second: Some(1),
    timeout_seconds: 30,
};

/// Characters of a tag.
const TAG: usize = 32;
/// Open, of low priority, by the portal: what a customer's own ticket has.
const OPEN: u8 = 2;
const LOW: u8 = 1;
const PORTAL: u8 = 2;

impl Helpdesk for Freshdesk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Html,
            subject: 255,
            text: 100_000,
            tag: Some(TAG),
            photos: Photos::File,
        }
    }

    fn base(&self, desk: &Desk) -> String {
        base(desk.setting("endpoint"))
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        vec![basic(desk.credential("api_key"), "X")]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/api/v2/agents/me")
    }

    /// A ticket has no external id there. The list of a customer's tickets knows a new one at once, the
    /// search only after minutes.
    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        match &ticket.requester {
            Some(requester) => Ask::get(format!(
                "/api/v2/tickets?email={}&updated_since=2015-01-01T00%3A00%3A00Z\
                 &order_by=created_at&order_type=desc&per_page=30",
                encoded(&requester.email)
            )),
            None => {
                let query = format!("\"tag:'{}'\"", claim_tag(ticket));
                Ask::get(format!("/api/v2/search/tickets?query={}", encoded(&query)))
            }
        }
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let tickets = answer
            .as_array()
            .or_else(|| answer.get("results")?.as_array())?;
        let tag = claim_tag(ticket);
        let ours = |found: &&Value| {
            let tags = found.get("tags").and_then(Value::as_array);
            let mut tags = tags.into_iter().flatten().filter_map(Value::as_str);
            tags.any(|there| there.eq_ignore_ascii_case(&tag))
        };
        let numbers = tickets.iter().filter(ours);
        let oldest = numbers.filter_map(|found| found.get("id")?.as_u64()).min();
        Some(oldest.map(|number| number.to_string()))
    }

    fn create(&self, _: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let mut tags = ticket.tags.clone();
        tags.push(claim_tag(ticket));
        let mut body = json!({
            "subject": ticket.subject,
            "description": filed.text,
            "status": OPEN,
            "priority": LOW,
            "source": PORTAL,
            "tags": tags,
        });
        if let Some(requester) = &ticket.requester {
            body["email"] = json!(requester.email);
            body["name"] = json!(requester.name);
        }
        Ask::post("/api/v2/tickets", &body)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.get("id"))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        Ask::get(format!(
            "/api/v2/tickets/{}/conversations?per_page=100",
            encoded(id)
        ))
    }

    fn note(&self, _: &Desk, noted: &Noted<'_>) -> Ask {
        let path = format!("/api/v2/tickets/{}/notes", encoded(noted.id));
        match &noted.attached {
            Attached::File(file) => {
                let fields = [("body", noted.text), ("private", "true")];
                let (content_type, body) = multipart(&fields, "attachments[]", file);
                Ask {
                    method: Method::Post,
                    content_type: Some(content_type.into()),
                    body,
                    ..Ask::get(path)
                }
            }
            Attached::Nothing | Attached::Urls(_) => {
                Ask::post(path, &json!({"body": noted.text, "private": true}))
            }
        }
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let text = |field: &str| answer.get(field).and_then(Value::as_str).map(str::to_owned);
        let errors = answer.get("errors").and_then(Value::as_array);
        let errors = errors.into_iter().flatten().map(|error| {
            let part = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", part("field"), part("message"))
        });
        let words: Vec<String> = text("description")
            .into_iter()
            .chain(text("message"))
            .chain(errors)
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn is_suspended(&self, answer: &Value) -> bool {
        self.reason(answer)
            .is_some_and(|reason| reason.to_lowercase().contains("blocked"))
    }
}

/// The tag that a claim's ticket is found by: its id as far as a tag is long, which a uuid is without
/// hyphens.
fn claim_tag(ticket: &Ticket) -> String {
    let id = ticket.external_id.trim_start_matches("claimwire:");
    let short: String = id.chars().filter(|c| *c != '-').collect();
    match short.len() <= TAG && short.chars().all(|c| c.is_ascii_alphanumeric()) {
        true => short,
        false => format!("claimwire-{:016x}", fnv1a(id.bytes())),
    }
}
