//! A real helpdesk: claims become tickets of Debian's Request Tracker 5 through the `http` connector's preset, and what
//! RT's own API answers about them is compared with what was sent. `make helpdesk` installs RT and runs this.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;
mod request_tracker;

use common::Serve;
use request_tracker::{Between, Tracker};
use serde_json::{Value, json};

/// As much of an image as tells that it is one; the rest of a photo is anything.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
/// A photo of the largest size that is taken (contract section 7).
const LARGEST: usize = 10 * 1024 * 1024;
/// What a customer may write: markup, other scripts, what directs text or expands to something.
const NASTY: &str = "<script>alert(1)</script> & \"מחזור\" \u{202e}破損\u{202c} 😀 {{ticket.id}} {$Ticket->id} [x](y)";

struct Shop {
    serve: Serve,
    data: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let serve = Serve::start(data.path(), &[]);
        let shop = json!({"slug": "acme", "name": "Acme"});
        assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
        Self { serve, data }
    }

    fn restart(&mut self) {
        self.serve.kill();
        self.serve = Serve::start(self.data.path(), &[]);
    }

    fn connector(&self, url: &str, token: &str) -> String {
        let connector = json!({
            "kind": "http",
            "settings": {"preset": "request_tracker", "url": format!("{url}/REST/2.0/ticket?Queue=Claims")},
            "credentials": {"token": token},
            "retry": {"delays": [0.2, 0.2, 0.2], "disable_after": null, "disable_after_hours": null},
        });
        let (status, made) = self
            .serve
            .call("POST", "/v1/shops/acme/connectors", Some(connector));
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    fn tested(&self, connector: &str) -> Value {
        let path = format!("/v1/shops/acme/connectors/{connector}/test");
        let (status, tested) = self.serve.call("POST", &path, Some(json!({})));
        assert_eq!(status, 200, "{tested}");
        tested
    }

    fn claim(&self, fields: Value) -> Value {
        let mut claim = json!({
            "reason": "damage", "resolution_preference": "refund", "order_number": "1001",
            "customer": {"email": "jo@customer.example", "first_name": "Jo", "last_name": "\"Ö\", Berg"},
        });
        let all = claim.as_object_mut().unwrap();
        all.extend(fields.as_object().unwrap().clone());
        let (status, claim) = self
            .serve
            .call("POST", "/v1/shops/acme/claims", Some(claim));
        assert_eq!(status, 201, "{claim}");
        claim
    }

    fn change(&self, claim: &Value, fields: Value) {
        let path = format!("/v1/shops/acme/claims/{}", claim["id"].as_str().unwrap());
        assert_eq!(self.serve.call("PATCH", &path, Some(fields)).0, 200);
    }

    fn ended(&self, connector: &str, status: &str, count: usize) -> Vec<Value> {
        let path = format!("/v1/shops/acme/deliveries?connector={connector}&status={status}");
        let all = |answer: &Value| answer["data"].as_array().cloned().unwrap_or_default();
        let found = self.serve.until(&path, |answer| all(answer).len() == count);
        all(&found)
    }
}

fn photo(head: &[u8], bytes: usize) -> Vec<u8> {
    let mut photo = head.to_vec();
    let mut state = bytes as u32;
    photo.resize_with(bytes, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    photo
}

#[test]
#[ignore = "needs Request Tracker: `make helpdesk`"]
fn claims_become_real_tickets_with_their_photos_and_notes() {
    let tracker = Tracker::shared();
    let photos = tracker.photos([
        ("/1.png", photo(PNG, 3_000)),
        ("/2.jpg", photo(JPEG, LARGEST)),
        ("/3.png", photo(PNG, 70_000)),
    ]);
    let shop = Shop::new();
    let connector = shop.connector(&tracker.url, &tracker.token);
    let tested = shop.tested(&connector);
    assert_eq!(tested["ok"], true, "{tested}");

    let claim = shop.claim(json!({
        "description": NASTY,
        "image_urls": [photos.url("/1.png"), photos.url("/2.jpg"), photos.url("/nowhere.jpg")],
        "customer_signature_image_url": photos.url("/3.png"),
    }));
    // The same order's second claim is another ticket.
    let other = shop.claim(json!({}));
    shop.ended(&connector, "delivered", 2);
    shop.change(&claim, json!({"status": "accepted"}));
    shop.ended(&connector, "delivered", 3);

    let id = tracker.only_ticket_of(&claim);
    assert_ne!(id, tracker.only_ticket_of(&other));
    let ticket = tracker.get(&format!("/ticket/{id}"));
    let subject = ticket["Subject"].as_str().unwrap();
    assert!(
        subject.starts_with("damage – order 1001 [claimwire:"),
        "{subject}"
    );
    assert_eq!(ticket["Requestor"][0]["id"], "jo@customer.example");

    let attachments = tracker.attachments(&id);
    let files: Vec<_> = attachments
        .iter()
        .filter(|one| !one.name.is_empty())
        .collect();
    let names: Vec<_> = files
        .iter()
        .map(|one| (&*one.name, &*one.content_type))
        .collect();
    let (png, jpeg) = ("image/png", "image/jpeg");
    assert_eq!(
        names,
        [
            ("photo-1.png", png),
            ("photo-2.jpg", jpeg),
            ("photo-4.png", png)
        ]
    );
    assert!(
        files[0].content == photo(PNG, 3_000),
        "the bytes of photo 1"
    );
    assert!(
        files[1].content == photo(JPEG, LARGEST),
        "the bytes of photo 2"
    );
    assert!(
        files[2].content == photo(PNG, 70_000),
        "the bytes of the signature"
    );

    let texts: Vec<String> = attachments
        .iter()
        .filter(|one| one.name.is_empty() && one.content_type == "text/html")
        .map(|one| String::from_utf8(one.content.clone()).unwrap())
        .collect();
    assert_eq!(
        texts.len(),
        6,
        "the ticket, three photos, the link, the note: {texts:#?}"
    );
    assert!(
        texts[0].contains("&lt;script&gt;") && texts[0].contains("מחזור"),
        "{}",
        texts[0]
    );
    assert!(
        texts[0].contains("破損") && texts[0].contains('😀'),
        "{}",
        texts[0]
    );
    let all = texts.join("\n");
    assert!(
        all.contains("/nowhere.jpg") && !all.contains("<script"),
        "{all}"
    );
    assert!(texts[5].contains("pending → accepted"), "{}", texts[5]);
    assert_eq!(
        tracker.kinds(&id),
        [
            "Create", "Comment", "Comment", "Comment", "Comment", "Comment"
        ]
    );
}

/// RT made the ticket, or took the note, and the process is gone before it hears of that.
#[test]
#[ignore = "needs Request Tracker: `make helpdesk`"]
fn a_kill_before_an_answer_comes_makes_nothing_twice() {
    let tracker = Tracker::shared();
    let photos = tracker.photos([("/1.png", photo(PNG, 3_000))]);
    let between = Between::start(tracker);
    let mut shop = Shop::new();
    let connector = shop.connector(&between.url(), &tracker.token);

    between.lose_answer_to("/ticket");
    let claim = shop.claim(json!({"image_urls": [photos.url("/1.png")]}));
    between.wait_until_lost();
    between.lose_answer_to("/comment");
    shop.restart();
    between.wait_until_lost();
    shop.restart();
    shop.ended(&connector, "delivered", 1);

    between.lose_answer_to("/comment");
    shop.change(&claim, json!({"status": "accepted"}));
    between.wait_until_lost();
    shop.restart();
    shop.ended(&connector, "delivered", 2);

    let id = tracker.only_ticket_of(&claim);
    assert_eq!(tracker.kinds(&id), ["Create", "Comment", "Comment"]);
    let files: Vec<_> = tracker.attachments(&id);
    let files: Vec<_> = files.iter().filter(|one| !one.name.is_empty()).collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].content == photo(PNG, 3_000));
}

#[test]
#[ignore = "needs Request Tracker: `make helpdesk`"]
fn what_request_tracker_refuses_is_said() {
    let tracker = Tracker::shared();
    let shop = Shop::new();

    let stranger = shop.connector(&tracker.url, "1-2-3");
    let tested = shop.tested(&stranger);
    assert_eq!(tested["ok"], false, "{tested}");
    assert!(tested.to_string().contains("401"), "{tested}");
    shop.claim(json!({}));
    shop.serve.until(
        &format!("/v1/shops/acme/connectors/{stranger}"),
        |connector| connector["status"] == "disabled",
    );

    // It may make tickets, but not comment on them.
    let photos = tracker.photos([("/1.png", photo(PNG, 3_000))]);
    let mute = shop.connector(&tracker.url, &tracker.mute_token);
    assert_eq!(shop.tested(&mute)["ok"], true);
    shop.claim(json!({"image_urls": [photos.url("/1.png")]}));
    let disabled = shop
        .serve
        .until(&format!("/v1/shops/acme/connectors/{mute}"), |connector| {
            connector["status"] == "disabled"
        });
    assert!(
        disabled.to_string().contains("Permission Denied"),
        "{disabled}"
    );

    // It sees the queue and that is all.
    let blind = shop.connector(&tracker.url, &tracker.blind_token);
    let tested = shop.tested(&blind);
    assert!(
        tested["ok"] == false && tested.to_string().contains("CreateTicket"),
        "{tested}"
    );
}
