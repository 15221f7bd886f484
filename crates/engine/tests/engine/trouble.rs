//! Tasks that break and a store that does not answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use claimwire_engine::Limits;
use claimwire_model::delivery::DeliveryStatus;

use crate::world::World;
use crate::world::flaky::FlakyStore;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";

#[tokio::test]
async fn an_attempt_that_panics_keeps_no_slot_and_is_made_again() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let broken = AtomicBool::new(true);
    world.sender.script(move |_| {
        if broken.swap(false, Ordering::SeqCst) {
            Reply::Panics
        } else {
            Reply::Status(200)
        }
    });
    let _engine = world.engine();
    world.settle().await;
    world.events(3).await;
    world.settle().await;
    assert_eq!(
        world.sender.seen().len(),
        3,
        "the slot is free for the others"
    );
    world.pass(Duration::from_secs(121)).await;
    assert!(
        world
            .deliveries(&webhook)
            .await
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
    );
}

#[tokio::test]
async fn while_the_store_cannot_record_attempts_stop_and_no_outcome_is_lost() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |_| {}).await;
    let store = FlakyStore::new(world.store.clone());
    let limits = Limits {
        unrecorded: 50,
        record_group: 7,
        ..Limits::default()
    };
    let _engine = world.engine_on(store.clone(), limits);
    world.settle().await;
    store.set_down(true);
    world.events(300).await;
    world.pass(Duration::from_secs(30)).await;
    let sent = world.sender.seen().len();
    assert!(
        (50..50 + 32).contains(&sent),
        "{sent} sent with 50 outcomes allowed to wait"
    );

    store.set_down(false);
    world.pass(Duration::from_secs(3)).await;
    let deliveries = world.deliveries(&webhook).await;
    assert!(
        deliveries
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
    );
    assert_eq!(world.sender.seen().len(), 300, "each once");
}

#[tokio::test]
async fn an_engine_that_starts_before_its_store_answers_begins_when_it_does() {
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    let store = FlakyStore::new(world.store.clone());
    store.set_down(true);
    let _engine = world.engine_on(store.clone(), Limits::default());
    world.settle().await;
    world.events(10).await;
    world.pass(Duration::from_secs(5)).await;
    assert_eq!(world.sender.seen().len(), 0);
    store.set_down(false);
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(world.sender.seen().len(), 10);
}
