//! Idempotency-Key on every POST: the first answer again, nothing done twice (contract section 2).

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{ADMIN_KEY, World};

/// Sends it twice, then with another body.
async fn check(world: &World, key: &str, path: &str, body: Value, other: Value) {
    let send = |body: &Value| world.post(path).key(ADMIN_KEY).once(key).json(body).send();
    let first = send(&body).await;
    assert!(
        (200..300).contains(&first.status),
        "{path}: {:?}",
        first.body
    );
    assert_eq!(first.header("idempotent-replayed"), None, "{path}");
    let again = send(&body).await;
    assert_eq!(
        (again.status, &again.body),
        (first.status, &first.body),
        "{path}"
    );
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{path}");
    assert_eq!(
        again.header("content-type"),
        Some("application/json"),
        "{path}"
    );
    send(&other).await.problem(409, "idempotency_conflict");
}

#[tokio::test]
async fn shops_and_keys() {
    let world = World::new().await;
    check(
        &world,
        "k-1",
        "/v1/shops",
        json!({"slug": "a", "name": "A"}),
        json!({"slug": "b", "name": "B"}),
    )
    .await;
    world
        .get("/v1/shops/b")
        .key(ADMIN_KEY)
        .send()
        .await
        .problem(404, "shop_not_found");
    let key = |name: &str| json!({"name": name, "role": "viewer"});
    check(&world, "k-1", "/v1/shops/acme/api-keys", key("a"), key("b")).await;
    let keys = world
        .get("/v1/shops/acme/api-keys")
        .key(ADMIN_KEY)
        .send()
        .await
        .expect(200);
    assert_eq!(keys["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn webhooks() {
    let world = World::new().await;
    let at = |path: &str| json!({"url": format!("https://receiver.test/{path}")});
    check(&world, "k-1", "/v1/shops/acme/webhooks", at("a"), at("b")).await;
    let list = world
        .get("/v1/shops/acme/webhooks")
        .key(ADMIN_KEY)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_done_with_a_webhook() {
    let world = World::new().await;
    let webhook = world
        .make_webhook(json!({"dialect": "claimport", "verify": false}))
        .await;
    let path = |what: &str| {
        format!(
            "/v1/shops/acme/webhooks/{}/{what}",
            webhook["uuid"].as_str().unwrap()
        )
    };
    world.sender.answers(200, "fine");
    check(
        &world,
        "k-1",
        &path("test"),
        json!({}),
        json!({"event": null}),
    )
    .await;
    assert_eq!(world.sender.sent().len(), 1);
    check(
        &world,
        "k-2",
        &path("secret/rotate"),
        json!({}),
        json!({"overlap_seconds": 5}),
    )
    .await;
    let replay = |status: &str| json!({"since": "2026-01-01T00:00:00Z", "status": status});
    check(
        &world,
        "k-3",
        &path("replay"),
        replay("all"),
        replay("failed"),
    )
    .await;
}

#[tokio::test]
async fn a_key_stands_for_one_request_in_one_shop_for_a_day() {
    let world = World::new().await;
    let webhook = json!({"url": "https://receiver.test/"});
    let send = |shop: &str| {
        world
            .post(&format!("/v1/shops/{shop}/webhooks"))
            .key(ADMIN_KEY)
            .once("same")
            .json(&webhook)
            .send()
    };
    let first = send("acme").await.expect(201);
    let elsewhere = send("other").await.expect(201);
    assert_ne!(first["uuid"], elsewhere["uuid"]);
    let key = json!({"name": "x", "role": "viewer"});
    let other_path = world
        .post("/v1/shops/acme/api-keys")
        .key(ADMIN_KEY)
        .once("same")
        .json(&key)
        .send()
        .await;
    other_path.problem(409, "idempotency_conflict");
    world.pass(Duration::from_secs(24 * 3600 + 1));
    assert_ne!(send("acme").await.expect(201)["uuid"], first["uuid"]);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let world = World::new().await;
    let send = |body: Value| {
        world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .once("k")
            .json(&body)
            .send()
    };
    send(json!({"slug": "A", "name": "a"}))
        .await
        .problem(422, "validation_failed");
    send(json!({"slug": "a", "name": "a"})).await.expect(201);
}
