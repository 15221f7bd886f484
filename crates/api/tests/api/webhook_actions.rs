//! What is done with a webhook: a test, another secret, a replay, its counts.

use claimwire_wire::send::SendErrorKind;
use serde_json::{Value, json};

use crate::common::{Answer, World};

fn path(webhook: &Value, what: &str) -> String {
    format!(
        "/v1/shops/acme/webhooks/{}/{what}",
        webhook["uuid"].as_str().unwrap()
    )
}

async fn post(world: &World, webhook: &Value, what: &str, body: Value) -> Answer {
    world
        .post(&path(webhook, what))
        .key(&world.acme.editor)
        .json(&body)
        .send()
        .await
}

async fn status(world: &World, webhook: &Value) -> Value {
    let path = path(webhook, "");
    let shown = world
        .get(path.trim_end_matches('/'))
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    shown["status"].clone()
}

#[tokio::test]
async fn a_test_shows_what_came_back() {
    let world = World::new().await;
    let webhook = world
        .make_webhook(json!({"dialect": "claimport", "headers": {"X-Own": "1"}}))
        .await;
    world.sender.answers(200, "thanks");
    // The body may be left out.
    let result = world
        .post(&path(&webhook, "test"))
        .key(&world.acme.editor)
        .send()
        .await
        .expect(200);
    let expected = json!({"ok": true, "status_code": 200, "duration_ms": 0, "error": null, "response_body": "thanks"});
    assert_eq!(result, expected);
    let sent = world.sender.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].url, "https://receiver.test/hook");
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(body["type"], "webhook.test");
    let header = |name: &str| sent[0].headers.get(name);
    assert_eq!(
        (header("Claimwire-Attempt"), header("X-Own")),
        (Some("1"), Some("1"))
    );
    assert!(
        header("X-ClaimPort-Signature")
            .unwrap()
            .starts_with("sha256=")
    );
    assert_eq!(status(&world, &webhook).await, "active");
}

#[tokio::test]
async fn only_exactly_200_verifies() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({"dialect": "claimport"})).await;
    for answer in [201, 204, 302, 500] {
        world.sender.answers(answer, "");
        let result = post(&world, &webhook, "test", json!({})).await.expect(200);
        assert_eq!(result["ok"], answer < 300);
        assert_eq!(status(&world, &webhook).await, "unverified", "{answer}");
    }
    world.sender.fails(SendErrorKind::Timeout);
    let result = post(&world, &webhook, "test", json!({})).await.expect(200);
    assert_eq!(
        (&result["ok"], &result["status_code"]),
        (&json!(false), &Value::Null)
    );
    assert!(result["error"].as_str().unwrap().starts_with("timeout: "));
    world.sender.answers(200, "");
    post(&world, &webhook, "test", json!({})).await.expect(200);
    assert_eq!(status(&world, &webhook).await, "active");
}

#[tokio::test]
async fn a_test_does_not_switch_on_what_is_off() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({"status": "inactive"})).await;
    world.sender.answers(200, "");
    assert_eq!(
        post(&world, &webhook, "test", json!({})).await.expect(200)["ok"],
        true
    );
    assert_eq!(status(&world, &webhook).await, "inactive");
}

#[tokio::test]
async fn a_test_can_name_its_event() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({})).await;
    world.sender.answers(200, "");
    post(&world, &webhook, "test", json!({"event": "claims/updated"}))
        .await
        .expect(200);
    let body: Value = serde_json::from_slice(&world.sender.sent()[0].body).unwrap();
    assert_eq!(body["ref"], "claims/updated");
    for event in ["nothing", "claims/approved", ""] {
        let answer = post(&world, &webhook, "test", json!({"event": event})).await;
        assert_eq!(answer.invalid("event_unknown"), ["/event"], "{event}");
    }
    assert_eq!(world.sender.sent().len(), 1);
}

#[tokio::test]
async fn ack_200_wants_200() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({"ack": "200"})).await;
    world.sender.answers(202, &"x".repeat(20_000));
    let result = post(&world, &webhook, "test", json!({})).await.expect(200);
    assert_eq!(result["ok"], false);
    assert_eq!(result["error"], "status_202");
    assert_eq!(result["response_body"].as_str().unwrap().len(), 16 * 1024);
}

#[tokio::test]
async fn few_replays_of_a_webhook_may_wait() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({})).await;
    let body = json!({"since": "2026-01-29T00:00:00Z", "status": "missing"});
    let first = post(&world, &webhook, "replay", body.clone())
        .await
        .expect(202);
    for _ in 0..5 {
        post(&world, &webhook, "replay", body.clone())
            .await
            .expect(202);
    }
    let refused = post(&world, &webhook, "replay", body)
        .await
        .problem(409, "replay_running");
    assert_eq!(refused["replay"], first["id"]);
}

#[tokio::test]
async fn a_replay_is_ordered_and_told_of() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({})).await;
    let body =
        json!({"since": "2026-01-29T00:00:00Z", "status": "missing", "enabled_events": ["claims"]});
    let made = post(&world, &webhook, "replay", body).await.expect(202);
    assert_eq!(
        (&made["state"], &made["total"], &made["done"]),
        (&json!("waiting"), &json!(0), &json!(0))
    );
    assert_eq!(
        (&made["webhook_uuid"], &made["until"]),
        (&webhook["uuid"], &json!("2026-01-29T14:48:47.001Z"))
    );
    let path = format!("/v1/shops/acme/replays/{}", made["id"].as_str().unwrap());
    let mut shown = world
        .get(&path)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(shown["state"], "running", "nothing was before it");
    shown["state"] = made["state"].clone();
    assert_eq!(shown, made);
    let elsewhere = path.replace("acme", "other");
    world
        .get(&elsewhere)
        .key(&world.other.viewer)
        .send()
        .await
        .problem(404, "replay_not_found");

    for (body, key, field) in [
        (json!({"status": "all"}), "validation_failed", "/since"),
        (
            json!({"since": "2026-01-29T00:00:00Z"}),
            "validation_failed",
            "/status",
        ),
        (
            json!({"since": "2026-01-29T00:00:00Z", "status": "lost"}),
            "validation_failed",
            "/status",
        ),
        (
            json!({"since": "2030-01-01T00:00:00Z", "status": "all"}),
            "validation_failed",
            "/since",
        ),
        (
            json!({"since": "yesterday", "status": "all"}),
            "validation_failed",
            "/since",
        ),
        (
            json!({"since": "2026-01-01T00:00:00Z", "status": "all", "enabled_events": ["x"]}),
            "event_unknown",
            "/enabled_events/0",
        ),
        (
            json!({"since": "2026-01-01T00:00:00Z", "status": "all", "enabled_events": []}),
            "validation_failed",
            "/enabled_events",
        ),
    ] {
        assert_eq!(
            post(&world, &webhook, "replay", body.clone())
                .await
                .invalid(key),
            [field],
            "{body}"
        );
    }
}

#[tokio::test]
async fn counts_come_in_spans() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({})).await;
    let stats = |query: &str| {
        world
            .get(&format!("{}{query}", path(&webhook, "stats")))
            .key(&world.acme.viewer)
            .send()
    };
    let day = stats("").await.expect(200);
    assert_eq!(
        (&day["window_seconds"], &day["bucket_seconds"]),
        (&json!(86_400), &json!(3_600))
    );
    let buckets = day["buckets"].as_array().unwrap();
    assert!((24..=25).contains(&buckets.len()), "{}", buckets.len());
    assert_eq!(
        (
            &buckets[0]["delivered"],
            &buckets[0]["failed"],
            &buckets[0]["latency_ms"]
        ),
        (&json!(0), &json!(0), &Value::Null)
    );
    assert_eq!(stats("?window=30m").await.expect(200)["bucket_seconds"], 60);
    for bad in ["?window=0h", "?window=1w", "?window=", "?window=999d"] {
        assert_eq!(
            stats(bad).await.invalid("query_invalid"),
            ["/window"],
            "{bad}"
        );
    }
}
