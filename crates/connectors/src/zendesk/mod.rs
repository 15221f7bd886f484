//! Zendesk Support: uploads, a ticket that names them, internal comments.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::hash::fnv1a;
use claimwire_model::target::Ordering;
use claimwire_wire::send::Method;
use serde_json::{Value, json};

use crate::ticket::Form;
use crate::ticket::Ticket;
use crate::ticket::call::{base, basic, encoded};
use crate::ticket::desk::{
    Ask, Desk, File, Filed, Helpdesk, Known, Noted, Photos, Takes, id, oldest,
};
use crate::vendor::{About, BODY_TEMPLATE, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS};

/// Zendesk.
pub(crate) struct Zendesk;

const ABOUT: About = About {
    kind: "zendesk",
    name: "Zendesk",
    does: "A claim becomes a ticket with its photos; later changes become internal notes on it.",
    settings: &[
        Field {
            name: "endpoint",
            help: "The address of your Zendesk, such as https://acme.zendesk.com.",
            kind: FieldKind::Url,
            required: true,
            default: "",
        },
        Field {
            name: "email",
            help: "E-mail address of the agent or administrator whom the API token is used for; files what \
                   has no customer.",
            kind: FieldKind::Email,
            required: true,
            default: "",
        },
        Field {
            name: "first_comment",
            help: "Whether the customer sees the ticket's first comment, and may get a mail of it.",
            kind: FieldKind::Choice(&["public", "internal"]),
            required: false,
            default: "public",
        },
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "api_token",
        help: "Admin Center, Apps and integrations, APIs, API tokens: add one with token access switched on.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    // 200 a minute on the smallest plan.
    per_second: Some(3),
    timeout_seconds: 30,
};

/// An upload's token is good for an hour.
const UPLOADS_LAST: Duration = Duration::from_secs(60 * 60);
/// What is longer than 64 kB is cut without a word.
const TEXT_BYTES: usize = 60_000;

impl Helpdesk for Zendesk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Html,
            subject: 150,
            text: TEXT_BYTES,
            tag: Some(80),
            photos: Photos::Upload(UPLOADS_LAST),
        }
    }

    fn base(&self, desk: &Desk) -> String {
        base(desk.setting("endpoint"))
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        let user = format!("{}/token", desk.setting("email"));
        vec![basic(&user, desk.credential("api_token"))]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/api/v2/users/me")
    }

    fn unwelcome(&self, desk: &Desk, answer: &Value) -> Option<String> {
        let user = answer.get("user")?;
        let email = desk.setting("email");
        match (id(user.get("id")), user.get("role").and_then(Value::as_str)) {
            (None, _) => Some(format!(
                "Zendesk knows no user {email} with this token: check `settings.email` and `credentials.api_token`"
            )),
            (_, Some("end-user")) => Some(format!(
                "{email} is an end user of Zendesk: name an agent or administrator in `settings.email`"
            )),
            _ => None,
        }
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        let external_id = encoded(&ticket.external_id);
        Ask::get(format!("/api/v2/tickets?external_id={external_id}"))
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let tickets = answer.get("tickets")?.as_array()?;
        Some(oldest(tickets, ticket))
    }

    fn upload(&self, _: &Desk, file: &File<'_>) -> Option<Ask> {
        Some(Ask {
            method: Method::Post,
            content_type: Some(file.content_type.into()),
            body: file.bytes.clone(),
            ..Ask::get(format!("/api/v2/uploads?filename={}", encoded(&file.name)))
        })
    }

    fn uploaded(&self, answer: &Value) -> Option<Value> {
        let token = answer.pointer("/upload/token")?;
        token.is_string().then(|| token.clone())
    }

    fn sample_upload(&self, number: usize) -> Value {
        json!({"upload": {"token": format!("token-of-photo-{number}")}})
    }

    fn create(&self, desk: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let public = desk.setting("first_comment") != "internal";
        let mut comment = json!({"html_body": filed.text, "public": public});
        if !filed.photos.is_empty() {
            comment["uploads"] = filed.photos.into();
        }
        let mut body = json!({
            "subject": ticket.subject,
            "comment": comment,
            "external_id": ticket.external_id,
            "tags": ticket.tags,
        });
        if let Some(requester) = &ticket.requester {
            body["requester"] = json!({"name": requester.name, "email": requester.email});
        }
        let ask = Ask::post("/api/v2/tickets", &json!({"ticket": body}));
        // A key that comes again with another body is an error there: another body is another key.
        let key = format!(
            "{}:{:x}",
            ticket.external_id,
            fnv1a(ask.body.iter().copied())
        );
        ask.with_header("Idempotency-Key", key)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.pointer("/ticket/id"))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        let id = encoded(id);
        Ask::get(format!(
            "/api/v2/tickets/{id}/comments?sort=-created_at&page%5Bsize%5D=10"
        ))
    }

    fn note(&self, _: &Desk, noted: &Noted<'_>) -> Ask {
        let comment = json!({"html_body": noted.text, "public": false});
        let body = json!({"ticket": {"comment": comment}});
        let id = encoded(noted.id);
        Ask::json(Method::Put, format!("/api/v2/tickets/{id}"), &body)
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let mut words = Vec::new();
        for field in ["error", "description", "title", "message"] {
            let value = answer.get(field);
            let nested = |name: &str| value.and_then(|value| value.get(name));
            let texts = [value, nested("title"), nested("message")];
            words.extend(texts.into_iter().flatten().filter_map(Value::as_str));
        }
        words.extend(details(answer).filter_map(|detail| detail.get("description")?.as_str()));
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn is_suspended(&self, answer: &Value) -> bool {
        details(answer).any(|detail| {
            let is = |field: &str, what: &str| {
                let text = detail.get(field).and_then(Value::as_str);
                text.is_some_and(|text| text.contains(what))
            };
            is("error", "UserSuspended") || is("description", "is suspended")
        })
    }
}

/// What is wrong with each field.
fn details(answer: &Value) -> impl Iterator<Item = &Value> {
    let fields = answer.get("details").and_then(Value::as_object);
    let lists = fields.into_iter().flat_map(|fields| fields.values());
    lists.filter_map(Value::as_array).flatten()
}
