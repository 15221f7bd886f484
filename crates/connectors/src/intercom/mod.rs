//! Intercom: a ticket of a type that the workspace has, its photos and later changes as notes. Intercom
//! fetches the photos itself, so their URLs must be public.

use std::borrow::Cow;

use claimwire_model::Timestamp;
use claimwire_model::target::Ordering;
use claimwire_wire::send::Answer;
use serde_json::{Value, json};

use crate::ticket::Form;
use crate::ticket::Ticket;
use crate::ticket::call::{base, bearer, encoded};
use crate::ticket::desk::{Ask, Attached, Desk, Filed, Helpdesk, Known, Noted, Photos, Takes, id};
use crate::vendor::{
    About, BODY_TEMPLATE, FALLBACK_EMAIL, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS,
};

/// Intercom.
pub(crate) struct Intercom;

const BASE: &str = "https://api.intercom.io";

const ABOUT: About = About {
    kind: "intercom",
    name: "Intercom",
    does: "A claim becomes a ticket, its photos and later changes internal notes on it.",
    settings: &[
        Field {
            name: "ticket_type_id",
            help: "Settings, Tickets, Ticket types: the number in the address of the type that claims become.",
            kind: FieldKind::Text,
            required: true,
            default: "",
        },
        Field {
            name: "base_url",
            help: "Where the workspace is hosted: https://api.eu.intercom.io for Europe, \
                   https://api.au.intercom.io for Australia.",
            kind: FieldKind::Url,
            required: false,
            default: BASE,
        },
        FALLBACK_EMAIL,
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "access_token",
        help: "Developer Hub, your app, Configure, Authentication: the access token; it needs the rights to \
               read and write tickets and users, and to read admins.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    // 10,000 a minute, in slices of ten seconds.
    per_second: Some(100),
    timeout_seconds: 30,
};

/// The version of its API that is spoken.
const VERSION: &str = "2.15";
/// Photos of one note.
const PHOTOS_AT_ONCE: usize = 10;
/// Whose token it is: notes are that admin's.
const ADMIN: &str = "admin_id";

impl Helpdesk for Intercom {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Plain,
            subject: 200,
            text: 10_000,
            tag: None,
            photos: Photos::UrlsLater(PHOTOS_AT_ONCE),
        }
    }

    fn base(&self, desk: &Desk) -> String {
        match desk.setting("base_url") {
            "" => BASE.to_owned(),
            url => base(url),
        }
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        vec![
            bearer(desk.credential("access_token")),
            ("Intercom-Version".into(), VERSION.to_owned()),
        ]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/me")
    }

    fn prepare(&self, _: &Desk, _: &Ticket, known: &Known) -> Option<Ask> {
        (!known.contains_key(ADMIN)).then(|| Ask::get("/me"))
    }

    fn prepared(&self, answer: &Value, known: &mut Known) -> Option<()> {
        known.insert(ADMIN.to_owned(), id(answer.get("id"))?);
        Some(())
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        let query = json!({
            "field": "_default_description_", "operator": "~", "value": ticket.external_id,
        });
        let body = json!({"query": query, "pagination": {"per_page": 2}});
        Ask::post("/tickets/search", &body)
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let tickets = answer.get("tickets")?.as_array()?;
        let ours = |found: &&Value| {
            let text = found.pointer("/ticket_attributes/_default_description_");
            let text = text.and_then(Value::as_str).unwrap_or_default();
            text.contains(&ticket.external_id)
        };
        Some(
            tickets
                .iter()
                .find(ours)
                .and_then(|found| id(found.get("id"))),
        )
    }

    fn create(&self, desk: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let email = ticket.requester.as_ref().map(|requester| &*requester.email);
        let body = json!({
            "ticket_type_id": desk.setting("ticket_type_id"),
            "contacts": [{"email": email.unwrap_or_default()}],
            "ticket_attributes": {
                "_default_title_": ticket.subject,
                "_default_description_": filed.text,
            },
        });
        Ask::post("/tickets", &body)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.get("id"))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        Ask::get(format!("/tickets/{}", encoded(id)))
    }

    fn note(&self, _: &Desk, noted: &Noted<'_>) -> Ask {
        let admin = noted.known.get(ADMIN).map_or("", |id| id);
        // A note's body is HTML there, whatever the ticket's text is.
        let mut html = String::new();
        crate::ticket::escape(noted.text, &mut html);
        let mut body = json!({
            "type": "admin", "message_type": "note", "admin_id": admin, "body": html,
        });
        if let Attached::Urls(urls) = noted.attached {
            body["attachment_urls"] = json!(urls);
        }
        Ask::post(format!("/tickets/{}/reply", encoded(noted.id)), &body)
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let errors = answer.get("errors")?.as_array()?.iter();
        let words = errors.filter_map(|error| {
            let part = |field: &str| error.get(field).and_then(Value::as_str);
            part("message").or_else(|| part("code"))
        });
        let words: Vec<&str> = words.collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn quiet_until(&self, answer: &Answer) -> Option<Timestamp> {
        let at = answer.header("x-ratelimit-reset")?.trim().parse().ok()?;
        Some(Timestamp::from_secs(at))
    }
}
