use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{End, Photo};
use claimwire_wire::send::Request;

use super::*;
use crate::testing::{Came, Run, answer, changed, json as body, lost, sample, target};

/// Request Tracker with one queue.
struct Rt {
    /// Whose tickets are.
    requestor: Value,
    /// Subject, contents and attachments of each ticket.
    tickets: Vec<(Value, Vec<Value>)>,
    calls: Vec<String>,
    lose: Option<usize>,
}

impl Default for Rt {
    fn default() -> Self {
        Self {
            requestor: json!("\"Mia Berg\" <mia.berg@example.com>"),
            tickets: Vec::new(),
            calls: Vec::new(),
            lose: None,
        }
    }
}

impl Rt {
    fn came(&mut self, request: &Request) -> Came {
        let path = request
            .url
            .strip_prefix("https://rt.example/rt/REST/2.0")
            .unwrap();
        assert_eq!(request.headers.get("Authorization"), Some("token 1-2-3"));
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
                assert_eq!(ticket["Requestor"], self.requestor);
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

#[test]
fn a_customers_name_is_one_name_whatever_is_in_it() {
    for (name, shown) in [
        ("Mia Berg", r#""Mia Berg" <mia@example.com>"#),
        (
            r#"Berg, "Mia" \ <x@y.example>"#,
            r#""Berg, \"Mia\" \\ <x@y.example>" <mia@example.com>"#,
        ),
        ("mia@example.com", "mia@example.com"),
    ] {
        let (name, email) = (name.to_owned(), "mia@example.com".to_owned());
        assert_eq!(mailbox(&Requester { name, email }), shown);
    }
}

#[test]
fn a_claim_without_an_address_has_a_ticket_of_nobody() {
    let mut rt = Rt {
        requestor: Value::Null,
        ..Rt::default()
    };
    let mut run = run("claims/created");
    run.event = changed("claims/created", |data, context| {
        data["customer"] = Value::Null;
        context["customer"] = Value::Null;
        context["order"]["customer"] = Value::Null;
    });
    assert_eq!(run.deliver(|request| rt.came(request)), End::DELIVERED);
    assert_eq!(rt.tickets.len(), 1);
}

#[test]
fn who_may_not_comment_is_told_so_and_photos_are_not_blamed() {
    let denied = || answer(400, r#"{"message":"Permission Denied"}"#);
    let mut rt = Rt::default();
    let mut first = run("claims/created");
    let end = first.deliver(|request| match request.url.ends_with("/comment") {
        true => denied(),
        false => rt.came(request),
    });
    let failure = end.failure.unwrap();
    assert_eq!(failure.error, "forbidden");
    assert!(
        failure.detail.contains("Permission Denied"),
        "{}",
        failure.detail
    );
    assert!(matches!(end.ending, Ending::Refused { disable: Some(_) }));

    // RT says the same where the ticket is gone, which is nothing to disable a connector for.
    let mut second = run("claims/updated");
    second.event.no.0 += 1;
    second.ticket.clone_from(&first.ticket);
    let end = second.deliver(|request| match request.url.ends_with("/comment") {
        true => denied(),
        false => rt.came(request),
    });
    assert_eq!(end.ending, Ending::Refused { disable: None });
}

#[test]
fn a_test_says_what_is_missing() {
    for (queue, what) in [
        (
            r#"{"Name": "Return desk", "_hyperlinks": [{"ref": "self"}]}"#,
            "CreateTicket",
        ),
        (r#"{"message": "x"}"#, "shows no queue Return desk"),
    ] {
        let mut run = run("claims/created");
        let end = run.test(|_| answer(200, queue));
        let failure = end.failure.unwrap();
        assert!(failure.detail.contains(what), "{}", failure.detail);
    }
    let links = r#"{"Name": "Return desk", "_hyperlinks": [{"ref": "create"}]}"#;
    assert_eq!(
        run("claims/created").test(|_| answer(200, links)),
        End::DELIVERED
    );
}
