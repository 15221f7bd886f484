//! Intercom's API, as far as tickets go.

use serde_json::{Value, json};

use super::{
    Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, checked, route, text, texts,
};

const CREATE: &str = include_str!("../../schemas/intercom_create_ticket.schema.json");
const REPLY: &str = include_str!("../../schemas/intercom_reply_ticket.schema.json");
const SEARCH: &str = include_str!("../../schemas/intercom_search_tickets.schema.json");

/// Intercom.
#[derive(Debug, Default)]
pub struct Intercom {
    desk: Desk,
}

impl Helpdesk for Intercom {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn authorization(&self) -> String {
        "Bearer intercom-secret".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "me", "who"),
            ("POST", "tickets/search", "look_up"),
            ("POST", "tickets", "create"),
            ("POST", "tickets/*/reply", "note"),
            ("GET", "tickets/*", "notes"),
        ]
    }

    fn call(&self, asked: &Asked) -> Option<&'static str> {
        match route(self.routes(), asked)? {
            "note" if asked.json().get("attachment_urls").is_some() => Some("attach"),
            call => Some(call),
        }
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        if asked.received.header("intercom-version") != Some("2.15") {
            return invalid(400, "the version is missing");
        }
        match call {
            "who" => answer(200, json!({"type": "admin", "id": "991"})),
            "look_up" => self.look_up(asked),
            "create" => self.create(asked),
            "note" | "attach" => self.note(asked),
            _ => match self.desk.ticket(asked.segment(1)) {
                Some(ticket) => {
                    let part = |note: &Note| json!({"type": "ticket_part", "body": note.text});
                    let parts: Vec<Value> = ticket.notes.iter().map(part).collect();
                    let parts = json!({"type": "ticket_part.list", "ticket_parts": parts});
                    answer(
                        200,
                        json!({"type": "ticket", "id": ticket.id.to_string(), "ticket_parts": parts}),
                    )
                }
                None => invalid(404, "Ticket not found"),
            },
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        invalid(status, "Access Token Invalid")
    }

    /// Says when, not how long.
    fn too_many(&self, seconds: u32) -> Reply {
        let at = super::NOW_SECONDS + i64::from(seconds);
        invalid(429, "Exceeded rate limit").with_header("x-ratelimit-reset", &at.to_string())
    }
}

impl Intercom {
    fn look_up(&self, asked: &Asked) -> Reply {
        checked(asked, SEARCH, invalid, |body| {
            let wanted = text(body, "/query/value");
            let found = self.desk.tickets.iter();
            let found = found.filter(|ticket| ticket.text.contains(&wanted));
            let found = found.map(|ticket| {
                json!({"type": "ticket", "id": ticket.id.to_string(),
                "ticket_attributes": {"_default_description_": ticket.text}})
            });
            let found: Vec<Value> = found.collect();
            answer(
                200,
                json!({"type": "ticket.list", "tickets": found, "total_count": found.len()}),
            )
        })
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        checked(asked, CREATE, invalid, |body| {
            if text(body, "/ticket_type_id") != "42" {
                return invalid(404, "Ticket type not found");
            }
            let id = self.desk.add(Ticket {
                requester: text(body, "/contacts/0/email"),
                subject: text(body, "/ticket_attributes/_default_title_"),
                text: text(body, "/ticket_attributes/_default_description_"),
                ..Ticket::default()
            });
            answer(
                200,
                json!({"type": "ticket", "id": id.to_string(), "ticket_id": "77"}),
            )
        })
    }

    fn note(&mut self, asked: &Asked) -> Reply {
        checked(asked, REPLY, invalid, |body| {
            if text(body, "/admin_id") != "991" {
                return invalid(404, "Admin not found");
            }
            let Some(ticket) = self.desk.ticket(asked.segment(1)) else {
                return invalid(404, "Ticket not found");
            };
            let urls = texts(body, "/attachment_urls");
            ticket.photos.extend(urls.into_iter().map(Photo::Url));
            ticket.notes.push(Note {
                text: text(body, "/body"),
                internal: text(body, "/message_type") == "note",
            });
            answer(200, json!({"type": "ticket_part", "id": "1"}))
        })
    }
}

fn invalid(status: u16, wrong: &str) -> Reply {
    let error = json!({"code": "parameter_invalid", "message": wrong});
    answer(
        status,
        json!({"type": "error.list", "request_id": "r", "errors": [error]}),
    )
}
