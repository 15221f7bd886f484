//! Dixa's API, as far as conversations go.

use serde_json::{Value, json};

use super::{Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, checked, text};

const CREATE: &str = include_str!("../../schemas/dixa_create_conversation.schema.json");
const ENDUSER: &str = include_str!("../../schemas/dixa_create_enduser.schema.json");
const NOTE: &str = include_str!("../../schemas/dixa_add_note.schema.json");
const SEARCH: &str = include_str!("../../schemas/dixa_search_conversations.schema.json");
const CLAIM: &str = include_str!("../../schemas/dixa_claim_conversation.schema.json");

/// Dixa.
#[derive(Debug, Default)]
pub struct Dixa {
    desk: Desk,
}

impl Helpdesk for Dixa {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn authorization(&self) -> String {
        "Bearer dixa-secret".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "contact-endpoints", "who"),
            ("GET", "endusers", "find_customer"),
            ("POST", "endusers", "add_customer"),
            ("POST", "search/conversations", "look_up"),
            ("POST", "conversations", "create"),
            ("PUT", "conversations/*/claim", "assign"),
            ("POST", "conversations/*/notes", "note"),
            ("GET", "conversations/*/notes", "notes"),
        ]
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        match call {
            "who" => {
                let endpoint =
                    json!({"address": "claims@shop.email.dixa.example", "_type": "EmailEndpoint"});
                answer(200, json!({"data": [endpoint]}))
            }
            "find_customer" => {
                let email = asked.parameter("email").unwrap_or_default();
                let found = self.desk.customers.iter().filter(|there| *there == email);
                let found = found.map(|email| json!({"id": email, "email": email}));
                answer(200, json!({"data": found.collect::<Vec<_>>()}))
            }
            "add_customer" => self.add_customer(asked),
            "look_up" => self.look_up(asked),
            "create" => self.create(asked),
            "assign" => self.assign(asked),
            "note" => self.note(asked),
            _ => match self.desk.ticket(asked.segment(1)) {
                Some(ticket) => {
                    let note = |note: &Note| json!({"message": note.text});
                    let notes: Vec<Value> = ticket.notes.iter().map(note).collect();
                    answer(200, json!({"data": notes}))
                }
                None => invalid(404, "no such conversation"),
            },
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        invalid(status, "Unauthorized")
    }

    fn too_many(&self, seconds: u32) -> Reply {
        invalid(429, "Too many requests").with_header("retry-after", &seconds.to_string())
    }
}

impl Dixa {
    fn look_up(&self, asked: &Asked) -> Reply {
        checked(asked, SEARCH, invalid, |body| {
            let wanted = text(body, "/query/value");
            let found = self.desk.tickets.iter();
            let found = found.filter(|ticket| ticket.text.contains(&wanted));
            let found: Vec<Value> = found.map(|ticket| json!({"id": ticket.id})).collect();
            answer(200, json!({"data": found}))
        })
    }

    fn add_customer(&mut self, asked: &Asked) -> Reply {
        checked(asked, ENDUSER, invalid, |body| {
            let email = text(body, "/email");
            match self.desk.customers.insert(email.clone()) {
                true => answer(201, json!({"data": {"id": email}})),
                false => invalid(409, "the e-mail is in use"),
            }
        })
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        checked(asked, CREATE, invalid, |body| {
            let requester = text(body, "/requesterId");
            if !self.desk.customers.contains(&requester) {
                return invalid(400, "no such end user");
            }
            if text(body, "/emailIntegrationId") != "claims@shop.email.dixa.example" {
                return invalid(400, "no such contact endpoint");
            }
            let attachments = body.pointer("/message/attachments");
            let attachments = attachments.and_then(Value::as_array).into_iter().flatten();
            let photos = attachments.map(|file| Photo::Url(text(file, "/url")));
            let id = self.desk.add(Ticket {
                requester,
                subject: text(body, "/subject"),
                text: text(body, "/message/content/value"),
                photos: photos.collect(),
                ..Ticket::default()
            });
            answer(201, json!({"data": {"id": id}}))
        })
    }

    fn assign(&mut self, asked: &Asked) -> Reply {
        checked(asked, CLAIM, invalid, |body| {
            match self.desk.ticket(asked.segment(1)) {
                Some(ticket) => {
                    ticket.agent = Some(text(body, "/agentId"));
                    Reply::status(204)
                }
                None => invalid(404, "no such conversation"),
            }
        })
    }

    fn note(&mut self, asked: &Asked) -> Reply {
        checked(asked, NOTE, invalid, |body| {
            let Some(ticket) = self.desk.ticket(asked.segment(1)) else {
                return invalid(404, "no such conversation");
            };
            ticket.notes.push(Note {
                text: text(body, "/message"),
                internal: true,
            });
            answer(201, json!({"data": {"id": "n"}}))
        })
    }
}

fn invalid(status: u16, wrong: &str) -> Reply {
    answer(status, json!({"message": wrong}))
}
