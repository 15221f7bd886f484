//! Replays go on beside live events, a crash in between loses nothing, and pruning takes its turn.

use std::time::Duration;

use claimwire_engine::{Clock, Limits};
use claimwire_model::Target;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::target::TargetStatus;
use claimwire_store::Log;
use uuid::Uuid;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";

async fn order(world: &World, webhook: &Target) -> Uuid {
    let now = world.clock.now();
    let replay = Replay {
        id: Uuid::new_v4(),
        target: webhook.no,
        target_uuid: webhook.uuid,
        since: now.minus(Duration::from_secs(24 * 60 * 60)),
        until: now.plus(Duration::from_millis(1)),
        status: ReplayStatus::All,
        enabled_events: None,
        state: ReplayState::Running,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: now,
    };
    let id = replay.id;
    let made = world.store.create_replay(world.shop.no, replay, None).await;
    assert!(made.is_ok());
    id
}

#[tokio::test]
async fn live_events_do_not_wait_for_a_replay() {
    let world = World::new().await;
    world.events(3000).await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 10).await;
    // A receiver that takes 100 ms: it gets 100 a second.
    let slow = Duration::from_millis(100);
    world.sender.script(move |_| Reply::Late(slow, 200));
    let _engine = world.engine_with(Limits::default());
    world.pass(Duration::from_secs(1)).await;
    let id = order(&world, &webhook).await;
    world.pass(Duration::from_secs(5)).await;

    let live = world.event("live").await;
    world.pass(Duration::from_secs(2)).await;
    let seen = world.sender.seen();
    let live = live.id();
    let place = seen.iter().position(|s| s.event == live);
    assert!(place.is_some_and(|place| place < 1000), "{place:?}");
    let replay = world.store.replay(world.shop.no, id).await.unwrap();
    assert_eq!(replay.state, ReplayState::Running);
    assert!((500..1200).contains(&replay.done), "{}", replay.done);

    world.pass(Duration::from_secs(60)).await;
    let replay = world.store.replay(world.shop.no, id).await.unwrap();
    assert_eq!((replay.state, replay.done), (ReplayState::Done, 3000));
    assert_eq!(world.sender.count(None), 3001);
}

#[tokio::test]
async fn a_replay_goes_on_after_a_crash() {
    let world = World::new().await;
    world.events(1000).await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 10).await;
    let slow = Duration::from_millis(100);
    world.sender.script(move |_| Reply::Late(slow, 200));
    let first = world.engine_with(Limits::default());
    world.settle().await;
    let id = order(&world, &webhook).await;
    world.pass(Duration::from_secs(4)).await;
    drop(first);
    let _second = world.engine_with(Limits::default());
    world.pass(Duration::from_secs(30)).await;
    let replay = world.store.replay(world.shop.no, id).await.unwrap();
    assert_eq!((replay.state, replay.done), (ReplayState::Done, 1000));
    let deliveries = world.deliveries(&webhook).await;
    assert_eq!(deliveries.len(), 1000);
    let delivered = |s: DeliveryStatus| s == DeliveryStatus::Delivered;
    assert!(deliveries.iter().all(|d| delivered(d.status)));
    let repeated = world.sender.count(None) - 1000;
    assert!(repeated <= 10, "only what was under way: {repeated}");
}

#[tokio::test]
async fn what_is_held_for_longer_than_the_retention_expires_in_steps() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| w.status = TargetStatus::Inactive)
        .await;
    world.events(200).await;
    let limits = Limits {
        retention: Duration::from_secs(3600),
        prune_step: 10,
        ..Limits::default()
    };
    let _engine = world.engine_with(limits);
    world.pass(Duration::from_secs(3500)).await;
    let expired = async || {
        let all = world.deliveries(&webhook).await;
        all.iter()
            .filter(|d| d.status == DeliveryStatus::Expired)
            .count()
    };
    assert_eq!(expired().await, 0);
    world.event("later").await;
    world.pass(Duration::from_secs(200)).await;
    assert_eq!(expired().await, 200, "all that was older, and that alone");
    world
        .update(&webhook, |w| w.status = TargetStatus::Active)
        .await;
    world.pass(Duration::from_secs(10)).await;
    assert_eq!(world.sender.count(None), 1);
}
