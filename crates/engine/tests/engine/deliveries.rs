//! A delivery goes out once, is tried again by the table, and is held and let go with its webhook.

use std::collections::BTreeMap;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_model::{Dialect, Timestamp};
use claimwire_store::Log;
use claimwire_wire::send::SendErrorKind;

use crate::world::World;
use crate::world::sender::{Reply, Seen};

const URL: &str = "https://receiver.example/hook";
/// Instants are rounded down, so that what must not be early is this much later.
const INSTANT: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn secs(seen: &[Seen]) -> Vec<i64> {
    seen.windows(2)
        .map(|pair| (pair[1].at.as_millis() - pair[0].at.as_millis()) / 1000)
        .collect()
}

#[tokio::test]
async fn an_event_is_delivered_once_and_on_record() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.webhook_mut().unwrap().headers =
                BTreeMap::from([("X-Token".to_owned(), "s3cret".to_owned())])
        })
        .await;
    let _engine = world.engine();
    world.settle().await;
    let event = world.event("c1").await;
    world.pass(DAY).await;

    let seen = world.sender.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].event.as_str(), seen[0].attempt),
        (event.id().as_str(), 1)
    );
    let delivery = &world.deliveries(&webhook).await[0];
    assert_eq!(
        (delivery.status, delivery.attempt_count),
        (DeliveryStatus::Delivered, 1)
    );
    let attempt = &world.attempts(delivery).await[0];
    assert_eq!((attempt.status_code, &attempt.error), (Some(200), &None));
    assert_eq!(attempt.response_body, b"ok");
    let sent = |name: &str| attempt.request_headers.get(name);
    assert_eq!(sent("X-Token"), Some("***"));
    assert_eq!(sent("Claimwire-Attempt"), Some("1"));
}

#[tokio::test]
async fn a_failing_delivery_is_tried_by_the_table_with_the_same_body() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| w.retry.disable_after_failing = None)
        .await;
    world.sender.script(|_| Reply::Status(500));
    let _engine = world.engine();
    world.event("c1").await;
    world.pass(5 * DAY).await;

    let seen = world.sender.seen();
    let table: Vec<i64> = Dialect::Standard
        .retry_policy()
        .delays
        .iter()
        .map(|d| i64::try_from(d.as_secs()).unwrap())
        .collect();
    assert_eq!(secs(&seen), table);
    assert!(
        seen.iter()
            .all(|s| s.body == seen[0].body && s.event == seen[0].event)
    );
    assert_eq!(
        seen.last().unwrap().attempt,
        u32::try_from(seen.len()).unwrap()
    );
    let delivery = &world.deliveries(&webhook).await[0];
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    assert_eq!(delivery.last_error.as_deref(), Some("status_500"));
}

#[tokio::test]
async fn failures_have_names_and_sentences() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |_| {}).await;
    world.sender.script(|seen| match seen.attempt {
        1 => Reply::Fails(SendErrorKind::Timeout),
        2 => Reply::Status(302),
        3 => Reply::Status(404),
        _ => Reply::Status(204),
    });
    let _engine = world.engine();
    world.event("c1").await;
    world.pass(DAY).await;

    let delivery = &world.deliveries(&webhook).await[0];
    let attempts = world.attempts(delivery).await;
    let errors: Vec<_> = attempts
        .iter()
        .map(|a| (a.error.as_deref(), a.error_detail.as_deref()))
        .collect();
    let redirected = "the endpoint answered 302; redirects are not followed";
    assert_eq!(
        errors,
        [
            (Some("timeout"), Some("scripted")),
            (Some("redirect_refused"), Some(redirected)),
            (Some("status_404"), Some("the endpoint answered 404")),
            (None, None)
        ]
    );
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
}

#[tokio::test]
async fn gone_disables_at_once_and_holds_the_others() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::Status(410));
    let _engine = world.engine();
    world.events(5).await;
    world.pass(DAY).await;

    assert_eq!(world.sender.seen().len(), 1);
    let current = world.current(&webhook).await;
    assert_eq!(current.status, TargetStatus::Disabled);
    assert!(current.health.disabled_reason.is_some());
    let of = |status| {
        let world = &world;
        let webhook = &webhook;
        async move {
            world
                .deliveries(webhook)
                .await
                .iter()
                .filter(|d| d.status == status)
                .count()
        }
    };
    assert_eq!(
        (
            of(DeliveryStatus::Failed).await,
            of(DeliveryStatus::Held).await
        ),
        (1, 4)
    );

    world.sender.script(|_| Reply::Status(200));
    world
        .update(&webhook, |w| w.status = TargetStatus::Active)
        .await;
    world.settle().await;
    assert_eq!(of(DeliveryStatus::Delivered).await, 4);
}

#[tokio::test]
async fn a_receiver_that_asks_for_quiet_gets_it() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::RetryAfter(429, "90"));
    let _engine = world.engine();
    world.event("c1").await;
    world.settle().await;
    world.sender.script(|_| Reply::Status(200));
    world.events(3).await;
    let asked_at = world.sender.seen()[0].at;

    world.pass(Duration::from_secs(89)).await;
    world.event("c9").await;
    world.settle().await;
    assert_eq!(
        world.sender.seen().len(),
        1,
        "no request before the pause is over"
    );
    world.pass(Duration::from_secs(1) + INSTANT).await;
    let seen = world.sender.seen();
    assert_eq!(seen.len(), 6);
    let waited = |s: &Seen| s.at.since(asked_at);
    assert!(
        seen[1..]
            .iter()
            .all(|s| waited(s) == Duration::from_secs(90) + INSTANT)
    );
    assert!(
        world
            .deliveries(&webhook)
            .await
            .iter()
            .all(|d| d.status == DeliveryStatus::Delivered)
    );
}

#[tokio::test]
async fn what_waits_for_the_end_of_a_pause_waits_in_the_store() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::RetryAfter(503, "90"));
    let _engine = world.engine();
    world.settle().await;
    world.events(5).await;
    world.settle().await;
    assert_eq!(world.sender.count(None), 1);
    let deliveries = world.deliveries(&webhook).await;
    let statuses: Vec<DeliveryStatus> = deliveries.iter().map(|d| d.status).collect();
    assert_eq!(statuses, [DeliveryStatus::Pending; 5]);
}

#[tokio::test]
async fn what_an_inactive_webhook_missed_follows_in_order() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    let _engine = world.engine();
    world.settle().await;
    world
        .update(&webhook, |w| w.status = TargetStatus::Inactive)
        .await;
    let ids = world.events(200).await;
    world.pass(DAY).await;
    assert_eq!(world.sender.seen().len(), 0);

    world
        .update(&webhook, |w| w.status = TargetStatus::Active)
        .await;
    world
        .until("all delivered", || world.sender.seen().len() == 200)
        .await;
    let order: Vec<String> = world.sender.seen().into_iter().map(|s| s.event).collect();
    assert_eq!(order, ids);
}

#[tokio::test]
async fn a_webhook_switched_off_gets_nothing_that_waits_in_memory() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::Hangs);
    let _engine = world.engine();
    world.settle().await;
    world.events(5).await;
    world.settle().await;
    world
        .update(&webhook, |w| w.status = TargetStatus::Inactive)
        .await;
    world.settle().await;
    let deliveries = world.deliveries(&webhook).await;
    let held = deliveries
        .iter()
        .filter(|d| d.status == DeliveryStatus::Held)
        .count();
    assert_eq!(held, 4, "the others are back in the store");
    world.sender.let_go();
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 1);

    world.sender.script(|_| Reply::Status(200));
    let new_url = "https://receiver.example/other";
    world
        .update(&webhook, |w| {
            w.status = TargetStatus::Active;
            w.webhook_mut().unwrap().url = new_url.to_owned();
        })
        .await;
    world.settle().await;
    assert_eq!(world.sender.to(new_url).len(), 4);
}

#[tokio::test]
async fn a_retry_by_hand_goes_at_once_and_leaves_the_schedule() {
    let world = World::new().await;
    let webhook = world.webhook(URL, |_| {}).await;
    world.sender.script(|_| Reply::Status(500));
    let _engine = world.engine();
    world.event("c1").await;
    world.settle().await;
    let delivery = &world.deliveries(&webhook).await[0];
    world.pass(Duration::from_secs(2)).await;
    world
        .store
        .retry(world.shop.no, delivery.id, now(&world), None)
        .await
        .unwrap();
    world
        .store
        .retry(world.shop.no, delivery.id, now(&world), None)
        .await
        .unwrap();
    world.pass(Duration::from_secs(4)).await;

    let first = world.sender.seen()[0].at;
    let after: Vec<u64> = world
        .sender
        .seen()
        .iter()
        .map(|s| s.at.since(first).as_secs())
        .collect();
    assert_eq!(after, [0, 2, 2, 5]);
}

fn now(world: &World) -> Timestamp {
    use claimwire_engine::Clock;
    world.clock.now()
}

#[tokio::test]
async fn a_webhook_that_is_active_again_has_all_its_attempts_anew() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.retry.delays = vec![Duration::from_secs(60); 9];
            w.retry.disable_after = Some(3);
        })
        .await;
    world.sender.script(|_| Reply::Status(500));
    let _engine = world.engine();
    world.event("c1").await;
    world.event("c2").await;
    let status = async || world.current(&webhook).await.status;
    for round in 1..=3 {
        world.pass(Duration::from_secs(100)).await;
        assert_eq!(status().await, TargetStatus::Active, "round {round}");
        world.pass(Duration::from_secs(100)).await;
        assert_eq!(status().await, TargetStatus::Disabled, "round {round}");
        world
            .update(&webhook, |w| w.status = TargetStatus::Active)
            .await;
    }
}
