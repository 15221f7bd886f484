//! Request Tracker 5, by its REST 2: a claim becomes a ticket, each photo comes with a comment, and so does each
//! later change.
//!
//! RT has no external ids, so a ticket bears the claim's in its subject, and a comment its mark in its own.

use std::borrow::Cow;

use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{ABOUT, headers};
use crate::account::Account;
use crate::ticket::call::encoded;
use crate::ticket::desk::{Ask, Attached, Desk, Filed, Helpdesk, Known, Noted, Photos, Takes, id};
use crate::ticket::{Form, Requester, Ticket};
use crate::vendor::About;

/// The queue where the URL names none: the one that every RT has.
const QUEUE: &str = "General";
/// Where its API begins.
const API: &str = "/REST/2.0";

static TRACKER: About = About {
    name: "Request Tracker",
    ..ABOUT
};

/// Request Tracker.
pub(super) struct RequestTracker;

impl Helpdesk for RequestTracker {
    fn about(&self) -> &'static About {
        &TRACKER
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Html,
            subject: 150,
            text: 100_000,
            tag: None,
            photos: Photos::File,
        }
    }

    fn needs_requester(&self) -> bool {
        false
    }

    fn base(&self, desk: &Desk) -> String {
        let url = desk.setting("url");
        match url.find(API) {
            Some(at) => url[..at + API.len()].to_owned(),
            None => {
                let end = url.find('?').unwrap_or(url.len());
                format!("{}{API}", url[..end].trim_end_matches('/'))
            }
        }
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        let account = Account::new(desk.settings.clone(), desk.credentials.clone());
        let token = account.credential("token");
        let mut all = Vec::new();
        if !token.is_empty() {
            all.push(("Authorization".into(), format!("token {token}")));
        }
        let own = |name: &str| name.eq_ignore_ascii_case("authorization") && !token.is_empty();
        let fixed = ["content-type", "accept"];
        for (name, value) in headers(&account) {
            if !own(name) && !fixed.contains(&&*name.to_ascii_lowercase()) {
                all.push((name.to_owned().into(), value.to_owned()));
            }
        }
        all
    }

    fn who(&self, desk: &Desk) -> Ask {
        Ask::get(format!("/queue/{}", encoded(&queue(desk))))
    }

    fn unwelcome(&self, desk: &Desk, answer: &Value) -> Option<String> {
        let queue = queue(desk);
        if answer.get("Name").is_none() {
            return Some(format!(
                "Request Tracker shows no queue {queue}: name another in `settings.url` (`?Queue=…`)"
            ));
        }
        // RT shows the link to create tickets to those who may.
        let links = answer.get("_hyperlinks").and_then(Value::as_array);
        let may = links.is_none_or(|links| links.iter().any(|link| link["ref"] == "create"));
        (!may).then(|| {
            format!("the token's user may not create tickets in the queue {queue}: give it the right CreateTicket")
        })
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        let query = format!("Subject LIKE '{}'", marked(ticket));
        let query = encoded(&query);
        Ask::get(format!(
            "/tickets?query={query}&fields=Subject&orderby=id&order=ASC"
        ))
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let mark = marked(ticket);
        let ours = |item: &&Value| {
            let subject = item.get("Subject").and_then(Value::as_str);
            subject.is_none_or(|subject| subject.contains(&mark))
        };
        let found = answer.get("items")?.as_array()?.iter().find(ours);
        Some(found.and_then(|item| id(item.get("id"))))
    }

    fn create(&self, desk: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let body = json!({
            "Queue": queue(desk),
            "Subject": format!("{} {}", ticket.subject, marked(ticket)),
            "Requestor": ticket.requester.as_ref().map(mailbox),
            "Content": filed.text,
            "ContentType": "text/html",
        });
        Ask::post("/ticket", &body)
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.get("id"))
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        let path = format!("/ticket/{}/attachments", encoded(id));
        Ask::get(format!(
            "{path}?fields=Subject&orderby=id&order=DESC&per_page=100"
        ))
    }

    fn note(&self, _: &Desk, noted: &Noted<'_>) -> Ask {
        let mut body = json!({
            "Subject": noted.mark,
            "Content": noted.text,
            "ContentType": "text/html",
        });
        if let Attached::File(file) = &noted.attached {
            body["Attachments"] = json!([{
                "FileName": file.name,
                "FileType": file.content_type,
                "FileContent": BASE64.encode(file.bytes),
            }]);
        }
        Ask::post(format!("/ticket/{}/comment", encoded(noted.id)), &body)
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        match answer {
            Value::Array(words) => words.first()?.as_str().map(str::to_owned),
            _ => answer.get("message")?.as_str().map(str::to_owned),
        }
    }

    /// RT answers 400 to a comment without the right for it, and to one on a ticket that is gone.
    fn lacks_right(&self, answer: &Value) -> bool {
        let words = answer.get("message").and_then(Value::as_str);
        words.is_some_and(|words| words.contains("Permission Denied"))
    }
}

/// The queue that the URL names, as RT's own links do: `…/ticket?Queue=Claims`.
fn queue(desk: &Desk) -> String {
    let url = desk.setting("url");
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("Queue="));
    let named = named.map(|name| name.replace('+', " "));
    let named = named.as_deref().map(percent_decode_str);
    let name = named.map(|name| name.decode_utf8_lossy().into_owned());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| QUEUE.to_owned())
}

/// `"Jo Berg" <jo@shop.example>` (RFC 5322, 3.4): RT makes the customer's user of it.
fn mailbox(customer: &Requester) -> String {
    let Requester { name, email } = customer;
    if name == email {
        return email.clone();
    }
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{name}\" <{email}>")
}

/// `[claimwire:…]`, without what would end the text that it is looked for by.
fn marked(ticket: &Ticket) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let id: String = ticket.external_id.chars().filter(plain).collect();
    format!("[{id}]")
}

#[cfg(test)]
mod tests;
