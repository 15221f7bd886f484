//! Several nodes on one store: each works for the targets that it owns, finds what another made due, takes
//! over what another left, and undoes nothing that another has done since.

use std::time::Duration;

use claimwire_engine::{Engine, Limits};
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::{Ordering, RateLimit, TargetStatus};
use claimwire_store::ownership::OWNED_FOR;
use claimwire_wire::send::SendErrorKind;

use crate::world::World;
use crate::world::flaky::FlakyStore;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";
/// Two scans at the longest, and the fetch.
const SOON: Duration = Duration::from_secs(7);
/// A heartbeat and what follows from it.
const A_BEAT: Duration = Duration::from_secs(3);
/// After a node's death, at the latest.
const GOES_ON_WITHIN: Duration = Duration::from_secs(15);
/// From the start of an engine; by the world's randomness they come 2.19 s apart.
const A_MOMENT_BEFORE_A_BEAT: Duration = Duration::from_millis(2_100);

#[tokio::test]
async fn what_another_node_commits_is_found() {
    let world = World::shared().await;
    world.webhook(URL, |_| {}).await;
    let _engine = world.engine_on(world.node(), Limits::default());
    world.settle().await;
    world.event("c1").await;
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
}

#[tokio::test]
async fn what_another_node_commits_is_fetched_by_name_at_once() {
    let world = World::hinting().await;
    let hook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let owner = FlakyStore::new(world.node());
    let _engine = world.engine_on(owner.clone(), Limits::default());
    world.settle().await;
    let takes = owner.takes();
    for n in 0..3 {
        world.event(&format!("c{n}")).await;
    }
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 3, "no scan was waited for");
    assert_eq!(owner.takes(), takes, "nothing was looked for");
    let deliveries = world.deliveries(&hook).await;
    assert!(deliveries.iter().all(|d| d.attempt_count == 1));
}

#[tokio::test]
async fn what_is_offered_and_cannot_be_fetched_is_taken() {
    let world = World::hinting().await;
    let hook = world.webhook(URL, |_| {}).await;
    let owner = FlakyStore::new(world.node());
    let _engine = world.engine_on(owner.clone(), Limits::default());
    world.settle().await;
    owner.set_down(true);
    world.event("c1").await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 0);
    owner.set_down(false);
    world.pass(A_BEAT).await;
    assert_eq!(world.sender.seen().len(), 1, "no lease was waited for");

    // What waits goes first, and what has no room waits.
    world.sender.script(|_| Reply::Hangs);
    let limits = Limits::default();
    for n in 0..limits.queued_per_quick_webhook + 50 {
        world.event(&format!("more{n}")).await;
    }
    world.settle().await;
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world.pass(SOON).await;
    let deliveries = world.deliveries(&hook).await;
    assert!(
        deliveries
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered && d.attempt_count == 1)
    );
}

#[tokio::test]
async fn what_was_fetched_by_name_is_in_hand_until_its_end_is_on_record() {
    let world = World::hinting().await;
    let hook = world.webhook(URL, |_| {}).await;
    let owner = FlakyStore::new(world.node());
    let _engine = world.engine_on(owner.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..2 {
        world.event(&format!("c{n}")).await;
    }
    world.settle().await;
    let statuses = async || {
        let deliveries = world.deliveries(&hook).await;
        let status = |d: &claimwire_model::delivery::Delivery| (d.status, d.attempt_count);
        deliveries.iter().map(status).collect::<Vec<_>>()
    };
    assert_eq!(
        statuses().await,
        [(DeliveryStatus::Pending, 0); 2],
        "nothing is written"
    );

    // What else waits is taken meanwhile, and they are left out.
    let takes = owner.takes();
    world.pass(SOON).await;
    assert!(owner.takes() > takes, "the scan found something");
    assert_eq!(world.sender.seen().len(), 2, "they are in hand");
    world.sender.script(|_| Reply::Status(500));
    world.event("c2").await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 3);

    world.sender.let_go();
    world.sender.script(|_| Reply::Status(200));
    world.pass(Duration::from_secs(600)).await;
    let mut ends = statuses().await;
    ends.sort_unstable_by_key(|(_, attempts)| *attempts);
    let end = |attempts| (DeliveryStatus::Delivered, attempts);
    assert_eq!(ends, [end(1), end(1), end(2)]);
    assert_eq!(world.sender.seen().len(), 4);
}

#[tokio::test]
async fn what_a_node_that_died_had_in_hand_is_taken_when_its_ownership_ends() {
    let world = World::shared().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 100).await;
    let dying = world.node();
    let dies = world.engine_on(dying.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..100 {
        world.event_on(&*dying, &format!("c{n}")).await;
    }
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 100, "handed over in memory");
    drop(dies);
    let _lives = world.engine_on(world.node(), Limits::default());
    world.sender.script(|_| Reply::Status(200));

    world.pass(OWNED_FOR - A_BEAT).await;
    assert_eq!(world.sender.seen().len(), 100, "it may be alive");
    world.pass(GOES_ON_WITHIN - (OWNED_FOR - A_BEAT)).await;
    let deliveries = world.deliveries(&webhook).await;
    let delivered = |d: &claimwire_model::delivery::Delivery| d.status == DeliveryStatus::Delivered;
    assert!(deliveries.iter().all(delivered));
    assert_eq!(world.sender.seen().len(), 200);
}

#[tokio::test]
async fn a_node_that_ends_hands_over_at_once() {
    let world = World::shared().await;
    world.webhook(URL, |w| w.max_in_flight = 1).await;
    let ending = world.node();
    let ends = world.engine_on(ending.clone(), Limits::default());
    world.settle().await;
    let lives = world.engine_on(world.node(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..3 {
        world.event_on(&*ending, &format!("c{n}")).await;
    }
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 1);
    let drained = ends.drain(Duration::from_secs(30));
    let let_go = async {
        world.pass(SOON).await;
        assert_eq!(
            world.sender.seen().len(),
            1,
            "what is under way is waited for"
        );
        world.sender.script(|_| Reply::Status(200));
        world.sender.let_go();
        world.pass(A_BEAT).await;
    };
    let (left, ()) = tokio::join!(drained, let_go);
    assert_eq!(left, 0);
    assert_eq!(world.sender.seen().len(), 3, "no ownership is waited for");
    assert_eq!(world.sender.most_at_once(URL), 1);
    drop((ends, lives));
}

/// Events for one webhook are committed by its owner, a moment before the other node's heartbeat; the owner sends what it
/// may and ends. Answers the node that goes on.
async fn handed_on(world: &World, events: usize) -> Engine {
    let ending = world.node();
    let ends = world.engine_on(ending.clone(), Limits::default());
    world.settle().await;
    let goes_on = world.engine_on(world.node(), Limits::default());
    world.pass(A_MOMENT_BEFORE_A_BEAT).await;
    for n in 0..events {
        world.event_on(&*ending, &format!("c{n}")).await;
    }
    world.settle().await;
    let (left, ()) = tokio::join!(ends.drain(Duration::from_secs(1)), world.settle());
    assert_eq!(left, 0);
    goes_on
}

#[tokio::test]
async fn what_the_rate_allowed_one_owner_counts_for_the_next() {
    let world = World::shared().await;
    let two = RateLimit { per_second: 2 };
    world.webhook(URL, |w| w.rate_limit = Some(two)).await;
    let _goes_on = handed_on(&world, 6).await;
    assert_eq!(world.sender.seen().len(), 2);
    world.pass(SOON).await;
    let at: Vec<_> = world.sender.seen().iter().map(|s| s.at).collect();
    assert_eq!(at.len(), 6);
    let all_apart = at
        .windows(3)
        .all(|three| three[2].since(three[0]) >= Duration::from_secs(1));
    assert!(all_apart, "{at:?}");
}

#[tokio::test]
async fn a_pause_that_a_receiver_asked_for_holds_at_the_next_owner() {
    let world = World::shared().await;
    world.webhook(URL, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::RetryAfter(429, "60"));
    let _goes_on = handed_on(&world, 3).await;
    assert_eq!(world.sender.seen().len(), 1);
    world.sender.script(|_| Reply::Status(200));
    world.pass(Duration::from_secs(55)).await;
    assert_eq!(world.sender.seen().len(), 1, "not a second too early");
    world.pass(Duration::from_secs(5) + SOON).await;
    assert!(world.sender.seen().len() >= 3, "and then it goes on");
}

#[tokio::test]
async fn after_a_pause_the_next_owner_begins_slowly() {
    let world = World::shared().await;
    world.webhook(URL, |_| {}).await;
    world.sender.script(|_| Reply::RetryAfter(429, "60"));
    let _goes_on = handed_on(&world, 1).await;
    world.events(100).await;
    world.sender.script(|_| Reply::Hangs);
    world.pass(Duration::from_secs(55)).await;
    let mut seen = vec![world.sender.seen().len()];
    world.pass(Duration::from_secs(5) + SOON).await;
    for _ in 0..4 {
        seen.push(world.sender.seen().len());
        world.sender.let_go();
        world.settle().await;
    }
    assert_eq!(seen, [1, 2, 4, 8, 16], "all that came");
}

#[tokio::test]
async fn a_host_that_looks_dead_is_probed_by_the_next_owner_from_the_first_attempt_on() {
    let world = World::shared().await;
    let webhook = world
        .webhook(URL, |w| {
            w.retry.delays = vec![Duration::from_secs(20); 200];
            w.retry.disable_after_failing = None;
        })
        .await;
    world
        .sender
        .script(|_| Reply::Fails(SendErrorKind::Connect));
    let ending = world.node();
    let ends = world.engine_on(ending.clone(), Limits::default());
    world.settle().await;
    for n in 0..100 {
        world.event_on(&*ending, &format!("c{n}")).await;
    }
    world.pass(Duration::from_secs(60)).await;
    let (left, ()) = tokio::join!(ends.drain(Duration::from_secs(1)), world.settle());
    assert_eq!(left, 0);
    let before = world.sender.seen().len();

    let _goes_on = world.engine_on(world.node(), Limits::default());
    world.pass(Duration::from_secs(60)).await;
    let seen = world.sender.seen().split_off(before);
    let gaps: Vec<_> = seen
        .windows(2)
        .map(|pair| pair[1].at.since(pair[0].at).as_millis())
        .collect();
    assert_eq!(gaps[..6], [250, 500, 1000, 2000, 4000, 5000]);
    assert!(gaps[6..].iter().all(|gap| *gap >= 5000), "{gaps:?}");

    world.sender.script(|_| Reply::Status(200));
    world.pass(Duration::from_secs(60)).await;
    let deliveries = world.deliveries(&webhook).await;
    let delivered = |d: &claimwire_model::delivery::Delivery| d.status == DeliveryStatus::Delivered;
    assert!(deliveries.iter().all(delivered));
}

#[tokio::test]
async fn what_waits_for_its_turn_keeps_it_at_the_next_owner() {
    let world = World::shared().await;
    world.webhook(URL, |w| w.ordering = Ordering::Webhook).await;
    world.sender.script(|_| Reply::Status(500));
    let _goes_on = handed_on(&world, 3).await;
    let first = world.sender.seen().remove(0).event;
    world.pass(SOON).await;
    let one_only = |world: &World| world.sender.seen().iter().all(|s| s.event == first);
    assert!(one_only(&world), "nothing overtakes it");
    world.sender.script(|_| Reply::Status(200));
    world.pass(Duration::from_secs(24 * 60 * 60)).await;
    let mut order: Vec<_> = world.sender.seen().into_iter().map(|s| s.event).collect();
    order.dedup();
    assert_eq!(order.len(), 3, "{order:?}");
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn a_node_that_cannot_reach_the_store_breaks_off_what_it_has_under_way() {
    let world = World::shared().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let cut_off = FlakyStore::new(world.node());
    let _cut_off = world.engine_on(cut_off.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    world.event_on(&*cut_off, "c1").await;
    world.settle().await;
    cut_off.set_down(true);
    world.pass(OWNED_FOR - A_BEAT).await;
    assert_eq!(world.sender.under_way(URL), 1);
    world.pass(A_BEAT).await;
    assert_eq!(world.sender.under_way(URL), 0);

    world.sender.script(|_| Reply::Status(200));
    let _lives = world.engine_on(world.node(), Limits::default());
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 2);
    cut_off.set_down(false);
    world.pass(SOON).await;
    let delivery = &world.deliveries(&webhook).await[0];
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    assert_eq!(delivery.attempt_count, 1, "of the other nothing is known");
    assert_eq!(world.sender.seen().len(), 2);
}

#[tokio::test]
async fn a_node_that_starts_gets_its_share_and_leaves_what_is_under_way_alone() {
    let world = World::shared().await;
    let mut webhooks = Vec::new();
    for n in 0..20 {
        webhooks.push(world.webhook(&format!("{URL}/{n}"), |_| {}).await);
    }
    let first = world.node();
    let _first = world.engine_on(first.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    world.event_on(&*first, "c1").await;
    world.settle().await;
    let second = world.node();
    let _second = world.engine_on(second.clone(), Limits::default());
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 20);
    world.sender.let_go();
    world.pass(SOON).await;
    for webhook in &webhooks {
        assert_eq!(world.deliveries(webhook).await[0].attempt_count, 1);
    }
    // Of what another node commits only the owner is told, by nobody but its scan.
    world.sender.script(|_| Reply::Status(200));
    world.event_on(&*first, "c2").await;
    world.settle().await;
    let at_once = world.sender.seen().len() - 20;
    assert!((1..20).contains(&at_once), "{at_once} are the first node's");
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 40);
}

#[tokio::test]
async fn an_outcome_that_comes_after_its_ownership_does_not_undo_what_came_since() {
    let world = World::shared().await;
    let webhook = world
        .webhook(URL, |w| w.retry.delays = vec![Duration::from_secs(600); 3])
        .await;
    let slow = FlakyStore::new(world.node());
    let cut_off = world.engine_on(slow.clone(), Limits::default());
    world.settle().await;

    // The first node's attempt fails while it cannot reach the store; its ownership ends.
    world.sender.script(|_| Reply::Status(500));
    world.event_on(&*slow, "c1").await;
    slow.set_down(true);
    world.settle().await;
    let lives = world.engine_on(world.node(), Limits::default());
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 1);
    world.sender.script(|_| Reply::Status(200));
    world.pass(OWNED_FOR + SOON).await;
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
async fn an_outage_of_the_store_costs_a_lone_node_no_outcome() {
    let world = World::shared().await;
    let webhook = world
        .webhook(URL, |w| w.retry.delays = vec![Duration::from_secs(600); 3])
        .await;
    let store = FlakyStore::new(world.node());
    let _engine = world.engine_on(store.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Status(500));
    world.event_on(&*store, "c1").await;
    store.set_down(true);
    world.settle().await;
    world.pass(OWNED_FOR * 3).await;
    store.set_down(false);
    world.pass(SOON).await;
    let health = &world.current(&webhook).await.health;
    assert_eq!(health.consecutive_failures, 1);
    world.pass(Duration::from_secs(300)).await;
    assert_eq!(world.sender.seen().len(), 1, "its schedule stands");
}

#[tokio::test]
async fn a_webhook_switched_off_on_one_node_gets_nothing_more_from_the_others() {
    let world = World::shared().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let busy = world.node();
    let _engine = world.engine_on(busy.clone(), Limits::default());
    world.settle().await;
    world.sender.script(|_| Reply::Hangs);
    for n in 0..5 {
        world.event_on(&*busy, &format!("c{n}")).await;
    }
    world.settle().await;
    world
        .update(&webhook, |w| w.status = TargetStatus::Inactive)
        .await;
    world.pass(SOON).await;
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
    world
        .update(&webhook, |w| w.status = TargetStatus::Active)
        .await;
    world.pass(SOON).await;
    assert_eq!(world.sender.seen().len(), 5);
}

#[tokio::test]
async fn a_test_event_that_a_dead_node_owed_is_sent_by_another() {
    let world = World::shared().await;
    let _engine = world.engine_on(world.node(), Limits::default());
    world.settle().await;
    let webhook = world
        .webhook(URL, |w| {
            w.webhook_mut().unwrap().verify = true;
            w.webhook_mut().unwrap().verification_due = true;
            w.status = TargetStatus::Unverified;
        })
        .await;
    world.pass(Duration::from_secs(50)).await;
    assert_eq!(world.sender.seen().len(), 0, "its own node may be at it");
    world.pass(Duration::from_secs(10) + SOON).await;
    assert_eq!(world.sender.seen().len(), 1);
    assert_eq!(world.current(&webhook).await.status, TargetStatus::Active);
}

#[tokio::test]
async fn a_node_alone_does_not_look_round() {
    let world = World::new().await;
    world.webhook(URL, |_| {}).await;
    let store = FlakyStore::new(world.store.clone());
    let _engine = world.engine_on(store.clone(), Limits::default());
    world.pass(Duration::from_secs(600)).await;
    assert_eq!(store.scans(), 0);
}

#[tokio::test]
async fn what_another_node_changes_is_learned_of_every_webhook_that_has_something_in_memory() {
    let world = World::shared().await;
    let mut webhooks = Vec::new();
    for _ in 0..7 {
        webhooks.push(world.webhook(URL, |w| w.max_in_flight = 1).await);
    }
    world.sender.script(|_| Reply::Hangs);
    let node = world.node();
    let limits = Limits {
        scan_step: 2,
        ..Limits::default()
    };
    let _engine = world.engine_on(node.clone(), limits);
    world.settle().await;
    for n in 0..2 {
        world.event_on(&*node, &format!("c{n}")).await;
    }
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 7, "one of each is under way");
    // One at a time: the others go on to hold what waits for them.
    for webhook in webhooks.iter().rev().take(5) {
        world
            .update(webhook, |w| w.status = TargetStatus::Inactive)
            .await;
        world.pass(2 * SOON).await;
        let deliveries = world.deliveries(webhook).await;
        let held = |d: &&claimwire_model::delivery::Delivery| d.status == DeliveryStatus::Held;
        let held = deliveries.iter().filter(held).count();
        assert_eq!(held, 1, "what waited went back: {deliveries:?}");
    }
}
