//! A helpdesk that takes mail: it makes tickets of threads, and keeps one of each `Message-ID`.
//!
//! It is asked for a letter with what its photos came to, as the mailer asks a mail server; what a message is
//! made of is the mailer's own affair, and tested there on a real mail server.

use serde_json::Value;

use super::{Asked, Desk, Helpdesk, Note, Photo, Reply, Route, Ticket, text, texts};

/// A mailbox.
#[derive(Debug, Default)]
pub struct Mailbox {
    desk: Desk,
    /// The `Message-ID` of each mail, with its ticket's number.
    mails: Vec<(String, u64)>,
}

impl Helpdesk for Mailbox {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn authorization(&self) -> String {
        "shop:email%2Dsecret".to_owned()
    }

    fn routes(&self) -> &'static [Route] {
        &[("GET", "mail", "who"), ("POST", "mail", "create")]
    }

    /// A mail that belongs to a thread is a note, wherever it lands.
    fn call(&self, asked: &Asked) -> Option<&'static str> {
        let call = super::route(self.routes(), asked)?;
        let in_thread = !texts(&asked.json(), "/thread").is_empty();
        Some(if in_thread { "note" } else { call })
    }

    fn answer(&mut self, call: &str, asked: &Asked) -> Reply {
        if call != "who" {
            self.take(&asked.json());
        }
        Reply::status(250).with_body("2.0.0 Ok")
    }

    /// Without the right credentials, and without any.
    fn refusal(&self, status: u16) -> Reply {
        match status {
            401 => Reply::status(535).with_body("5.7.8 Authentication credentials invalid"),
            _ => Reply::status(530).with_body("5.7.0 Authentication required"),
        }
    }

    fn too_many(&self, _: u32) -> Reply {
        Reply::status(450).with_body("4.7.1 Too many mails, try later")
    }
}

impl Mailbox {
    fn take(&mut self, mail: &Value) {
        let message_id = text(mail, "/message_id");
        if self.mails.iter().any(|(there, _)| *there == message_id) {
            return;
        }
        let thread = texts(mail, "/thread");
        let mut known = self
            .mails
            .iter()
            .filter(|(there, _)| thread.contains(there));
        let id = known.next().map(|(_, id)| *id);
        let html = text(mail, "/html");
        // A first mail says what happened beneath the claim.
        let (whole, told) = match html.split_once("<hr>") {
            Some((whole, told)) => (whole.to_owned(), Some(told.to_owned())),
            None => (html, None),
        };
        let photos = mail.get("attached").and_then(Value::as_array);
        let photos = photos.into_iter().flatten().map(|photo| {
            let bytes = photo
                .get("bytes")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            Photo::File(text(photo, "/name"), text(photo, "/type"), bytes as usize)
        });
        let photos: Vec<Photo> = photos.collect();
        let note = |text| Note {
            text,
            internal: true,
        };
        let id = match id.and_then(|id| self.desk.ticket(&id.to_string())) {
            Some(ticket) => {
                ticket.photos.extend(photos);
                ticket.notes.push(note(whole));
                ticket.id
            }
            None => self.desk.add(Ticket {
                requester: text(mail, "/reply_to/email"),
                subject: text(mail, "/subject"),
                text: whole,
                photos,
                notes: told.into_iter().map(note).collect(),
                ..Ticket::default()
            }),
        };
        self.mails.push((message_id, id));
    }
}
