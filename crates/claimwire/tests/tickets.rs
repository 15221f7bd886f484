//! A claim becomes a ticket: through the API of a real server, its store, engine and sender, at helpdesks
//! on loopback that check what they are sent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::sync::Arc;

use claimwire_testkit::helpdesk::{
    Fake, Fault, Freshdesk, Gorgias, Intercom, Photo, Ticket, Zendesk,
};
use claimwire_testkit::{Receiver, Reply};
use common::{ADMIN_KEY, Serve};
use serde_json::{Value, json};

/// One pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54,
    0x78, 0xda, 0x63, 0x64, 0x60, 0xf8, 0x5f, 0x0f, 0, 2, 0x87, 1, 0x80, 0xeb, 0x47, 0xba, 0x92, 0,
    0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// A server, a helpdesk and a connector between them.
struct Set {
    serve: Serve,
    dir: tempfile::TempDir,
    fake: Arc<Fake>,
    receiver: Receiver,
    runtime: tokio::runtime::Runtime,
    connector: String,
    kind: String,
}

impl Set {
    fn of(fake: Fake, connector: impl Fn(&str) -> Value) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let fake = Arc::new(fake);
        let shared = Arc::clone(&fake);
        let receiver = runtime
            .block_on(Receiver::start_with(move |received| {
                shared.answer(received)
            }))
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let serve = Serve::start(dir.path(), &[]);
        let shop = json!({"slug": "acme", "name": "Acme"});
        assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
        let mut fields = connector(&receiver.url(""));
        fields["retry"] =
            json!({"delays": [0.2, 0.2, 0.2], "disable_after": null, "disable_after_hours": null});
        let (status, made) = serve.call("POST", "/v1/shops/acme/connectors", Some(fields));
        assert_eq!(status, 201, "{made}");
        Self {
            connector: made["id"].as_str().unwrap().to_owned(),
            kind: made["kind"].as_str().unwrap().to_owned(),
            serve,
            dir,
            fake,
            receiver,
            runtime,
        }
    }

    /// A claim with two photos of ours, one that is the same again, and one that is nowhere.
    fn claim(&self) -> Value {
        let agent = ureq::Agent::new_with_defaults();
        let upload = || {
            let mut answer = agent
                .post(format!("{}/v1/shops/acme/images", self.serve.url))
                .header("Authorization", format!("Bearer {ADMIN_KEY}"))
                .header("Content-Type", "image/png")
                .send(PNG)
                .unwrap();
            let image: Value =
                serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
            image["url"].as_str().unwrap().to_owned()
        };
        let (first, second) = (upload(), upload());
        let nowhere = self.receiver.url("/nowhere.jpg");
        let claim = json!({
            "reason": "damage", "resolution_preference": "refund", "description": "<b>broken</b>",
            "order_number": "1001", "image_urls": [first, first, nowhere],
            "customer_signature_image_url": second,
            "customer": {"email": "jo@customer.example", "first_name": "Jo"},
        });
        let (status, claim) = self
            .serve
            .call("POST", "/v1/shops/acme/claims", Some(claim));
        assert_eq!(status, 201, "{claim}");
        claim
    }

    /// Waits until so many of the connector's deliveries are delivered.
    fn delivered(&self, count: usize) {
        let path = format!(
            "/v1/shops/acme/deliveries?connector={}&status=delivered",
            self.connector
        );
        self.serve.until(&path, |answer| {
            answer["data"]
                .as_array()
                .is_some_and(|data| data.len() == count)
        });
    }

    fn ticket(&self) -> Ticket {
        let tickets = self.fake.with(|desk| desk.tickets.clone());
        let [ticket] = &*tickets else {
            panic!("{} tickets", tickets.len());
        };
        ticket.clone()
    }
}

fn zendesk(base: &str) -> Value {
    json!({"kind": "zendesk", "settings": {"endpoint": base, "email": "agent@shop.example"},
        "credentials": {"api_token": "zendesk-secret"}})
}

fn shown(ticket: &Ticket) -> String {
    let notes = ticket.notes.iter().map(|note| &*note.text);
    std::iter::once(&*ticket.text)
        .chain(notes)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_claim_becomes_a_ticket_with_its_photos_and_a_change_of_it_a_note() {
    let gorgias = |base: &str| {
        json!({"kind": "gorgias", "settings": {"endpoint": base, "email": "agent@shop.example"},
            "credentials": {"api_key": "gorgias-secret"}})
    };
    let freshdesk = |base: &str| {
        json!({"kind": "freshdesk", "settings": {"endpoint": base},
            "credentials": {"api_key": "freshdesk-secret"}})
    };
    let intercom = |base: &str| {
        json!({"kind": "intercom", "settings": {"base_url": base, "ticket_type_id": "42"},
            "credentials": {"access_token": "intercom-secret"}})
    };
    for set in [
        Set::of(Fake::new(Zendesk::default()), zendesk),
        Set::of(Fake::new(Gorgias::default()), gorgias),
        Set::of(Fake::new(Freshdesk::default()), freshdesk),
        Set::of(Fake::new(Intercom::default()), intercom),
    ] {
        let path = format!("/v1/shops/acme/connectors/{}/test", set.connector);
        let (status, tested) = set.serve.call("POST", &path, Some(json!({})));
        assert_eq!((status, &tested["ok"]), (200, &json!(true)), "{tested}");

        let claim = set.claim();
        set.delivered(1);
        let ticket = set.ticket();
        assert_eq!(ticket.subject, "damage – order 1001");
        assert_eq!(ticket.requester, "jo@customer.example");
        assert_eq!(ticket.photos.len(), 2, "{ticket:?}");
        for photo in &ticket.photos {
            if let Photo::File(_, content_type, _) = photo {
                assert_eq!(content_type, "image/png");
            }
        }
        assert!(shown(&ticket).contains("/nowhere.jpg"), "{ticket:?}");

        let path = format!("/v1/shops/acme/claims/{}", claim["id"].as_str().unwrap());
        let change = json!({"status": "accepted"});
        assert_eq!(set.serve.call("PATCH", &path, Some(change)).0, 200);
        set.delivered(2);
        let note = set.ticket().notes.pop().unwrap();
        assert!(
            note.internal && note.text.contains("Status: pending → accepted"),
            "{note:?}"
        );
        let runs = format!(
            "claimwire_connector_runs_total{{kind=\"{}\",result=\"delivered\"}} 2",
            set.kind
        );
        set.serve.until("/metrics", |metrics| {
            metrics.as_str().is_some_and(|text| text.contains(&runs))
        });
    }
}

/// The vendor made the ticket, and the process is gone before it hears of that.
#[test]
fn a_kill_while_the_ticket_is_made_leaves_one_ticket() {
    let mut set = Set::of(Fake::new(Zendesk::default()), zendesk);
    set.fake.fail("create", Fault::After(Reply::Hang));
    set.claim();
    let creates = |received: &claimwire_testkit::Received| {
        received.method == "POST" && received.path == "/api/v2/tickets"
    };
    set.runtime
        .block_on(set.receiver.wait_for_matching(1, creates))
        .unwrap();
    set.serve.kill();
    set.serve = Serve::start(set.dir.path(), &[]);
    set.delivered(1);
    assert_eq!(set.ticket().photos.len(), 2);
    assert!(set.fake.with(|desk| desk.calls.contains(&"look_up")));
}
