//! Several nodes on one store: each finds what another made due or left lying, and none undoes what
//! another has done since.

use std::sync::Arc;
use std::time::Duration;

use claimwire_engine::Limits;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::webhook::WebhookStatus;
use claimwire_store::MemoryStore;

use crate::world::World;
use crate::world::flaky::FlakyStore;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";
/// Two scans at the longest, and the fetch.
const SOON: Duration = Duration::from_secs(7);
const LEASE: Duration = Duration::from_secs(120);

fn node(world: &World) -> Arc<MemoryStore> {
    Arc::new(world.store.node())
}

#[tokio::test]
async fn what_another_node_commits_is_found() {
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    let _engine = world.engine_on(node(&world), Limits::default());
    world.settle().await;
    world.event("c1").await;
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
}

#[tokio::test]
async fn what_a_node_that_died_had_in_hand_is_taken_when_its_lease_ends() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 100).await;
    let dying = node(&world);
    let dies = world.engine_on(dying.clone(), Limits::default());
    let _lives = world.engine_on(node(&world), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..100 {
        world.event_on(&*dying, &format!("c{n}")).await;
    }
    world.settle().await;
    drop(dies);
    world.sender.script(|_| Reply::Status(200));

    world.pass(Duration::from_secs(110)).await;
    assert_eq!(world.sender.seen().len(), 100, "its leases are live");
    world.pass(Duration::from_secs(10) + SOON).await;
    let deliveries = world.deliveries(&webhook).await;
    let delivered = |d: &claimwire_model::delivery::Delivery| d.status == DeliveryStatus::Delivered;
    assert!(deliveries.iter().all(delivered));
    assert_eq!(world.sender.seen().len(), 200);
}

#[tokio::test]
async fn a_start_leaves_the_leases_of_the_others_alone() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |_| {}).await;
    let first = node(&world);
    let _first = world.engine_on(first.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    world.event_on(&*first, "c1").await;
    world.settle().await;
    let _second = world.engine_on(node(&world), Limits::default());
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
    world.sender.let_go();
    world.settle().await;
    assert_eq!(world.deliveries(&webhook).await[0].attempt_count, 1);
}

#[tokio::test]
async fn an_outcome_that_comes_after_its_lease_does_not_undo_what_came_since() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| w.retry.delays = vec![Duration::from_secs(600); 3])
        .await;
    let slow = FlakyStore::new(node(&world));
    let cut_off = world.engine_on(slow.clone(), Limits::default());
    let lives = world.engine_on(node(&world), Limits::default());
    world.settle().await;

    // The first node's attempt fails while it cannot reach the store; its lease runs out.
    world.sender.script(|_| Reply::Status(500));
    world.event_on(&*slow, "c1").await;
    slow.set_down(true);
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 1);
    world.sender.script(|_| Reply::Status(200));
    world.pass(LEASE + SOON).await;
    assert_eq!(world.sender.seen().len(), 2, "the other one delivers it");

    slow.set_down(false);
    world.pass(Duration::from_secs(3)).await;
    let delivery = &world.deliveries(&webhook).await[0];
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    assert_eq!(delivery.attempt_count, 2, "both are on record");
    assert_eq!(world.current(&webhook).await.health.consecutive_failures, 0);
    world.pass(Duration::from_secs(3600)).await;
    assert_eq!(world.sender.seen().len(), 2);
    drop((cut_off, lives));
}

#[tokio::test]
async fn a_webhook_switched_off_on_one_node_gets_nothing_more_from_the_others() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let busy = node(&world);
    let _engine = world.engine_on(busy.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..5 {
        world.event_on(&*busy, &format!("c{n}")).await;
    }
    world.settle().await;
    world
        .update(&webhook, |w| w.status = WebhookStatus::Inactive)
        .await;
    world.pass(SOON).await;
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
    world
        .update(&webhook, |w| w.status = WebhookStatus::Active)
        .await;
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 5);
}

#[tokio::test]
async fn a_test_event_that_a_dead_node_owed_is_sent_by_another() {
    let world = World::new().await;
    let _engine = world.engine_on(node(&world), Limits::default());
    world.settle().await;
    let webhook = world
        .webhook(URL, |w| {
            w.verify = true;
            w.verification_due = true;
            w.status = WebhookStatus::Unverified;
        })
        .await;
    world.pass(Duration::from_secs(50)).await;
    assert_eq!(world.sender.seen().len(), 0, "its own node may be at it");
    world.pass(Duration::from_secs(10) + SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
    assert_eq!(world.current(&webhook).await.status, WebhookStatus::Active);
}

#[tokio::test]
async fn a_node_alone_does_not_look_round() {
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    let store = FlakyStore::new(world.store.clone());
    let _engine = world.engine_on(store.clone(), Limits::default());
    world.pass(Duration::from_secs(600)).await;
    assert_eq!(store.scans(), 1);
}
