//! Zendesk Support's API, as far as tickets go.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, schema, text, texts,
};

const CREATE: &str = include_str!("../../schemas/zendesk_create_ticket.schema.json");
const UPDATE: &str = include_str!("../../schemas/zendesk_update_ticket.schema.json");

/// Zendesk.
#[derive(Debug, Default)]
pub struct Zendesk {
    desk: Desk,
    /// By their token, until a comment names them.
    uploads: BTreeMap<String, Photo>,
    /// By their idempotency key: the body, and the ticket that came of it.
    answered: BTreeMap<String, (bytes::Bytes, u64)>,
}

impl Helpdesk for Zendesk {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// `agent@shop.example/token:zendesk-secret`.
    fn authorization(&self) -> String {
        "Basic YWdlbnRAc2hvcC5leGFtcGxlL3Rva2VuOnplbmRlc2stc2VjcmV0".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "api/v2/users/me", "who"),
            ("GET", "api/v2/tickets", "look_up"),
            ("POST", "api/v2/uploads", "upload"),
            ("POST", "api/v2/tickets", "create"),
            ("PUT", "api/v2/tickets/*", "note"),
            ("GET", "api/v2/tickets/*/comments", "notes"),
        ]
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        match call {
            "who" => answer(200, json!({"user": {"id": 7, "role": "agent"}})),
            "look_up" => self.look_up(asked),
            "upload" => self.upload(asked),
            "create" => self.create(asked),
            "note" => self.note(asked),
            _ => match self.desk.ticket(asked.segment(3)) {
                Some(ticket) => {
                    let comment =
                        |note: &Note| json!({"html_body": note.text, "public": !note.internal});
                    let comments: Vec<Value> = ticket.notes.iter().rev().map(comment).collect();
                    answer(200, json!({"comments": comments}))
                }
                None => not_found(),
            },
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        match status {
            401 => answer(401, json!({"error": "Couldn't authenticate you"})),
            _ => answer(
                status,
                json!({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}),
            ),
        }
    }

    /// Not JSON.
    fn too_many(&self, seconds: u32) -> Reply {
        Reply::status(429)
            .with_header("retry-after", &seconds.to_string())
            .with_header("content-type", "text/plain")
            .with_body("Number of allowed API requests per minute exceeded")
    }
}

impl Zendesk {
    fn look_up(&self, asked: &Asked) -> Reply {
        let wanted = asked.parameter("external_id").unwrap_or_default();
        let found = self.desk.tickets.iter();
        let found = found.filter(|ticket| ticket.external_id == wanted);
        let found = found.map(shown);
        answer(200, json!({"tickets": found.collect::<Vec<_>>()}))
    }

    fn upload(&mut self, asked: &Asked) -> Reply {
        let name = asked.parameter("filename").unwrap_or_default();
        let content_type = asked.received.header("content-type").unwrap_or_default();
        let extension = name.rsplit('.').next().unwrap_or_default();
        let agrees = match content_type {
            "image/jpeg" => extension == "jpg",
            other => other.strip_prefix("image/") == Some(extension),
        };
        if !agrees || asked.received.body.is_empty() {
            return invalid("filename and Content-Type must agree", "upload");
        }
        let token = format!("token-{}", self.uploads.len() + 1);
        let photo = Photo::File(
            name.to_owned(),
            content_type.to_owned(),
            asked.received.body.len(),
        );
        self.uploads.insert(token.clone(), photo);
        answer(201, json!({"upload": {"token": token}}))
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        let key = asked.received.header("idempotency-key").map(str::to_owned);
        if let Some((body, id)) = key.as_ref().and_then(|key| self.answered.get(key)) {
            return match *body == asked.received.body {
                true => answer(201, json!({"ticket": {"id": id}}))
                    .with_header("x-idempotency-lookup", "hit"),
                false => answer(400, json!({"error": "IdempotentRequestError"})),
            };
        }
        let body = asked.json();
        if let Err(wrong) = schema::check(CREATE, &body) {
            return invalid(&wrong, "base");
        }
        let requester = text(&body, "/ticket/requester/email");
        if self.desk.suspended.contains(&requester) {
            let detail =
                json!({"description": "Requester: X is suspended.", "error": "UserSuspended"});
            return answer(
                422,
                json!({"error": "RecordInvalid", "description": "Record validation errors",
                    "details": {"requester": [detail]}}),
            );
        }
        let tokens = texts(&body, "/ticket/comment/uploads");
        let photos: Option<Vec<Photo>> = tokens
            .iter()
            .map(|token| self.uploads.get(token).cloned())
            .collect();
        let Some(photos) = photos else {
            return invalid("an upload token is unknown", "uploads");
        };
        let id = self.desk.add(Ticket {
            requester,
            subject: text(&body, "/ticket/subject"),
            text: text(&body, "/ticket/comment/html_body"),
            external_id: text(&body, "/ticket/external_id"),
            tags: texts(&body, "/ticket/tags"),
            photos,
            ..Ticket::default()
        });
        if let Some(key) = key {
            self.answered.insert(key, (asked.received.body.clone(), id));
        }
        let made = self.desk.tickets.last().map(shown);
        let said =
            json!({"type": "Comment", "html_body": text(&body, "/ticket/comment/html_body")});
        answer(201, json!({"ticket": made, "audit": {"events": [said]}}))
            .with_header("x-idempotency-lookup", "miss")
    }

    fn note(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if let Err(wrong) = schema::check(UPDATE, &body) {
            return invalid(&wrong, "base");
        }
        let Some(ticket) = self.desk.ticket(asked.segment(3)) else {
            return not_found();
        };
        ticket.notes.push(Note {
            text: text(&body, "/ticket/comment/html_body"),
            internal: body.pointer("/ticket/comment/public") == Some(&Value::Bool(false)),
        });
        answer(200, json!({"ticket": {"id": ticket.id}}))
    }
}

/// With its whole first comment, as the vendor answers it.
fn shown(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id, "external_id": ticket.external_id, "subject": ticket.subject,
        "raw_subject": ticket.subject, "description": ticket.text, "tags": ticket.tags,
    })
}

fn invalid(wrong: &str, field: &str) -> Reply {
    let detail = json!({"description": wrong, "error": "InvalidValue"});
    answer(
        422,
        json!({"error": "RecordInvalid", "description": "Record validation errors", "details": {field: [detail]}}),
    )
}

fn not_found() -> Reply {
    answer(
        404,
        json!({"error": "RecordNotFound", "description": "Not found"}),
    )
}
