//! Gorgias's API, as far as tickets go.

use serde_json::{Value, json};

use super::{
    Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, multipart, route, schema,
    text,
};

const CREATE: &str = include_str!("../../schemas/gorgias_create_ticket.schema.json");
const MESSAGE: &str = include_str!("../../schemas/gorgias_create_message.schema.json");

/// Gorgias.
#[derive(Debug, Default)]
pub struct Gorgias {
    desk: Desk,
    /// What was uploaded, in order.
    uploads: Vec<Photo>,
}

impl Helpdesk for Gorgias {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// `agent@shop.example:gorgias-secret`.
    fn authorization(&self) -> String {
        "Basic YWdlbnRAc2hvcC5leGFtcGxlOmdvcmdpYXMtc2VjcmV0".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "api/tickets", "look_up"),
            ("POST", "api/upload", "upload"),
            ("POST", "api/tickets", "create"),
            ("POST", "api/tickets/*/messages", "note"),
            ("GET", "api/messages", "notes"),
        ]
    }

    fn call(&self, asked: &Asked) -> Option<&'static str> {
        match route(self.routes(), asked)? {
            "look_up" if asked.parameter("external_id").is_none() => Some("who"),
            call => Some(call),
        }
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        match call {
            "who" => answer(200, json!({"data": [], "meta": {}})),
            "look_up" => self.look_up(asked),
            "upload" => self.upload(asked),
            "create" => self.create(asked),
            "note" => self.note(asked),
            _ => {
                let id = asked.parameter("ticket_id").unwrap_or_default().to_owned();
                let Some(ticket) = self.desk.ticket(&id) else {
                    return invalid(404, "Ticket not found");
                };
                let message =
                    |note: &Note| json!({"body_html": note.text, "public": !note.internal});
                let messages: Vec<Value> = ticket.notes.iter().rev().map(message).collect();
                answer(200, json!({"data": messages, "meta": {}}))
            }
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        answer(status, json!({"error": {"msg": "Unauthorized"}}))
    }

    fn too_many(&self, seconds: u32) -> Reply {
        answer(429, json!({"error": {"msg": "Too many requests"}}))
            .with_header("retry-after", &seconds.to_string())
            .with_header("x-gorgias-account-api-call-limit", "40/40")
    }
}

impl Gorgias {
    fn look_up(&self, asked: &Asked) -> Reply {
        let wanted = asked.parameter("external_id").unwrap_or_default();
        let found = self.desk.tickets.iter();
        let found = found.filter(|ticket| ticket.external_id == wanted);
        let found = found.map(|ticket| json!({"id": ticket.id, "external_id": ticket.external_id}));
        answer(200, json!({"data": found.collect::<Vec<_>>(), "meta": {}}))
    }

    fn upload(&mut self, asked: &Asked) -> Reply {
        let parts = multipart::parts(&asked.received).unwrap_or_default();
        let mut files = Vec::new();
        for part in parts {
            let Some(_) = part.filename else {
                return invalid(400, "Missing file");
            };
            let n = self.uploads.len();
            files.push(json!({
                "url": format!("https://uploads.gorgias.example/{n}"), "name": part.name,
                "content_type": part.content_type, "size": part.bytes.len(),
            }));
            let file = Photo::File(part.name, part.content_type, part.bytes.len());
            self.uploads.push(file);
        }
        match files.is_empty() {
            true => invalid(400, "Missing file"),
            false => answer(201, files.into()),
        }
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if let Err(wrong) = schema::check(CREATE, &body) {
            return invalid(400, &wrong);
        }
        if text(&body, "/messages/0/sender/email").is_empty() {
            return invalid(400, "sender: Missing data for required field.");
        }
        let attachments = body.pointer("/messages/0/attachments");
        let attachments = attachments.and_then(Value::as_array).into_iter().flatten();
        let photos = attachments.map(|file| {
            let url = text(file, "/url");
            let n: usize = url.rsplit('/').next()?.parse().ok()?;
            self.uploads.get(n).cloned()
        });
        let Some(photos) = photos.collect::<Option<Vec<Photo>>>() else {
            return invalid(400, "an attachment is unknown");
        };
        let tags = body.get("tags").and_then(Value::as_array);
        let tags = tags.into_iter().flatten().map(|tag| text(tag, "/name"));
        let id = self.desk.add(Ticket {
            requester: text(&body, "/customer/email"),
            subject: text(&body, "/subject"),
            text: text(&body, "/messages/0/body_html"),
            external_id: text(&body, "/external_id"),
            tags: tags.collect(),
            photos,
            ..Ticket::default()
        });
        answer(201, json!({"id": id}))
    }

    fn note(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if let Err(wrong) = schema::check(MESSAGE, &body) {
            return invalid(400, &wrong);
        }
        let Some(ticket) = self.desk.ticket(asked.segment(2)) else {
            return invalid(404, "Ticket not found");
        };
        ticket.notes.push(Note {
            text: text(&body, "/body_html"),
            internal: text(&body, "/channel") == "internal-note"
                && body.get("public") == Some(&Value::Bool(false)),
        });
        answer(201, json!({"id": ticket.notes.len()}))
    }
}

fn invalid(status: u16, wrong: &str) -> Reply {
    answer(status, json!({"error": {"msg": wrong, "data": {}}}))
}
