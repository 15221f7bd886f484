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
use crate::ticket::{Form, Ticket};
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
        answer.get("Name").is_none().then(|| {
            format!(
                "Request Tracker shows no queue {}: name another in `settings.url` (`?Queue=…`)",
                queue(desk)
            )
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
            "Requestor": ticket.requester.as_ref().map(|customer| &customer.email),
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

/// `[claimwire:…]`, without what would end the text that it is looked for by.
fn marked(ticket: &Ticket) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let id: String = ticket.external_id.chars().filter(plain).collect();
    format!("[{id}]")
}

#[cfg(test)]
mod tests {

    use claimwire_wire::driver::{End, Photo};
    use claimwire_wire::send::Request;

    use super::*;
    use crate::testing::{Came, Run, answer, json as body, lost, sample, target};

    /// Request Tracker with one queue.
    #[derive(Default)]
    struct Rt {
        /// Subject, contents and attachments of each ticket.
        tickets: Vec<(Value, Vec<Value>)>,
        calls: Vec<String>,
        lose: Option<usize>,
    }

    impl Rt {
        fn came(&mut self, request: &Request) -> Came {
            let path = request
                .url
                .strip_prefix("https://rt.example/rt/REST/2.0")
                .unwrap();
            assert_eq!(request.headers.get("Authorization").unwrap(), "token 1-2-3");
            self.calls
                .push(format!("{} {path}", request.method.as_str()));
            let came = self.answer(request, path);
            match self.lose.take_if(|n| *n == self.calls.len()) {
                Some(_) => Err(lost()),
                None => came,
            }
        }

        fn answer(&mut self, request: &Request, path: &str) -> Came {
            let route: Vec<&str> = path
                .split(['/', '?'])
                .filter(|part| !part.is_empty())
                .collect();
            match (request.method.as_str(), &route[..]) {
                ("GET", ["queue", "Return%20desk"]) => answer(200, r#"{"Name": "Return desk"}"#),
                ("GET", ["queue", _]) => answer(404, r#"{"message": "No queue"}"#),
                ("GET", ["tickets", query]) => {
                    let items: Vec<Value> = self
                        .tickets
                        .iter()
                        .enumerate()
                        .filter(|(_, (ticket, _))| {
                            let subject = ticket["Subject"].as_str().unwrap();
                            let mark = &subject[subject.find('[').unwrap()..];
                            query.contains(&encoded(&format!("'{mark}'")))
                        })
                        .map(|(n, (ticket, _))| json!({"id": (n + 1).to_string(), "Subject": ticket["Subject"]}))
                        .collect();
                    answer(200, json!({"items": items}).to_string())
                }
                ("POST", ["ticket"]) => {
                    let ticket = body(request);
                    assert_eq!(ticket["Queue"], "Return desk");
                    assert_eq!(ticket["Requestor"], "mia.berg@example.com");
                    self.tickets.push((ticket, Vec::new()));
                    let id = self.tickets.len().to_string();
                    answer(201, json!({"type": "ticket", "id": id}).to_string())
                }
                ("POST", ["ticket", id, "comment"]) => {
                    let ticket = &mut self.tickets[id.parse::<usize>().unwrap() - 1];
                    ticket.1.push(body(request));
                    answer(201, r#"["Comments added"]"#)
                }
                ("GET", ["ticket", id, "attachments", _]) => {
                    let ticket = &self.tickets[id.parse::<usize>().unwrap() - 1];
                    let items: Vec<Value> = ticket
                        .1
                        .iter()
                        .map(|one| json!({"Subject": one["Subject"]}))
                        .collect();
                    answer(200, json!({"items": items}).to_string())
                }
                _ => panic!("{path}"),
            }
        }
    }

    fn run(r#ref: &str) -> Run<'static> {
        let settings = json!({"preset": "request_tracker", "url": "https://rt.example/rt/REST/2.0/ticket?Queue=Return+desk"});
        let target = target("http", &settings, &json!({"token": "1-2-3"}));
        let mut run = Run::new(crate::vendor("http").unwrap(), target, sample(r#ref));
        run.photos = |url| match url.contains("label") {
            true => Err("its server answered 404".to_owned()),
            false => Ok(Photo {
                content_type: "image/png",
                bytes: url.to_owned().into(),
            }),
        };
        run
    }

    #[test]
    fn a_claim_becomes_a_ticket_with_its_photos_and_notes() {
        let mut rt = Rt::default();
        let mut first = run("claims/created");
        assert_eq!(first.deliver(|request| rt.came(request)), End::DELIVERED);
        let mut second = run("claims/updated");
        second.event.no.0 += 1;
        second.ticket.clone_from(&first.ticket);
        assert_eq!(second.deliver(|request| rt.came(request)), End::DELIVERED);

        assert_eq!(rt.tickets.len(), 1);
        let (ticket, comments) = &rt.tickets[0];
        let subject = ticket["Subject"].as_str().unwrap();
        assert!(
            subject.starts_with("partial_damage – order 10077 [claimwire:"),
            "{subject}"
        );
        assert!(
            ticket["Content"]
                .as_str()
                .unwrap()
                .contains("handle broken off")
        );
        let files: Vec<&Value> = comments
            .iter()
            .filter_map(|one| one.get("Attachments"))
            .collect();
        assert_eq!(files.len(), 3);
        let first = &files[0][0];
        assert_eq!(first["FileName"], "photo-1.png");
        let bytes = BASE64
            .decode(first["FileContent"].as_str().unwrap().as_bytes())
            .unwrap();
        assert!(bytes.starts_with(b"https://images.example.com/claims/"));
        let all = json!(comments).to_string();
        assert!(
            all.contains("its server answered 404") && all.contains("claims/label.jpg"),
            "{all}"
        );
    }

    #[test]
    fn whatever_breaks_off_there_is_one_ticket_and_each_note_once() {
        for lost_at in 1..=12 {
            let mut rt = Rt {
                lose: Some(lost_at),
                ..Rt::default()
            };
            let mut first = run("claims/created");
            for _ in 0..3 {
                if first.deliver(|request| rt.came(request)) == End::DELIVERED {
                    break;
                }
            }
            let mut second = run("claims/updated");
            second.event.no.0 += 1;
            second.ticket.clone_from(&first.ticket);
            for _ in 0..3 {
                if second.deliver(|request| rt.came(request)) == End::DELIVERED {
                    break;
                }
            }
            assert_eq!(
                rt.tickets.len(),
                1,
                "answer {lost_at} was lost: {:?}",
                rt.calls
            );
            let mut marks: Vec<_> = rt.tickets[0]
                .1
                .iter()
                .map(|one| one["Subject"].to_string())
                .collect();
            let all = marks.len();
            marks.sort();
            marks.dedup();
            assert_eq!(
                marks.len(),
                all,
                "answer {lost_at} was lost: {:?}",
                rt.calls
            );
            assert_eq!(all, 5, "three photos, the link, the note");
        }
    }

    #[test]
    fn a_test_looks_at_the_queue() {
        let mut rt = Rt::default();
        let mut run = run("claims/created");
        assert_eq!(run.test(|request| rt.came(request)), End::DELIVERED);
        assert_eq!(rt.calls, ["GET /queue/Return%20desk"]);
    }

    #[test]
    fn the_url_names_api_and_queue() {
        let desk = |url: &str| Desk {
            settings: json!({"url": url}).as_object().unwrap().clone(),
            ..Desk::default()
        };
        for (url, base, name) in [
            (
                "https://rt.example",
                "https://rt.example/REST/2.0",
                "General",
            ),
            (
                "https://rt.example/rt/?Queue=A%26B",
                "https://rt.example/rt/REST/2.0",
                "A&B",
            ),
            (
                "https://rt.example/REST/2.0/ticket?x=1&Queue=Re+turns",
                "https://rt.example/REST/2.0",
                "Re turns",
            ),
        ] {
            assert_eq!(RequestTracker.base(&desk(url)), base);
            assert_eq!(queue(&desk(url)), name);
        }
    }
}
