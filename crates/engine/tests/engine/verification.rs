//! A webhook that verifies gets nothing until its test event got exactly 200.

use std::time::Duration;

use claimwire_model::target::TargetStatus;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://receiver.example/hook";
const OTHER: &str = "https://receiver.example/other";

#[tokio::test]
async fn a_test_event_that_gets_200_opens_the_way() {
    let world = World::new().await;
    let _engine = world.engine();
    world.settle().await;
    world.sender.script(|_| Reply::Status(204));
    let unverified = |w: &mut claimwire_model::Target| {
        w.webhook_mut().unwrap().verify = true;
        w.webhook_mut().unwrap().verification_due = true;
        w.status = TargetStatus::Unverified;
    };
    let webhook = world.webhook(URL, unverified).await;
    let event = world.event("c1").await;
    world.pass(Duration::from_secs(24 * 60 * 60)).await;
    assert_eq!(
        world.sender.seen().len(),
        1,
        "one test event and nothing else"
    );
    assert_ne!(world.sender.seen()[0].event, event.id());
    assert_eq!(
        world.current(&webhook).await.status,
        TargetStatus::Unverified
    );

    world.sender.script(|_| Reply::Status(200));
    world
        .update(&webhook, |w| {
            w.webhook_mut().unwrap().url = OTHER.to_owned();
            w.webhook_mut().unwrap().verification_due = true;
        })
        .await;
    world.settle().await;
    assert_eq!(world.current(&webhook).await.status, TargetStatus::Active);
    let to_other = world.sender.to(OTHER);
    assert_eq!(to_other.len(), 2, "the test event, then what was held");
    assert_eq!(to_other[1].event, event.id());
}

#[tokio::test]
async fn a_test_event_that_a_crash_left_owing_is_sent_at_the_start() {
    let world = World::new().await;
    let webhook = world
        .webhook(URL, |w| {
            w.webhook_mut().unwrap().verify = true;
            w.webhook_mut().unwrap().verification_due = true;
            w.status = TargetStatus::Unverified;
        })
        .await;
    let _engine = world.engine();
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 1);
    assert_eq!(world.current(&webhook).await.status, TargetStatus::Active);
}
