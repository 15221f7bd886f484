//! The data directory of every release, opened by this program: all of it is there as it was, and what
//! waited goes on. `write.py` writes such a directory; CONTRIBUTING.md says when.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

#[path = "../common/mod.rs"]
mod common;
mod fixture;
mod moved;
mod newer;
mod proxy;
mod same;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use claimwire_model::{Dialect, Timestamp};
use claimwire_testkit::Received;
use common::Serve;
use fixture::{Fixture, Opened};
use serde_json::{Value, json};

const SHOP: &str = "/v1/shops/acme";
/// Each dialect has a webhook of its name in the fixture.
const DIALECTS: [(&str, Dialect); 5] = [
    ("karla", Dialect::Karla),
    ("claimport", Dialect::Claimport),
    ("claimable", Dialect::Claimable),
    ("standard", Dialect::Standard),
    ("cloudevents", Dialect::Cloudevents),
];

fn ok(serve: &Serve, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = serve.call(method, path, Some(body));
    assert!((200..300).contains(&status), "{method} {path}: {answer}");
    answer
}

/// Checks the request's signature with what the release answered as the webhook's secret.
fn signed(fixture: &Fixture, webhook: &str, dialect: Dialect, request: &Received) {
    let path = format!("{SHOP}/webhooks/{}/secret", fixture.webhook(webhook));
    let secret = fixture.answer(&path);
    let keys = [&secret["secret"], &secret["public_key"]];
    let keys: Vec<_> = keys.iter().filter_map(|key| key.as_str()).collect();
    assert!(!keys.is_empty());
    for key in keys {
        // One that signs with its ed25519 key alone still has a secret.
        if webhook == "cloudevents" && !key.starts_with("whpk_") {
            continue;
        }
        claimwire_wire::verify(
            dialect,
            key,
            &request.headers,
            &request.body,
            Duration::from_secs(3600),
            Timestamp::from(SystemTime::now()),
        )
        .unwrap_or_else(|error| panic!("{webhook}: {error}"));
    }
}

/// The requests for this webhook's receiver, as soon as there are so many.
async fn received(opened: &Opened, webhook: &str, count: usize) -> Vec<Received> {
    let path = format!("/{webhook}");
    let matches = |request: &Received| request.path == path;
    let all = opened.receiver.wait_for_matching(count, matches).await;
    let mut all = all.unwrap_or_else(|late| panic!("{webhook}: {late}"));
    all.retain(matches);
    all
}

fn event_ids<'a>(deliveries: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let ids = deliveries.into_iter();
    ids.map(|delivery| delivery["event_id"].as_str().unwrap().to_owned())
        .collect()
}

fn received_ids(requests: &[Received]) -> BTreeSet<String> {
    let ids = requests.iter();
    ids.map(|request| request.header("claimwire-event-id").unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_as_it_was() {
    for fixture in fixture::all() {
        let opened = fixture.open("stopped.tar.gz").await;
        same::check(&fixture, &opened.serve);
    }
}

/// Removes the claims of shop `acme` that name the photo.
fn remove_claims(serve: &Serve, key: &str, photo: &str) {
    let mut removed = 0;
    let (_, list) = serve.call_as(key, "GET", &format!("{SHOP}/claims?limit=100"), None);
    for claim in list["data"].as_array().unwrap() {
        if claim.to_string().contains(photo) {
            let path = format!("{SHOP}/claims/{}", claim["id"].as_str().unwrap());
            assert_eq!(serve.call_as(key, "DELETE", &path, None).0, 204);
            removed += 1;
        }
    }
    assert!(removed > 0, "no claim names {photo}");
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_from_before_they_were_noted_go_with_their_claims_or_when_they_are_old() {
    for fixture in fixture::all() {
        let (_dir, data) = fixture.unpack("stopped.tar.gz");
        let images = data.join("images");
        let photos: Vec<_> = std::fs::read_dir(&images).unwrap().collect();
        let photo = photos[0].as_ref().unwrap().file_name();
        let photo = photo.to_str().unwrap();
        let old = images.join(format!("{}.png", "o".repeat(32)));
        let young = images.join(format!("{}.png", "y".repeat(32)));
        for path in [&old, &young] {
            std::fs::copy(images.join(photo), path).unwrap();
        }
        let mut touch = Command::new("touch");
        touch.arg("--date=2001-02-03").arg(&old);
        assert!(touch.status().unwrap().success());
        let serve = Serve::of(&mut fixture::serve_as_it_is(&data), Stdio::inherit());
        // It goes after those that claims name have been noted.
        while old.exists() {
            tokio::task::yield_now().await;
        }
        assert!(young.exists());
        let status = |name: &str| {
            let url = format!("{}/images/{name}", serve.url);
            match ureq::get(url).call() {
                Ok(answer) => answer.status().as_u16(),
                Err(ureq::Error::StatusCode(status)) => status,
                Err(error) => panic!("{error}"),
            }
        };
        assert_eq!(status(photo), 200);
        remove_claims(&serve, fixture.key("admin"), photo);
        assert_eq!(status(photo), 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_good_for_what_they_were() {
    for fixture in fixture::all() {
        let (_dir, data) = fixture.unpack("stopped.tar.gz");
        let serve = Serve::of(&mut fixture::serve_as_it_is(&data), Stdio::inherit());
        let status = |key: &str, method, path: &str, body| {
            serve.call_as(fixture.key(key), method, path, body).0
        };
        let event = || Some(json!({"ref": "claims/updated", "event_data": {"claim_id": "c"}}));
        let member = || Some(json!({"name": "new", "role": "viewer"}));
        for (key, read, write, manage) in [
            ("viewer", 200, 403, 403),
            ("editor", 200, 202, 403),
            ("admin", 200, 202, 201),
            ("operator", 200, 202, 201),
            ("other_admin", 404, 404, 404),
            ("revoked", 401, 401, 401),
            ("gone", 401, 401, 401),
        ] {
            let statuses = [
                status(key, "GET", &format!("{SHOP}/claims"), None),
                status(key, "POST", &format!("{SHOP}/events"), event()),
                status(key, "POST", &format!("{SHOP}/api-keys"), member()),
            ];
            assert_eq!(statuses, [read, write, manage], "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_goes_on() {
    for fixture in fixture::all() {
        let opened = fixture.open("stopped.tar.gz").await;
        opened.proxy.open();
        let waiting = fixture.deliveries("pending");
        assert!(!waiting.is_empty());
        for delivery in &waiting {
            let path = format!("{SHOP}/deliveries/{}", delivery["id"].as_str().unwrap());
            let now = opened
                .serve
                .until(&path, |now| now["status"] == "delivered");
            let count = |delivery: &Value| delivery["attempt_count"].as_u64().unwrap();
            assert_eq!(count(&now), count(delivery) + 1);
        }
        let requests = received(&opened, "pending", waiting.len()).await;
        assert_eq!(received_ids(&requests), event_ids(&waiting));
        for request in &requests {
            assert_eq!(request.header("claimwire-attempt"), Some("2"));
            signed(&fixture, "pending", Dialect::Karla, request);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_goes_out() {
    for fixture in fixture::all() {
        let opened = fixture.open("stopped.tar.gz").await;
        opened.proxy.open();
        for (name, dialect) in [
            ("inactive", Dialect::Karla),
            ("inactive-standard", Dialect::Standard),
            ("disabled", Dialect::Karla),
            ("unverified", Dialect::Claimport),
        ] {
            let mut held = fixture.deliveries("held");
            held.retain(|delivery| delivery["webhook_uuid"] == fixture.webhook(name));
            assert!(!held.is_empty(), "{name}");
            let path = format!("{SHOP}/webhooks/{}", fixture.webhook(name));
            // The test of an unverified webhook is a request of its own, without an event.
            let tests = if name == "unverified" {
                let test = ok(&opened.serve, "POST", &format!("{path}/test"), json!({}));
                assert_eq!(test["ok"], true, "{test}");
                1
            } else {
                ok(&opened.serve, "PATCH", &path, json!({"status": "active"}));
                0
            };
            let mut requests = received(&opened, name, tests + held.len()).await;
            for request in &requests {
                signed(&fixture, name, dialect, request);
            }
            let ids = event_ids(&held);
            requests.retain(|request| {
                request
                    .header("claimwire-event-id")
                    .is_some_and(|id| ids.contains(id))
            });
            assert_eq!(received_ids(&requests), ids, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on() {
    for fixture in fixture::all() {
        let opened = fixture.open("stopped.tar.gz").await;
        opened.proxy.open();
        let (serve, names) = (&opened.serve, &fixture.names);

        // What was sent before is known again, and makes nothing new.
        let events = || {
            serve
                .call("GET", &format!("{SHOP}/events?limit=100"), None)
                .1
        };
        let before = events();
        let posted = names["posted"].as_str().unwrap().to_owned();
        let (status, again) = serve.send(
            common::ADMIN_KEY,
            "POST",
            &format!("{SHOP}/events"),
            posted.clone(),
        );
        assert_eq!(status, 202, "{again}");
        assert!(posted.contains(again["id"].as_str().unwrap()));
        let path = format!("{SHOP}/shipments/s-1/events");
        let (status, _) = serve.call("POST", &path, Some(names["shipment_event"].clone()));
        assert_eq!(status, 200);
        assert_eq!(events()["data"], before["data"]);

        // A replay makes requests of what was delivered before the upgrade.
        let karla = format!("{SHOP}/webhooks/{}/replay", fixture.webhook("karla"));
        let body = json!({"since": "2026-01-01T00:00:00Z", "status": "all"});
        let replay = ok(serve, "POST", &karla, body);
        let path = format!("{SHOP}/replays/{}", replay["id"].as_str().unwrap());
        let done = serve.until(&path, |replay| replay["state"] == "done");
        let mut delivered = fixture.deliveries("delivered");
        delivered.retain(|delivery| delivery["webhook_uuid"] == fixture.webhook("karla"));
        assert_eq!(done["done"], delivered.len());
        let requests = received(&opened, "karla", delivered.len()).await;
        assert_eq!(received_ids(&requests), event_ids(&delivered));

        // A new claim has the next number, and goes to all five dialects, signed with the secrets of then.
        let claims = fixture.answer(&format!("{SHOP}/claims?limit=100"));
        let numbers = claims["data"].as_array().unwrap().iter();
        let last = numbers.filter_map(|claim| claim["number"].as_u64()).max();
        let body = json!({"title": "New", "performed_by": {"source": "ui", "name": "Ann"}});
        let claim = ok(serve, "POST", &format!("{SHOP}/claims"), body);
        assert!(claim["number"].as_u64() > last, "{claim}");
        let contacts = fixture.answer(&format!("{SHOP}/contacts?limit=100"));
        let numbers = contacts["data"].as_array().unwrap().iter();
        let last = numbers
            .filter_map(|contact| contact["number"].as_u64())
            .max();
        let contact = ok(
            serve,
            "POST",
            &format!("{SHOP}/contacts"),
            json!({"first_name": "Lea"}),
        );
        assert!(contact["number"].as_u64() > last, "{contact}");
        for (name, dialect) in DIALECTS {
            let earlier = if name == "karla" { delivered.len() } else { 0 };
            let requests = received(&opened, name, earlier + 1).await;
            for request in &requests {
                signed(&fixture, name, dialect, request);
            }
        }
        let requests = received(&opened, "karla", 1).await;
        assert_eq!(requests[0].header("x-door"), Some("open sesame"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_left_goes_out() {
    for fixture in fixture::all() {
        let opened = fixture.open("killed.tar.gz").await;
        opened.proxy.open();
        let events = fixture.names["at_the_kill"].as_array().unwrap();
        let events: BTreeSet<_> = events
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        let requests = received(&opened, "hanging", events.len()).await;
        assert_eq!(received_ids(&requests), events);
        let webhook = fixture.webhook("hanging");
        let path = format!("/v1/shops/other/deliveries?webhook={webhook}&limit=100");
        let settled = opened.serve.until(&path, |page| {
            let deliveries = page["data"].as_array().unwrap();
            deliveries
                .iter()
                .all(|delivery| delivery["status"] == "delivered")
        });
        assert!(event_ids(settled["data"].as_array().unwrap()).is_superset(&events));
    }
}
