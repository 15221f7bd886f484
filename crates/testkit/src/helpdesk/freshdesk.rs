//! Freshdesk's API, as far as tickets go.

use serde_json::{Value, json};

use super::{
    Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, multipart, route, schema,
    text, texts,
};

const CREATE: &str = include_str!("../../schemas/freshdesk_create_ticket.schema.json");
const NOTE: &str = include_str!("../../schemas/freshdesk_add_note.schema.json");
/// All attachments of a request.
const ATTACHED_AT_MOST: usize = 20 * 1024 * 1024;

/// Freshdesk.
#[derive(Debug, Default)]
pub struct Freshdesk {
    desk: Desk,
}

impl Helpdesk for Freshdesk {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// `freshdesk-secret:X`.
    fn authorization(&self) -> String {
        "Basic ZnJlc2hkZXNrLXNlY3JldDpY".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "api/v2/agents/me", "who"),
            ("GET", "api/v2/tickets", "look_up"),
            ("GET", "api/v2/search/tickets", "look_up"),
            ("POST", "api/v2/tickets", "create"),
            ("POST", "api/v2/tickets/*/notes", "note"),
            ("GET", "api/v2/tickets/*/conversations", "notes"),
        ]
    }

    fn call(&self, asked: &Asked) -> Option<&'static str> {
        match route(self.routes(), asked)? {
            "note" if asked.received.header("content-type") != Some("application/json") => {
                Some("attach")
            }
            call => Some(call),
        }
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        match call {
            "who" => answer(200, json!({"id": 7, "type": "support_agent"})),
            "look_up" => self.look_up(asked),
            "create" => self.create(asked),
            "note" => self.note(asked),
            "attach" => self.attach(asked),
            _ => match self.desk.ticket(asked.segment(3)) {
                Some(ticket) => {
                    let note = |note: &Note| json!({"body": note.text, "private": note.internal});
                    answer(200, ticket.notes.iter().map(note).collect())
                }
                None => Reply::status(404),
            },
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        let message = "You have to be logged in to perform this action.";
        answer(
            status,
            json!({"code": "invalid_credentials", "message": message}),
        )
    }

    fn too_many(&self, seconds: u32) -> Reply {
        answer(
            429,
            json!({"message": "You have exceeded the limit of requests per hour"}),
        )
        .with_header("retry-after", &seconds.to_string())
    }
}

impl Freshdesk {
    fn look_up(&self, asked: &Asked) -> Reply {
        let shown = |ticket: &Ticket| json!({"id": ticket.id, "tags": ticket.tags});
        let tickets = self.desk.tickets.iter().rev();
        match (asked.parameter("email"), asked.parameter("query")) {
            (Some(email), _) => {
                let found = tickets.filter(|ticket| ticket.requester == email);
                answer(200, found.map(shown).collect())
            }
            (None, Some(query)) => {
                let tag = query.trim_start_matches("\"tag:'").trim_end_matches("'\"");
                let found = tickets.filter(|ticket| ticket.tags.iter().any(|there| there == tag));
                answer(
                    200,
                    json!({"results": found.map(shown).collect::<Vec<_>>()}),
                )
            }
            (None, None) => invalid("email", "It should be there"),
        }
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if let Err(wrong) = schema::check(CREATE, &body) {
            return invalid("ticket", &wrong);
        }
        let tags = texts(&body, "/tags");
        if tags
            .iter()
            .any(|tag| tag.chars().count() > 32 || tag.contains(','))
        {
            return invalid("tags", "It should have at most 32 characters and no comma");
        }
        let requester = text(&body, "/email");
        if self.desk.suspended.contains(&requester) {
            return invalid("email", "The contact is blocked");
        }
        let id = self.desk.add(Ticket {
            requester,
            subject: text(&body, "/subject"),
            text: text(&body, "/description"),
            tags,
            ..Ticket::default()
        });
        answer(201, json!({"id": id}))
    }

    fn note(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        if let Err(wrong) = schema::check(NOTE, &body) {
            return invalid("note", &wrong);
        }
        let Some(ticket) = self.desk.ticket(asked.segment(3)) else {
            return Reply::status(404);
        };
        ticket.notes.push(Note {
            text: text(&body, "/body"),
            internal: body.get("private") == Some(&Value::Bool(true)),
        });
        answer(201, json!({"id": ticket.notes.len()}))
    }

    /// A part with a file name is a file, and every field that is one is missing.
    fn attach(&mut self, asked: &Asked) -> Reply {
        let Some(parts) = multipart::parts(&asked.received) else {
            return invalid("body", "It should be there");
        };
        let field = |name: &str| {
            let mut parts = parts.iter();
            let part = parts.find(|part| part.name == name && part.filename.is_none())?;
            String::from_utf8(part.bytes.clone()).ok()
        };
        let (Some(text), Some(private)) = (field("body"), field("private")) else {
            return invalid("body", "It should be a/an String");
        };
        let mut files = Vec::new();
        for part in parts.iter().filter(|part| part.name == "attachments[]") {
            match &part.filename {
                Some(name) if !name.is_empty() && !part.content_type.is_empty() => {
                    let file =
                        Photo::File(name.clone(), part.content_type.clone(), part.bytes.len());
                    files.push(file);
                }
                _ => return invalid("attachments", "It should be a file"),
            }
        }
        let size: usize = parts.iter().map(|part| part.bytes.len()).sum();
        if size > ATTACHED_AT_MOST {
            return invalid(
                "attachments",
                "Total attachment(s) size should be at most 20 MB",
            );
        }
        let Some(ticket) = self.desk.ticket(asked.segment(3)) else {
            return Reply::status(404);
        };
        ticket.photos.extend(files);
        let internal = private == "true";
        ticket.notes.push(Note { text, internal });
        answer(201, json!({"id": ticket.notes.len()}))
    }
}

fn invalid(field: &str, wrong: &str) -> Reply {
    let error = json!({"field": field, "message": wrong, "code": "invalid_value"});
    answer(
        400,
        json!({"description": "Validation failed", "errors": [error]}),
    )
}
