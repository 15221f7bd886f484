//! How long an answer can become: a page is bounded in bytes, so that answers are put together whole, and none of them
//! is streamed.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_store::Queue;
use claimwire_store::ownership::Targets;
use claimwire_store::page::PAGE_BYTES;
use claimwire_store::queue::Outcome;
use serde_json::{Value, json};

use crate::common::World;

/// The names and brackets around a page's items.
const AROUND: usize = 64 * 1024;
/// What an open object may have.
const LARGE: usize = 1_000_000;
/// What is kept of an answer's body.
const BODY: usize = 16 * 1024;

async fn length(world: &World, path: &str) -> usize {
    let path = format!("/v1/shops/acme/{path}");
    let answer = world.get(&path).key(&world.acme.viewer).send().await;
    answer.expect(200);
    answer.body.len()
}

#[tokio::test]
async fn a_list_of_the_largest_is_a_page_or_one_item() {
    let world = World::new().await;
    for _ in 0..10 {
        let claim = json!({"reason": "damage", "custom": {"x": "x".repeat(LARGE)}});
        let made = world.post("/v1/shops/acme/claims").key(&world.acme.editor);
        made.json(&claim).send().await.expect(201);
        let event = json!({"ref": "claims/created", "event_data": {"x": "x".repeat(LARGE)}});
        let posted = world.post("/v1/shops/acme/events").key(&world.acme.editor);
        posted.json(&event).send().await.expect(202);
    }
    for list in ["claims?limit=100", "events?limit=100"] {
        let bytes = length(&world, list).await;
        assert!(
            bytes > LARGE && bytes <= PAGE_BYTES + AROUND,
            "{list}: {bytes}"
        );
    }
}

/// A hundred attempts whose answers are of characters that JSON writes as six.
async fn attempts(world: &World) -> String {
    world.make_webhook(json!({})).await;
    let claim = world.post("/v1/shops/acme/claims").key(&world.acme.editor);
    claim
        .json(&json!({"reason": "damage"}))
        .send()
        .await
        .expect(201);
    for _ in 0..100 {
        let waiting = world
            .store
            .waiting(Targets::All, world.now())
            .await
            .unwrap();
        let lease = Duration::from_secs(60);
        let taken = world.store.take(waiting[0].0, 1, world.now(), lease);
        let handed = taken.await.unwrap().deliveries.remove(0);
        let attempt = Attempt {
            duration: Duration::from_millis(1),
            status_code: Some(500),
            response_body: vec![1; BODY],
            ..Attempt::at(handed.attempts + 1, world.now())
        };
        let outcome = Outcome {
            id: handed.id,
            lease: handed.lease,
            manual: handed.manual,
            attempt: Arc::new(attempt),
            verdict: Verdict::only(Next::RetryAt(world.now())),
        };
        world
            .store
            .record([outcome].into(), world.now())
            .await
            .unwrap();
    }
    let list = world
        .get("/v1/shops/acme/deliveries")
        .key(&world.acme.viewer);
    let list: Value = list.send().await.expect(200);
    list["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_longest_answer_fits_what_a_key_may_leave_unread() {
    let world = World::new().await;
    let delivery = attempts(&world).await;
    let bytes = length(&world, &format!("deliveries/{delivery}")).await;
    // Each character of a page of bodies as `\u0001`.
    assert!(
        bytes > 5 * PAGE_BYTES && bytes <= 6 * PAGE_BYTES + AROUND,
        "{bytes}"
    );
}
