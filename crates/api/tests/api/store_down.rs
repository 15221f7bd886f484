//! A store that cannot commit: 503, when to come back, and nothing done. And one that does not say whether it
//! did: 503, and nothing done twice.

use serde_json::json;

use crate::common::{ADMIN_KEY, World};

#[tokio::test]
async fn every_write_says_when_to_come_back() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({})).await;
    let webhook = format!(
        "/v1/shops/acme/webhooks/{}",
        webhook["uuid"].as_str().unwrap()
    );
    world.store.off();
    for (method, path, body) in [
        ("POST", "/v1/shops", json!({"slug": "new", "name": "New"})),
        ("PATCH", "/v1/shops/acme", json!({"name": "New"})),
        ("DELETE", "/v1/shops/acme", json!({})),
        (
            "POST",
            "/v1/shops/acme/api-keys",
            json!({"name": "x", "role": "viewer"}),
        ),
        (
            "POST",
            "/v1/shops/acme/webhooks",
            json!({"url": "https://receiver.test/"}),
        ),
        ("PATCH", &webhook, json!({"description": "x"})),
        ("DELETE", &webhook, json!({})),
        ("POST", &format!("{webhook}/secret/rotate"), json!({})),
        (
            "POST",
            &format!("{webhook}/replay"),
            json!({"since": "2026-01-01T00:00:00Z", "status": "all"}),
        ),
        ("POST", "/v1/shops/acme/claims", json!({"reason": "damage"})),
        ("PUT", "/v1/shops/acme/orders/1", json!({})),
        (
            "POST",
            "/v1/shops/acme/events",
            json!({"ref": "claims/created", "event_data": {}}),
        ),
    ] {
        let answer = world
            .call(method, path)
            .key(ADMIN_KEY)
            .json(&body)
            .send()
            .await;
        answer.problem(503, "store_unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"), "{method} {path}");
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() {
    let world = World::new().await;
    let make = || async {
        world
            .call("POST", "/v1/shops/acme/claims")
            .key(ADMIN_KEY)
            .header("Idempotency-Key", "once")
            .json(&json!({"reason": "damage"}))
            .send()
            .await
    };
    world.store.lose_answers(true);
    let answer = make().await;
    answer.problem(503, "outcome_unknown");
    assert_eq!(answer.header("retry-after"), Some("1"));
    world.store.lose_answers(false);
    make().await.expect(201);
    let list = world
        .call("GET", "/v1/shops/acme/claims")
        .key(ADMIN_KEY)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
}
