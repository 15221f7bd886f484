//! A shop's limits (contract section 2, errors).

use serde_json::{Value, json};

use crate::common::photo::png;
use crate::common::{ADMIN_KEY, Answer, World};

async fn post(world: &World, path: &str, body: Value) -> Answer {
    let path = format!("/v1/shops/acme{path}");
    world.post(&path).key(ADMIN_KEY).json(&body).send().await
}

fn reached(answer: Answer, limit: &str, value: u64) {
    let body = answer.json();
    answer.problem(409, "limit_reached");
    assert_eq!(
        (&body["limit"], &body["value"]),
        (&json!(limit), &json!(value))
    );
}

#[tokio::test]
async fn everything_that_a_shop_makes_has_one() {
    let world = World::with_limits(&[
        "webhooks=2",
        "api_keys=5",
        "claims=2",
        "messages=2",
        "contacts=2",
        "orders=2",
        "shipments=2",
    ])
    .await;
    let claim = post(&world, "/claims", json!({"title": "a"}))
        .await
        .expect(201);
    let messages = format!("/claims/{}/messages", claim["id"].as_str().unwrap());
    let webhook = json!({"url": "https://receiver.test/hook"});
    let message = json!({"direction": "inbound", "body": "a"});
    for (path, body, limit, already, value) in [
        ("/webhooks", webhook, "webhooks", 0, 2),
        (
            "/api-keys",
            json!({"name": "a", "role": "viewer"}),
            "api_keys",
            3,
            5,
        ),
        ("/claims", json!({"title": "b"}), "claims", 1, 2),
        (&*messages, message, "messages", 0, 2),
        ("/contacts", json!({"first_name": "a"}), "contacts", 0, 2),
    ] {
        for _ in already..value {
            post(&world, path, body.clone()).await.expect(201);
        }
        reached(post(&world, path, body).await, limit, value);
    }
    for (kind, limit) in [("orders", "orders"), ("shipments", "shipments")] {
        let put = async |id: &str| {
            let path = format!("/v1/shops/acme/{kind}/{id}");
            world
                .put(&path)
                .key(ADMIN_KEY)
                .json(&json!({}))
                .send()
                .await
        };
        for id in ["1", "2"] {
            put(id).await.expect(201);
        }
        reached(put("3").await, limit, 2);
        // What is there can still be changed.
        assert_eq!(put("1").await.status, 200);
    }
}

#[tokio::test]
async fn what_is_deleted_makes_room() {
    let world = World::with_limits(&["contacts=1"]).await;
    let contact = json!({"first_name": "a"});
    let first = post(&world, "/contacts", contact.clone()).await.expect(201);
    reached(
        post(&world, "/contacts", contact.clone()).await,
        "contacts",
        1,
    );
    let path = format!("/v1/shops/acme/contacts/{}", first["id"].as_str().unwrap());
    world.delete(&path).key(ADMIN_KEY).send().await.expect(204);
    post(&world, "/contacts", contact).await.expect(201);
}

#[tokio::test]
async fn what_was_answered_is_answered_again_at_the_limit() {
    let world = World::with_limits(&["webhooks=1"]).await;
    let send = |key: &'static str| {
        let webhook = json!({"url": "https://receiver.test/hook"});
        let call = world.post("/v1/shops/acme/webhooks").key(ADMIN_KEY);
        call.once(key).json(&webhook).send()
    };
    let first = send("one").await.expect(201);
    reached(send("two").await, "webhooks", 1);
    assert_eq!(send("one").await.expect(201), first);
}

#[tokio::test]
async fn bytes_of_photos_are_bounded_by_shop() {
    let photo = png();
    let limit = format!("image_bytes={}", photo.len() * 2);
    let world = World::with_limits(&[&limit]).await;
    let upload = async |slug: &str| {
        let path = format!("/v1/shops/{slug}/images");
        let call = world.post(&path).key(ADMIN_KEY);
        call.header("Content-Type", "image/png")
            .bytes(photo.clone())
            .send()
            .await
    };
    upload("acme").await.expect(201);
    upload("acme").await.expect(201);
    let value = u64::try_from(photo.len() * 2).unwrap();
    reached(upload("acme").await, "image_bytes", value);
    upload("other").await.expect(201);
}

#[tokio::test]
async fn tests_under_way_are_bounded_by_shop() {
    let world = World::with_limits(&["running_tests=1"]).await;
    let url = "https://receiver.test/hook";
    let webhook = world.make_webhook(json!({"url": url})).await;
    let path = format!("/webhooks/{}/test", webhook["uuid"].as_str().unwrap());
    world.sender.hold();
    world.sender.answers(200, "");
    let first = post(&world, &path, json!({}));
    let second = async {
        while world.sender.sent().is_empty() {
            tokio::task::yield_now().await;
        }
        let refused = post(&world, &path, json!({})).await;
        world.sender.let_go();
        refused
    };
    let (first, second) = tokio::join!(first, second);
    first.expect(200);
    reached(second, "running_tests", 1);
    // What has ended makes room.
    world.sender.answers(200, "");
    world.sender.let_go();
    post(&world, &path, json!({})).await.expect(200);
}
