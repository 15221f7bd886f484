//! The log of deliveries, as the engine leaves it.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split, Stages};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_store::Queue;
use claimwire_store::ownership::Targets;
use claimwire_store::queue::Outcome;
use serde_json::{Value, json};

use crate::common::World;

/// A webhook, and a claim whose event waits for it.
async fn waiting(world: &World) -> (Value, Value) {
    let webhook = world.make_webhook(json!({})).await;
    let claim = world
        .post("/v1/shops/acme/claims")
        .key(&world.acme.editor)
        .json(&json!({"reason": "damage"}));
    claim.send().await.expect(201);
    let list = world
        .get("/v1/shops/acme/deliveries")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
    (webhook, list["data"][0].clone())
}

/// One attempt of what is due, with this end.
async fn attempt(world: &World, status: u16, next: Next) {
    let (target, _) = world
        .store
        .waiting(Targets::All, world.now())
        .await
        .unwrap()[0];
    let lease_for = Duration::from_secs(60);
    let taken = world
        .store
        .take(target, 10, world.now(), lease_for)
        .await
        .unwrap();
    let (duration, part) = (Duration::from_millis(12), Duration::from_millis(3));
    let stages = Stages {
        connect: Some(part),
        first_byte: Some(2 * part),
        ..Stages::default()
    };
    for handed in taken.deliveries {
        let attempt = Attempt {
            split: Split::of(&stages, duration),
            duration,
            status_code: Some(status),
            error_detail: Some("said so".to_owned()),
            request_headers: [("Content-Type", "application/json")].into(),
            response_headers: [("A", "1"), ("a", "2")].into(),
            response_body: b"ok \xff".to_vec(),
            ..Attempt::at(handed.attempts + 1, world.now())
        };
        let verdict = Verdict::only(next);
        let outcome = Outcome {
            id: handed.id,
            lease: handed.lease,
            manual: handed.manual,
            attempt: Arc::new(attempt),
            verdict,
        };
        world
            .store
            .record([outcome].into(), world.now())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_attempts() {
    let world = World::new().await;
    let (webhook, delivery) = waiting(&world).await;
    assert_eq!(
        (&delivery["status"], &delivery["attempt_count"]),
        (&json!("pending"), &json!(0))
    );
    assert_eq!(
        (&delivery["ref"], &delivery["webhook_uuid"]),
        (&json!("claims/created"), &webhook["uuid"])
    );
    assert!(delivery.get("attempts").is_none());

    attempt(&world, 200, Next::Delivered).await;
    let path = format!(
        "/v1/shops/acme/deliveries/{}",
        delivery["id"].as_str().unwrap()
    );
    let shown = world
        .get(&path)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["last_status_code"]),
        (&json!("delivered"), &json!(200))
    );
    assert!(shown["delivered_at"].is_string() && shown["next_attempt_at"].is_null());
    let expected = json!({
        "number": 1, "started_at": "2026-01-29T14:48:47.000Z", "duration_ms": 12, "status_code": 200, "error": null, "error_detail": "said so",
        "request_headers": {"Content-Type": "application/json"}, "response_headers": {"A": "1, 2"},
        "response_body": "ok \u{fffd}",
        "timing": {"dns_ms": null, "connect_ms": 3.0, "tls_ms": null, "first_byte_ms": 6.0, "rest_ms": 3.0},
    });
    assert_eq!(shown["attempts"], json!([expected]));
    let elsewhere = path.replace("acme", "other");
    world
        .get(&elsewhere)
        .key(&world.other.viewer)
        .send()
        .await
        .problem(404, "delivery_not_found");
}

#[tokio::test]
async fn many_attempts_are_shown_in_parts() {
    let world = World::new().await;
    let (_, delivery) = waiting(&world).await;
    for _ in 0..103 {
        attempt(&world, 500, Next::RetryAt(world.now())).await;
    }
    let path = format!(
        "/v1/shops/acme/deliveries/{}",
        delivery["id"].as_str().unwrap()
    );
    let get = |query: &str| {
        let path = format!("{path}{query}");
        world.get(&path).key(&world.acme.viewer).send()
    };
    let numbers = |shown: &Value| {
        let attempts = shown["attempts"].as_array().unwrap().iter();
        attempts
            .map(|attempt| attempt["number"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let shown = get("").await.expect(200);
    assert_eq!(numbers(&shown), (4..=103).collect::<Vec<_>>());
    assert_eq!(shown["attempts_cursor"], "4");
    let shown = get("?attempts_cursor=4").await.expect(200);
    assert_eq!(numbers(&shown), [1, 2, 3]);
    assert!(shown.get("attempts_cursor").is_none());
    let refused = get("?attempts_cursor=x").await;
    assert_eq!(refused.invalid("query_invalid"), ["/attempts_cursor"]);
}

#[tokio::test]
async fn a_list_is_filtered() {
    let world = World::new().await;
    let (webhook, delivery) = waiting(&world).await;
    let uuid = webhook["uuid"].as_str().unwrap();
    let event = delivery["event_id"].as_str().unwrap();
    for (query, found) in [
        (format!("webhook={uuid}"), 1),
        (format!("event={event}"), 1),
        ("event=evt_other".to_owned(), 0),
        ("status=pending".to_owned(), 1),
        ("status=delivered".to_owned(), 0),
        ("since=2026-01-29T14:48:47Z".to_owned(), 1),
        ("since=2026-01-29T14:48:48Z".to_owned(), 0),
        ("until=2026-01-29T14:48:47Z".to_owned(), 0),
        ("until=2026-01-29T15:48:48%2B01:00".to_owned(), 1),
        (
            format!("webhook={uuid}&status=pending&event={event}&limit=1"),
            1,
        ),
    ] {
        let path = format!("/v1/shops/acme/deliveries?{query}");
        let list = world
            .get(&path)
            .key(&world.acme.viewer)
            .send()
            .await
            .expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), found, "{query}");
    }
    let unknown = "/v1/shops/acme/deliveries?webhook=00000000-0000-4000-8000-000000000000";
    world
        .get(unknown)
        .key(&world.acme.viewer)
        .send()
        .await
        .problem(404, "webhook_not_found");
}

#[tokio::test]
async fn pressed_twice_is_two_attempts() {
    let world = World::new().await;
    let (_, delivery) = waiting(&world).await;
    attempt(&world, 500, Next::GiveUp).await;
    let path = format!(
        "/v1/shops/acme/deliveries/{}",
        delivery["id"].as_str().unwrap()
    );
    let retry = format!("{path}/retry");
    for _ in 0..2 {
        let ordered = world
            .post(&retry)
            .key(&world.acme.editor)
            .send()
            .await
            .expect(202);
        assert_eq!(ordered["id"], delivery["id"]);
    }
    for _ in 0..2 {
        attempt(&world, 500, Next::Unchanged).await;
    }
    let shown = world
        .get(&path)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(
        (&shown["attempt_count"], &shown["status"]),
        (&json!(3), &json!("failed"))
    );
    let once = || world.post(&retry).key(&world.acme.editor).once("k").send();
    once().await.expect(202);
    assert_eq!(once().await.header("idempotent-replayed"), Some("true"));
    attempt(&world, 500, Next::Unchanged).await;
    assert!(
        world
            .store
            .waiting(Targets::All, world.now())
            .await
            .unwrap()
            .is_empty()
    );
}
