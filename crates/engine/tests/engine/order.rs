//! `ordering`: one at a time, in event order, whatever fails.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use claimwire_engine::Limits;
use claimwire_model::Timestamp;
use claimwire_model::delivery::{Delivery, DeliveryStatus};
use claimwire_model::target::Ordering;

use crate::world::World;
use crate::world::flaky::FlakyStore;
use crate::world::sender::{Reply, Seen};

const URL: &str = "https://receiver.example/hook";

/// When each event was acknowledged first, in that order.
fn acknowledged(seen: &[Seen], fails: impl Fn(&Seen) -> bool) -> Vec<String> {
    seen.iter()
        .filter(|s| !fails(s))
        .map(|s| s.event.clone())
        .collect()
}

#[tokio::test]
async fn a_webhook_in_order_gets_one_after_another_though_they_fail() {
    let world = World::new().await;
    world.webhook(URL, |w| w.ordering = Ordering::Webhook).await;
    // Every third request fails, so that heads fail again and again.
    let count = Mutex::new(0);
    world.sender.script(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count % 3 == 0 {
            Reply::Status(500)
        } else {
            Reply::Status(200)
        }
    });
    let _engine = world.engine();
    let mut ids = world.events(10).await;
    world.settle().await;
    ids.extend(world.events(20).await);
    world.pass(Duration::from_secs(3 * 24 * 60 * 60)).await;

    let mut n = 0;
    let failed: Vec<bool> = world
        .sender
        .seen()
        .iter()
        .map(|_| {
            n += 1;
            n % 3 == 0
        })
        .collect();
    let good: Vec<String> = world
        .sender
        .seen()
        .into_iter()
        .zip(failed)
        .filter(|(_, failed)| !failed)
        .map(|(s, _)| s.event)
        .collect();
    assert_eq!(good, ids);
    assert_eq!(world.sender.most_at_once(URL), 1);
}

#[tokio::test]
async fn a_failing_claim_blocks_itself_and_no_other() {
    let world = World::new().await;
    world.webhook(URL, |w| w.ordering = Ordering::Subject).await;
    let open_from = Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_secs(100));
    let fails = move |seen: &Seen| {
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        body.contains("bad") && seen.at < open_from
    };
    world.sender.script(move |seen| {
        if fails(seen) {
            Reply::Status(500)
        } else {
            Reply::Status(200)
        }
    });
    let _engine = world.engine();
    world.settle().await;
    let mut by_claim: HashMap<&str, Vec<String>> = HashMap::new();
    for n in 0..30 {
        let claim = ["good", "bad", "fine"][n % 3];
        by_claim
            .entry(claim)
            .or_default()
            .push(world.event(claim).await.id());
        if n % 7 == 0 {
            world.settle().await;
        }
    }
    world.settle().await;
    let early = acknowledged(&world.sender.seen(), fails);
    assert_eq!(early.len(), 20, "the others are through");
    world.pass(Duration::from_secs(3600)).await;

    let order = acknowledged(&world.sender.seen(), fails);
    for (claim, ids) in by_claim {
        let of_claim: Vec<String> = order
            .iter()
            .filter(|id| ids.contains(id))
            .cloned()
            .collect();
        assert_eq!(of_claim, ids, "{claim}");
    }
    let tries = world.sender.seen().iter().filter(|s| fails(s)).count();
    assert_eq!(
        tries, 2,
        "only the first of the failing claim is tried, at 0 and 5 s"
    );
}

#[tokio::test]
async fn claims_go_side_by_side_and_each_one_at_a_time() {
    let world = World::new().await;
    world.webhook(URL, |w| w.ordering = Ordering::Subject).await;
    world.sender.script(|_| Reply::Hangs);
    let _engine = world.engine();
    world.settle().await;
    for n in 0..12 {
        world.event(["a", "b", "c"][n % 3]).await;
    }
    for round in 1..=4 {
        world.settle().await;
        assert_eq!(world.sender.seen().len(), 3 * round);
        world.sender.let_go();
    }
    assert_eq!(world.sender.most_at_once(URL), 3);
}

#[tokio::test]
async fn a_long_lane_is_fetched_part_by_part_without_a_wait() {
    let world = World::new().await;
    world.webhook(URL, |w| w.ordering = Ordering::Webhook).await;
    let ids = world.events(500).await;
    let _engine = world.engine();
    world
        .until("all delivered, the clock standing still", || {
            world.sender.seen().len() == 500
        })
        .await;
    assert_eq!(acknowledged(&world.sender.seen(), |_| false), ids);
}

#[tokio::test]
async fn what_an_order_waits_for_is_recorded_at_once() {
    for ordering in [Ordering::None, Ordering::Webhook] {
        let world = World::new().await;
        let hook = world.webhook(URL, |w| w.ordering = ordering).await;
        let hour = Duration::from_secs(60 * 60);
        let store = FlakyStore::slow_to_record(world.store.clone(), hour);
        let _engine = world.engine_on(store, Limits::default());
        for claim in ["c1", "c2"] {
            world.event(claim).await;
            world.settle().await;
        }
        assert_eq!(world.sender.seen().len(), 2);
        let deliveries = world.deliveries(&hook).await;
        let delivered = |d: &&Delivery| d.status == DeliveryStatus::Delivered;
        let on_record = deliveries.iter().filter(delivered).count();
        let at_once = if ordering == Ordering::None { 1 } else { 2 };
        assert_eq!(on_record, at_once, "{ordering:?}");
    }
}
