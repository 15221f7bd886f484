//! Crash and drain: nothing that was acknowledged is lost.

use std::sync::Arc;
use std::time::Duration;

use claimwire_engine::Limits;
use claimwire_model::delivery::DeliveryStatus;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";

#[tokio::test]
async fn what_a_crash_leaves_is_delivered_by_the_next_engine() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |_| {}).await;
    world.sender.script(|_| Reply::Hangs);
    let crashed = world.engine();
    world.settle().await;
    world.events(100).await;
    world.settle().await;
    drop(crashed);
    world.events(10).await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 32);

    world.sender.script(|_| Reply::Status(200));
    let _engine = world.engine();
    world.settle().await;
    let deliveries = world.deliveries(&webhook).await;
    assert_eq!(deliveries.len(), 110);
    assert!(
        deliveries
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
    );
    assert_eq!(world.sender.seen().len(), 32 + 110);
}

#[tokio::test]
async fn a_drain_ends_what_is_under_way_and_begins_nothing() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 3).await;
    world.sender.script(|_| Reply::Hangs);
    let engine = Arc::new(world.engine());
    world.settle().await;
    world.events(10).await;
    world.settle().await;
    let draining = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { engine.drain(Duration::from_secs(20)).await }
    });
    world.settle().await;
    world.event("late").await;
    world.settle().await;
    assert!(!draining.is_finished(), "three are under way");
    world.sender.let_go();
    assert_eq!(draining.await.unwrap(), 0);
    assert_eq!(world.sender.seen().len(), 3);
    let delivered =
        |d: &&claimwire_model::delivery::Delivery| d.status == DeliveryStatus::Delivered;
    assert_eq!(
        world
            .deliveries(&webhook)
            .await
            .iter()
            .filter(delivered)
            .count(),
        3,
        "and on record"
    );
}

#[tokio::test]
async fn a_drain_does_not_outlast_its_deadline() {
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    world.sender.script(|_| Reply::Hangs);
    let engine = Arc::new(world.engine());
    world.settle().await;
    world.events(2).await;
    world.settle().await;
    let draining = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { engine.drain(Duration::from_secs(20)).await }
    });
    world.pass(Duration::from_secs(20)).await;
    assert_eq!(draining.await.unwrap(), 2);
}

/// Commits from many sides while queues are full and takes are under way: every one arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_wake_up_is_lost() {
    let world = Arc::new(World::new().await);
    let webhook = world.webhook(URL, |w| w.max_in_flight = 2).await;
    let limits = Limits {
        queued_per_webhook: 4,
        queued_per_quick_webhook: 6,
        unrecorded: 3,
        record_group: 2,
        ..Limits::default()
    };
    let _engine = world.engine_with(limits);
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for n in 0..250 {
                    world.event(&format!("{writer}-{n}")).await;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        let deliveries = world.deliveries(&webhook).await;
        assert_eq!(deliveries.len(), 2000);
        if deliveries
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
        {
            break;
        }
        let open = deliveries
            .iter()
            .filter(|d| d.status != DeliveryStatus::Delivered)
            .count();
        assert!(
            std::time::Instant::now() < deadline,
            "{open} are left lying, the clock standing still"
        );
        tokio::task::yield_now().await;
    }
    assert_eq!(world.sender.seen().len(), 2000, "each once");
    assert!(world.sender.most_at_once(URL) <= 2);
}
