//! Dixa: a conversation by e-mail that the customer began, with the photos by URL; later changes as
//! internal notes. Dixa fetches the photos itself, so their URLs must be public.

use std::borrow::Cow;

use claimwire_model::target::Ordering;
use claimwire_wire::send::Method;
use serde_json::{Value, json};

use crate::ticket::Form;
use crate::ticket::Ticket;
use crate::ticket::call::{base, bearer, encoded};
use crate::ticket::desk::{Ask, Desk, Filed, Helpdesk, Known, Noted, Photos, Takes, id};
use crate::vendor::{
    About, BODY_TEMPLATE, FALLBACK_EMAIL, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS,
};

/// Dixa.
pub(crate) struct Dixa;

const BASE: &str = "https://dev.dixa.io/v1";

const ABOUT: About = About {
    kind: "dixa",
    name: "Dixa",
    does: "A claim becomes a conversation with its photos; later changes become internal notes on it.",
    settings: &[
        Field {
            name: "email_integration_id",
            help: "The contact endpoint's address that the conversation belongs to: Settings, Contact \
                   endpoints, E-mail.",
            kind: FieldKind::Text,
            required: true,
            default: "",
        },
        Field {
            name: "default_agent_id",
            help: "Id of the agent who gets the conversation; without one Dixa's queues decide.",
            kind: FieldKind::Text,
            required: false,
            default: "",
        },
        Field {
            name: "base_url",
            help: "Where Dixa's API is.",
            kind: FieldKind::Url,
            required: false,
            default: BASE,
        },
        FALLBACK_EMAIL,
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "api_token",
        help: "Settings, Integrations, API tokens: add a token for the Dixa API.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    per_second: Some(5),
    timeout_seconds: 30,
};

/// The customer's id there.
const REQUESTER: &str = "requester_id";
/// Dixa does not know the customer yet.
const UNKNOWN: &str = "requester_unknown";
/// Somebody else made the customer known meanwhile.
const CONFLICT: &str = "requester_conflict";

impl Helpdesk for Dixa {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Plain,
            subject: 200,
            text: 50_000,
            tag: None,
            photos: Photos::Urls,
        }
    }

    fn base(&self, desk: &Desk) -> String {
        match desk.setting("base_url") {
            "" => BASE.to_owned(),
            url => base(url),
        }
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        vec![bearer(desk.credential("api_token"))]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/contact-endpoints")
    }

    fn unwelcome(&self, desk: &Desk, answer: &Value) -> Option<String> {
        let wanted = desk.setting("email_integration_id");
        let there = answer.get("data")?.as_array()?;
        let is_it = |endpoint: &Value| {
            let fields = ["address", "emailIntegrationId", "id"];
            let texts = fields
                .iter()
                .filter_map(|field| endpoint.get(*field)?.as_str());
            texts
                .into_iter()
                .any(|text| text.eq_ignore_ascii_case(wanted))
        };
        (!there.iter().any(is_it)).then(|| {
            format!("Dixa has no contact endpoint {wanted}: name one of those in `settings.email_integration_id`")
        })
    }

    fn prepare(&self, _: &Desk, ticket: &Ticket, known: &Known) -> Option<Ask> {
        let requester = ticket.requester.as_ref()?;
        if known.contains_key(REQUESTER) {
            return None;
        }
        if known.contains_key(UNKNOWN) {
            let body = json!({"displayName": requester.name, "email": requester.email});
            return Some(Ask::post("/endusers", &body));
        }
        Some(Ask::get(format!(
            "/endusers?email={}",
            encoded(&requester.email)
        )))
    }

    fn prepared(&self, answer: &Value, known: &mut Known) -> Option<()> {
        let (key, value) = match answer.get("data")? {
            Value::Array(found) => match found.first() {
                Some(user) => (REQUESTER, id(user.get("id"))?),
                None => (UNKNOWN, "yes".to_owned()),
            },
            user => (REQUESTER, id(user.get("id"))?),
        };
        known.insert(key.to_owned(), value);
        Some(())
    }

    fn conflicted(&self, known: &mut Known) -> bool {
        known.remove(UNKNOWN).is_some()
            && known
                .insert(CONFLICT.to_owned(), "yes".to_owned())
                .is_none()
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        let query = json!({"value": ticket.external_id, "exactMatch": true});
        Ask::post("/search/conversations", &json!({"query": query}))
    }

    fn found(&self, answer: &Value, _: &Ticket) -> Option<Option<String>> {
        let conversations = answer.get("data")?.as_array()?;
        Some(conversations.iter().find_map(|found| id(found.get("id"))))
    }

    fn create(&self, desk: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let attachments = filed.photos.iter().enumerate();
        let attachments = attachments
            .map(|(i, url)| json!({"url": url, "prettyName": format!("photo-{}", i + 1)}));
        let attachments: Vec<Value> = attachments.collect();
        let body = json!({
            "_type": "Email",
            "requesterId": filed.known.get(REQUESTER),
            "emailIntegrationId": desk.setting("email_integration_id"),
            "subject": ticket.subject,
            "message": {
                "_type": "Inbound",
                "content": {"_type": "Text", "value": filed.text},
                "attachments": attachments,
            },
        });
        Ask::post("/conversations", &body)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.pointer("/data/id"))
    }

    fn assign(&self, desk: &Desk, id: &str) -> Option<Ask> {
        let agent = desk.setting("default_agent_id");
        let body = json!({"agentId": agent, "force": false});
        let path = format!("/conversations/{}/claim", encoded(id));
        (!agent.is_empty()).then(|| Ask::json(Method::Put, path, &body))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        Ask::get(format!("/conversations/{}/notes", encoded(id)))
    }

    fn note(&self, desk: &Desk, noted: &Noted<'_>) -> Ask {
        let mut body = json!({"message": noted.text});
        let agent = desk.setting("default_agent_id");
        if !agent.is_empty() {
            body["agentId"] = json!(agent);
        }
        Ask::post(format!("/conversations/{}/notes", encoded(noted.id)), &body)
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        let message = answer.get("message").or_else(|| answer.get("error"));
        message.and_then(Value::as_str).map(str::to_owned)
    }
}
