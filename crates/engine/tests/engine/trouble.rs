//! Tasks that break and a store that does not answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;

use crate::world::World;
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
