//! Request Tracker's REST 2, as far as tickets go. `make helpdesk` asks a real one.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{
    Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, answer, checked, route, text,
};

const CREATE: &str = include_str!("../../schemas/request_tracker_create_ticket.schema.json");
const COMMENT: &str = include_str!("../../schemas/request_tracker_comment.schema.json");
/// The queue that there is.
const QUEUE: &str = "Claims";

/// Request Tracker.
#[derive(Debug, Default)]
pub struct RequestTracker {
    desk: Desk,
    /// The subject of each comment, by its ticket's number.
    subjects: Vec<(u64, String)>,
}

impl Helpdesk for RequestTracker {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn authorization(&self) -> String {
        "token request_tracker-secret".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[
            ("GET", "rt/REST/2.0/queue/*", "who"),
            ("GET", "rt/REST/2.0/tickets", "look_up"),
            ("POST", "rt/REST/2.0/ticket", "create"),
            ("POST", "rt/REST/2.0/ticket/*/comment", "note"),
            ("GET", "rt/REST/2.0/ticket/*/attachments", "notes"),
        ]
    }

    fn call(&self, asked: &Asked) -> Option<&'static str> {
        match route(self.routes(), asked)? {
            "note" if asked.json().get("Attachments").is_some() => Some("attach"),
            call => Some(call),
        }
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        match call {
            "who" if asked.segment(4) == QUEUE => {
                let links = json!([{"ref": "self"}, {"ref": "create"}]);
                answer(200, json!({"Name": QUEUE, "_hyperlinks": links}))
            }
            "who" => message(404, "Not Found"),
            "look_up" => self.look_up(asked),
            "create" => self.create(asked),
            "note" | "attach" => self.comment(asked),
            _ => self.comments(asked),
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        message(
            status,
            if status == 401 {
                "Unauthorized"
            } else {
                "Forbidden"
            },
        )
    }

    /// RT has no limits of its own; what stands before it may.
    fn too_many(&self, seconds: u32) -> Reply {
        Reply::status(429).with_header("retry-after", &seconds.to_string())
    }
}

impl RequestTracker {
    /// `Subject LIKE '…'` is all that is understood of TicketSQL.
    fn look_up(&self, asked: &Asked) -> Reply {
        let query = asked.parameter("query").unwrap_or_default();
        let wanted = query.strip_prefix("Subject LIKE '");
        let Some(wanted) = wanted.and_then(|rest| rest.strip_suffix('\'')) else {
            return message(400, "Unable to parse query");
        };
        let found = self
            .desk
            .tickets
            .iter()
            .filter(|ticket| mark(ticket) == wanted);
        let shown =
            |ticket: &Ticket| json!({"id": ticket.id.to_string(), "Subject": subject(ticket)});
        let items: Vec<Value> = found.map(shown).collect();
        answer(200, json!({"count": items.len(), "items": items}))
    }

    fn create(&mut self, asked: &Asked) -> Reply {
        checked(asked, CREATE, message, |body| {
            if text(body, "/Queue") != QUEUE {
                return message(400, "Could not create ticket. Queue not set");
            }
            let subject = text(body, "/Subject");
            let (subject, id) = subject.rsplit_once(" [").unwrap_or((&subject, ""));
            let id = self.desk.add(Ticket {
                requester: address(&text(body, "/Requestor")).to_owned(),
                subject: subject.to_owned(),
                text: text(body, "/Content"),
                external_id: id.trim_end_matches(']').to_owned(),
                ..Ticket::default()
            });
            answer(201, json!({"type": "ticket", "id": id.to_string()}))
        })
    }

    fn comment(&mut self, asked: &Asked) -> Reply {
        checked(asked, COMMENT, message, |body| {
            // RT's own words for a ticket that is gone.
            let Some(ticket) = self.desk.ticket(asked.segment(4)) else {
                return message(400, "Permission Denied");
            };
            let attached = body.get("Attachments").and_then(Value::as_array);
            let mut files = Vec::new();
            for one in attached.into_iter().flatten() {
                let content = text(one, "/FileContent");
                let Ok(bytes) = BASE64.decode(content.as_bytes()) else {
                    return message(400, "FileContent is no base64");
                };
                let (name, of) = (text(one, "/FileName"), text(one, "/FileType"));
                files.push(Photo::File(name, of, bytes.len()));
            }
            ticket.photos.extend(files);
            ticket.notes.push(Note {
                text: text(body, "/Content"),
                internal: true,
            });
            self.subjects.push((ticket.id, text(body, "/Subject")));
            answer(201, json!(["Comments added"]))
        })
    }

    fn comments(&mut self, asked: &Asked) -> Reply {
        let Some(ticket) = self.desk.ticket(asked.segment(4)) else {
            return message(404, "Not Found");
        };
        let id = ticket.id;
        let of = self.subjects.iter().rev().filter(|(of, _)| *of == id);
        let items: Vec<Value> = of.map(|(_, subject)| json!({"Subject": subject})).collect();
        answer(200, json!({"items": items}))
    }
}

/// What the claim is found by.
fn mark(ticket: &Ticket) -> String {
    format!("[{}]", ticket.external_id)
}

/// As its agents see it.
fn subject(ticket: &Ticket) -> String {
    format!("{} {}", ticket.subject, mark(ticket))
}

/// Of `"Jo Doe" <jo@shop.example>`.
fn address(mailbox: &str) -> &str {
    match mailbox.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>'),
        None => mailbox,
    }
}

fn message(status: u16, words: &str) -> Reply {
    answer(status, json!({"message": words}))
}
