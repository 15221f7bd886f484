//! Gorgias: uploads, a ticket whose first message is the customer's, internal notes.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::target::Ordering;
use claimwire_wire::send::Method;
use serde_json::{Value, json};

use crate::ticket::Form;
use crate::ticket::Ticket;
use crate::ticket::call::{base, basic, encoded, multipart};
use crate::ticket::desk::{
    Ask, Desk, File, Filed, Helpdesk, Known, Noted, Photos, Takes, id, oldest,
};
use crate::vendor::{About, BODY_TEMPLATE, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS};

/// Gorgias.
pub(crate) struct Gorgias;

const ABOUT: About = About {
    kind: "gorgias",
    name: "Gorgias",
    does: "A claim becomes a ticket with its photos; later changes become internal notes on it.",
    settings: &[
        Field {
            name: "endpoint",
            help: "The address of your Gorgias, such as https://acme.gorgias.com.",
            kind: FieldKind::Url,
            required: true,
            default: "",
        },
        Field {
            name: "email",
            help: "E-mail address of the user whom the API key belongs to; files what has no customer.",
            kind: FieldKind::Email,
            required: true,
            default: "",
        },
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "api_key",
        help: "Settings, Account, REST API: the password shown there.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    // 40 in 20 seconds with an API key.
    per_second: Some(2),
    timeout_seconds: 30,
};

/// Nobody says how long an upload that no message names is kept.
const UPLOADS_LAST: Duration = Duration::from_secs(24 * 60 * 60);
/// Events that come this way are the API's: rules that answer mails leave them alone.
const API: &str = "api";

impl Helpdesk for Gorgias {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Html,
            subject: 500,
            text: 200_000,
            tag: Some(100),
            photos: Photos::Upload(UPLOADS_LAST),
        }
    }

    fn base(&self, desk: &Desk) -> String {
        base(desk.setting("endpoint"))
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        vec![basic(desk.setting("email"), desk.credential("api_key"))]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/api/tickets?limit=1")
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        let external_id = encoded(&ticket.external_id);
        Ask::get(format!("/api/tickets?external_id={external_id}&limit=10"))
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let tickets = answer.get("data")?.as_array()?;
        Some(oldest(tickets, ticket))
    }

    fn upload(&self, _: &Desk, file: &File<'_>) -> Option<Ask> {
        // The field's name is what the file is called there.
        let (content_type, body) = multipart(&[], &file.name, file);
        Some(Ask {
            method: Method::Post,
            content_type: Some(content_type.into()),
            body,
            ..Ask::get("/api/upload?type=attachment")
        })
    }

    fn uploaded(&self, answer: &Value) -> Option<Value> {
        let file = answer.get(0)?;
        let there = |field: &str| file.get(field).is_some_and(Value::is_string);
        let whole = there("url") && there("name") && there("content_type");
        whole.then(|| file.clone())
    }

    fn sample_upload(&self, number: usize) -> Value {
        json!([{"url": format!("https://uploads.gorgias.io/photo-{number}.jpg"),
            "name": format!("photo-{number}.jpg"), "content_type": "image/jpeg", "size": 0}])
    }

    fn create(&self, _: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let mut message = json!({
            "channel": API,
            "via": API,
            "from_agent": false,
            "subject": ticket.subject,
            "body_html": filed.text,
            "external_id": ticket.external_id,
        });
        if !filed.photos.is_empty() {
            message["attachments"] = filed.photos.into();
        }
        let tags = ticket.tags.iter().map(|tag| json!({"name": tag}));
        let mut body = json!({
            "via": API,
            "channel": API,
            "subject": ticket.subject,
            "external_id": ticket.external_id,
            "tags": tags.collect::<Vec<_>>(),
            "messages": [],
        });
        if let Some(requester) = &ticket.requester {
            let person = json!({"email": requester.email, "name": requester.name});
            message["sender"] = json!({"email": requester.email});
            body["customer"] = person;
        }
        body["messages"] = json!([message]);
        Ask::post("/api/tickets", &body)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.get("id"))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        let id = encoded(id);
        Ask::get(format!(
            "/api/messages?ticket_id={id}&limit=10&order_by=created_datetime%3Adesc"
        ))
    }

    fn note(&self, desk: &Desk, noted: &Noted<'_>) -> Ask {
        let body = json!({
            "channel": "internal-note",
            "via": API,
            "from_agent": true,
            "public": false,
            "sender": {"email": desk.setting("email")},
            "body_html": noted.text,
            "external_id": noted.mark,
        });
        let id = encoded(noted.id);
        Ask::post(format!("/api/tickets/{id}/messages"), &body)
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let error = answer.get("error")?;
        let message = error.get("msg").and_then(Value::as_str);
        let fields = error.get("data").and_then(Value::as_object);
        let fields = fields.filter(|fields| !fields.is_empty());
        let fields = fields.map(|fields| Value::Object(fields.clone()).to_string());
        let words: Vec<&str> = message.into_iter().chain(fields.as_deref()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}
