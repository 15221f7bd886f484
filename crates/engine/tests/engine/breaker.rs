//! A dead host is probed and not hammered, nothing is lost by it, and one that comes back is not flooded.

use std::collections::HashMap;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_wire::send::SendErrorKind;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";
const HOUR: Duration = Duration::from_secs(3600);

/// A webhook with a short table that never gives up within a day.
async fn world() -> (World, std::sync::Arc<claimwire_model::Target>) {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.retry.delays = vec![Duration::from_secs(20); 200];
            w.retry.disable_after_failing = None;
        })
        .await;
    (world, webhook)
}

#[tokio::test]
async fn a_dead_host_gets_probes_and_then_everything() {
    let (world, webhook) = world().await;
    world
        .sender
        .script(|_| Reply::Fails(SendErrorKind::Connect));
    let _engine = world.engine();
    world.settle().await;
    let ids = world.events(300).await;
    world.pass(HOUR).await;
    let dead = world.sender.seen();
    // The first round and what followed in 20 s, then one each 5 s; without a breaker 54,000.
    assert!((720..1500).contains(&dead.len()), "{} attempts", dead.len());
    let last: Vec<i64> = dead[1000.min(dead.len() - 100)..]
        .windows(2)
        .map(|pair| pair[1].at.as_millis() - pair[0].at.as_millis())
        .collect();
    assert!(
        last.iter().all(|gap| *gap >= 5000),
        "one at a time: {last:?}"
    );

    world.event("fresh").await;
    world.sender.script(|_| Reply::Hangs);
    world.pass(Duration::from_secs(6)).await;
    assert_eq!(world.sender.seen().len(), dead.len() + 1, "one probe");
    let mut windows = Vec::new();
    for _ in 0..6 {
        let before = world.sender.seen().len();
        world.sender.let_go();
        world.settle().await;
        windows.push(world.sender.seen().len() - before);
    }
    assert_eq!(windows, [2, 4, 8, 16, 32, 32], "a growing window");
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world.pass(HOUR).await;

    let deliveries = world.deliveries(&webhook).await;
    assert_eq!(deliveries.len(), ids.len() + 1);
    assert!(
        deliveries
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
    );
    // Waiting spends no attempts: each on record was made.
    let mut made: HashMap<String, u32> = HashMap::new();
    for seen in world.sender.seen() {
        *made.entry(seen.event).or_default() += 1;
    }
    assert!(
        deliveries
            .iter()
            .all(|d| made[&d.event_id] == d.attempt_count)
    );
}

#[tokio::test]
async fn while_it_is_dead_no_retry_is_early_and_the_table_still_ends() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.retry.delays = vec![Duration::from_secs(3); 12];
            w.retry.disable_after_failing = None;
        })
        .await;
    world
        .sender
        .script(|_| Reply::Fails(SendErrorKind::Timeout));
    let _engine = world.engine();
    world.settle().await;
    world.events(5).await;
    world.pass(HOUR).await;
    for delivery in world.deliveries(&webhook).await {
        assert_eq!(
            (delivery.status, delivery.attempt_count),
            (DeliveryStatus::Failed, 13)
        );
        let attempts = world.attempts(&delivery).await;
        for pair in attempts.windows(2) {
            let wait = pair[1].started_at.since(pair[0].started_at);
            assert!(wait >= Duration::from_secs(3), "{wait:?}");
        }
    }
}

#[tokio::test]
async fn a_host_that_answers_is_never_taken_to_be_dead() {
    let (world, _) = world().await;
    world.sender.script(|_| Reply::Status(500));
    let _engine = world.engine();
    world.settle().await;
    world.events(100).await;
    world.pass(Duration::from_secs(119)).await;
    assert_eq!(world.sender.seen().len(), 600, "each every 20 s");
}

#[tokio::test]
async fn what_was_held_goes_out_with_a_growing_window() {
    let (world, webhook) = world().await;
    let _engine = world.engine();
    world.settle().await;
    let set = |status| move |w: &mut claimwire_model::Target| w.status = status;
    world.update(&webhook, set(TargetStatus::Inactive)).await;
    world.events(200).await;
    world.sender.script(|_| Reply::Hangs);
    world.update(&webhook, set(TargetStatus::Active)).await;
    let mut windows = Vec::new();
    for _ in 0..7 {
        let before = world.sender.seen().len();
        world.settle().await;
        windows.push(world.sender.seen().len() - before);
        world.sender.let_go();
    }
    assert_eq!(windows, [1, 2, 4, 8, 16, 32, 32]);
}

#[tokio::test]
async fn held_deliveries_that_fail_at_once_do_so_one_after_another() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| w.status = TargetStatus::Inactive)
        .await;
    world.events(2000).await;
    world
        .sender
        .script(|_| Reply::Fails(SendErrorKind::Connect));
    let _engine = world.engine();
    world.settle().await;
    world
        .update(&webhook, |w| w.status = TargetStatus::Active)
        .await;
    world.pass(Duration::from_secs(4)).await;
    let seen = world.sender.seen().len();
    assert!((50..300).contains(&seen), "{seen} attempts in 4 s");
}
