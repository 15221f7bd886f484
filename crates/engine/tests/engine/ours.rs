//! Trouble on our own side counts for no delivery and no webhook: what met it goes out when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::health::Health;
use claimwire_model::target::{Ordering as Order, TargetStatus};
use claimwire_wire::send::SendErrorKind;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";
const LONG: Duration = Duration::from_secs(600);

/// A switch, and a sender that fails by our own trouble while it is on.
fn trouble(world: &World, kind: SendErrorKind) -> Arc<AtomicBool> {
    let on = Arc::new(AtomicBool::new(true));
    let troubled = Arc::clone(&on);
    world.sender.script(move |_| {
        if troubled.load(Ordering::SeqCst) {
            Reply::Fails(kind)
        } else {
            Reply::Status(200)
        }
    });
    on
}

#[tokio::test]
async fn it_counts_nowhere_and_the_delivery_arrives_as_its_first_attempt() {
    let world = World::new().await;
    // Two failures would disable it, and one would be the delivery's last.
    let webhook = world
        .webhook(URL, |w| {
            w.retry.delays.clear();
            w.retry.disable_after = Some(2);
        })
        .await;
    let on = trouble(&world, SendErrorKind::LocalDescriptors);
    let _engine = world.engine();
    world.settle().await;
    world.events(20).await;
    world.pass(LONG).await;
    let tried = world.sender.seen();
    assert!(tried.iter().all(|seen| seen.attempt == 1));
    let after_the_first = tried.iter().filter(|seen| seen.at > tried[0].at).count();
    assert!(
        (15..=30).contains(&after_the_first),
        "one at a time, after pauses that grow to 30 s: {after_the_first}"
    );
    for delivery in world.deliveries(&webhook).await {
        assert_eq!(delivery.status, DeliveryStatus::Pending);
        assert_eq!(delivery.attempt_count, 0);
        assert!(world.attempts(&delivery).await.is_empty());
    }
    let kept = world.current(&webhook).await;
    assert_eq!(kept.status, TargetStatus::Active);
    assert_eq!(kept.health, Health::default());

    on.store(false, Ordering::SeqCst);
    world.pass(Duration::from_secs(31)).await;
    for delivery in world.deliveries(&webhook).await {
        assert_eq!(delivery.status, DeliveryStatus::Delivered);
        assert_eq!(delivery.attempt_count, 1);
    }
    let last = world.sender.seen().split_off(tried.len());
    assert_eq!(last.len(), 20);
    assert!(last.iter().all(|seen| seen.attempt == 1));
}

#[tokio::test]
async fn it_does_not_change_the_order_of_an_ordered_webhook() {
    let world = World::new().await;
    world.webhook(URL, |w| w.ordering = Order::Webhook).await;
    let on = trouble(&world, SendErrorKind::Proxy);
    let _engine = world.engine();
    world.settle().await;
    let events = world.events(5).await;
    world.pass(LONG).await;
    let tried = world.sender.seen();
    assert!(tried.iter().all(|seen| seen.event == events[0]));

    on.store(false, Ordering::SeqCst);
    world.pass(Duration::from_secs(31)).await;
    let last = world.sender.seen().split_off(tried.len());
    let came: Vec<_> = last.into_iter().map(|seen| seen.event).collect();
    assert_eq!(came, events);
}

#[tokio::test]
async fn a_webhook_that_is_not_in_trouble_is_not_held_up() {
    const OTHER: &str = "https://other.example/hook";
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    world.webhook(OTHER, |_| {}).await;
    world.sender.script(|seen| match &*seen.url {
        URL => Reply::Fails(SendErrorKind::Proxy),
        _ => Reply::Status(200),
    });
    let _engine = world.engine();
    world.settle().await;
    world.events(50).await;
    world.settle().await;
    assert_eq!(world.sender.count(Some(OTHER)), 50);
}

#[tokio::test]
async fn a_test_event_that_met_it_is_sent_again() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.webhook_mut().unwrap().verify = true;
            w.webhook_mut().unwrap().verification_due = true;
            w.status = TargetStatus::Unverified;
        })
        .await;
    let on = trouble(&world, SendErrorKind::LocalNetwork);
    let _engine = world.engine();
    world.pass(LONG).await;
    let tries = world.sender.count(None);
    assert!((15..=30).contains(&tries), "{tries}");
    let kept = world.current(&webhook).await;
    assert_eq!(kept.status, TargetStatus::Unverified);
    assert!(kept.owes_test(), "it is not answered");

    on.store(false, Ordering::SeqCst);
    world.pass(Duration::from_secs(31)).await;
    assert_eq!(world.sender.count(None), tries + 1);
    assert_eq!(world.current(&webhook).await.status, TargetStatus::Active);
}
