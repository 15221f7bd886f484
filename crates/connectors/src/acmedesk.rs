//! The helpdesk of docs/adding-a-connector.md, which grows there step by step: every line of code that is shown there is
//! one of these, and it makes a ticket and a note.

use std::borrow::Cow;

use claimwire_model::target::Ordering;
use claimwire_wire::driver::{End, Photo};
use claimwire_wire::send::Request;
use serde_json::{Value, json};

use crate::testing::{Came, Run, answer, json as body, lost, sample, target};
use crate::ticket::call::{base, bearer, encoded};
use crate::ticket::desk::{Ask, Desk, Filed, Helpdesk, Known, Noted, Photos, Takes, id, oldest};
use crate::ticket::{Connector, Form, Ticket};
use crate::vendor::{
    About, BODY_TEMPLATE, FALLBACK_EMAIL, Field, FieldKind, SUBJECT_TEMPLATE, TICKET_EVENTS,
};

struct Acmedesk;

const ABOUT: About = About {
    kind: "acmedesk",
    name: "Acmedesk",
    does: "A claim becomes a ticket with its photos; later changes become internal notes on it.",
    settings: &[
        Field {
            name: "endpoint",
            help: "The address of your Acmedesk.",
            kind: FieldKind::Url,
            required: true,
            default: "",
        },
        FALLBACK_EMAIL,
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "token",
        help: "Settings, API.",
        kind: FieldKind::Text,
        required: true,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: true,
    per_second: Some(5),
    timeout_seconds: 30,
};

impl Helpdesk for Acmedesk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn takes(&self) -> Takes {
        Takes {
            form: Form::Plain,
            subject: 200,
            text: 50_000,
            tag: Some(50),
            photos: Photos::Urls,
        }
    }

    fn base(&self, desk: &Desk) -> String {
        base(desk.setting("endpoint"))
    }

    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)> {
        vec![bearer(desk.credential("token"))]
    }

    fn who(&self, _: &Desk) -> Ask {
        Ask::get("/me")
    }

    fn look_up(&self, _: &Desk, ticket: &Ticket, _: &Known) -> Ask {
        Ask::get(format!(
            "/tickets?reference={}",
            encoded(&ticket.external_id)
        ))
    }

    fn create(&self, _: &Desk, filed: &Filed<'_>) -> Ask {
        let ticket = filed.ticket;
        let body = json!({
            "external_id": ticket.external_id,
            "subject": ticket.subject,
            "text": filed.text,
            "from": ticket.requester.as_ref().map(|customer| &customer.email),
            "tags": ticket.tags,
            "photos": filed.photos,
        });
        Ask::post("/tickets", &body)
    }

    fn notes(&self, _: &Desk, id: &str) -> Ask {
        Ask::get(format!("/tickets/{}/notes", encoded(id)))
    }

    fn note(&self, _: &Desk, noted: &Noted<'_>) -> Ask {
        let path = format!("/tickets/{}/notes", encoded(noted.id));
        Ask::post(path, &json!({"text": noted.text}))
    }

    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>> {
        let tickets = answer.get("tickets")?.as_array()?;
        Some(oldest(tickets, ticket))
    }

    fn created(&self, answer: &Value) -> Option<String> {
        id(answer.get("id"))
    }

    fn reason(&self, answer: &Value) -> Option<String> {
        answer.get("error")?.as_str().map(str::to_owned)
    }
}

/// Tickets and notes, as Acmedesk keeps them.
#[derive(Default)]
struct FakeAcmedesk {
    tickets: Vec<Value>,
    notes: Vec<Value>,
}

impl FakeAcmedesk {
    fn came(&mut self, request: &Request) -> Came {
        let path = request
            .url
            .strip_prefix("https://acmedesk.example")
            .unwrap();
        assert_eq!(request.headers.get("Authorization"), Some("Bearer key"));
        match (request.method.as_str(), path) {
            ("POST", "/tickets") => {
                let mut ticket = body(request);
                ticket["id"] = json!(self.tickets.len() + 1);
                self.tickets.push(ticket.clone());
                answer(201, ticket.to_string())
            }
            ("POST", "/tickets/1/notes") => {
                self.notes.push(body(request));
                answer(201, "{}")
            }
            ("GET", "/tickets/1/notes") => answer(200, json!({"notes": self.notes}).to_string()),
            ("GET", "/me") => answer(200, "{}"),
            ("GET", _) => answer(200, json!({"tickets": self.tickets}).to_string()),
            other => panic!("{other:?}"),
        }
    }
}

fn run(event: &str) -> Run<'static> {
    let settings = json!({"endpoint": "https://acmedesk.example/"});
    let target = target("acmedesk", &settings, &json!({"token": "key"}));
    let mut run = Run::new(&Connector(Acmedesk), target, sample(event));
    run.photos = |_| {
        Ok(Photo {
            content_type: "image/png",
            bytes: "x".into(),
        })
    };
    run
}

#[test]
fn a_helpdesk_that_is_added_makes_one_ticket_with_photos_and_a_note() {
    let mut fake = FakeAcmedesk::default();
    let mut created = run("claims/created");
    // The first answer is lost: what is there is found.
    let end = created.deliver(|request| fake.came(request).and(Err(lost())));
    assert_ne!(end, End::DELIVERED);
    assert_eq!(
        created.deliver(|request| fake.came(request)),
        End::DELIVERED
    );
    let mut updated = run("claims/updated");
    updated.event.no.0 += 1;
    updated.ticket.clone_from(&created.ticket);
    assert_eq!(
        updated.deliver(|request| fake.came(request)),
        End::DELIVERED
    );
    assert_eq!(updated.test(|request| fake.came(request)), End::DELIVERED);

    let [ticket] = &fake.tickets[..] else {
        panic!("{:?}", fake.tickets);
    };
    assert_eq!(ticket["subject"], "partial_damage – order 10077");
    assert_eq!(ticket["from"], "mia.berg@example.com");
    assert_eq!(ticket["photos"].as_array().unwrap().len(), 4);
    assert_eq!(fake.notes.len(), 1);
}

#[test]
fn what_the_guide_shows_is_this_code() {
    let guide = include_str!("../../../docs/adding-a-connector.md");
    let plain = |text: &str| text.replace([' ', '\n', ','], "");
    let ours = plain(include_str!("acmedesk.rs"));
    let blocks = guide.split("```rust\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3, "{blocks:?}");
    for block in blocks {
        assert!(ours.contains(&plain(block)), "not in acmedesk.rs: {block}");
    }
}
