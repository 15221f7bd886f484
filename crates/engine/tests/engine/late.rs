//! Runs that save something before their first call, as helpdesks' do: the call is later than the run began.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use claimwire_engine::{Clock as _, Engine, Limits};
use claimwire_model::Target;
use claimwire_model::delivery::{DeliveryStatus, SavedState};
use claimwire_model::target::{RateLimit, TargetStatus};
use claimwire_store::Directory as _;
use claimwire_wire::driver::{Call, Driver, Drivers, End, Input, Last, Step};
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request};

use crate::world::World;
use crate::world::helpdesk::{VENDOR, connector};

/// Calls, saves, and calls again.
struct CallsTwice;

impl Driver for CallsTwice {
    fn step(&self, input: &Input<'_>) -> Step {
        match (input.state, input.last) {
            (None, Last::Answer(_)) => Step::Save(SavedState([1].as_slice().into())),
            (Some(_), Last::Answer(_)) => Step::End(End::DELIVERED),
            _ => Step::Send(call(input)),
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }
}

/// Saves, then calls once.
struct SavesFirst;

impl Driver for SavesFirst {
    fn step(&self, input: &Input<'_>) -> Step {
        match (input.state, input.last) {
            (None, _) => Step::Save(SavedState([1].as_slice().into())),
            (Some(_), Last::Answer(_)) => Step::End(End::DELIVERED),
            (Some(_), _) => Step::Send(call(input)),
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }
}

fn call(input: &Input<'_>) -> Call {
    Call {
        name: Some("call".into()),
        request: Request {
            method: Method::Post,
            url: "https://helpdesk.example/".to_owned(),
            headers: [
                ("Claimwire-Event-Id", input.event.id()),
                ("Claimwire-Attempt", input.attempt.to_string()),
            ]
            .into(),
            body: Bytes::new(),
            timeout: Duration::from_secs(15),
            egress: None,
            answer_limit: RESPONSE_BODY_READ,
            answer_room: None,
            shop: input.shop.no,
        },
    }
}

async fn one_a_second(world: &World, driver: impl Driver + 'static) -> (Arc<Target>, Engine) {
    let target = world
        .webhook("", |target| {
            connector(target);
            target.rate_limit = Some(RateLimit { per_second: 1 });
        })
        .await;
    let hour = Duration::from_secs(3600);
    let limits = Limits {
        replay_every: hour,
        prune_every: hour,
        ..Limits::default()
    };
    let drivers = Drivers::default().with(VENDOR, Arc::new(driver));
    let (store, sender) = (world.store.clone(), world.sender.clone());
    (target, world.engine_of(store, sender, drivers, limits))
}

#[tokio::test]
async fn a_call_after_a_save_counts_once_towards_the_rate() {
    let world = World::new().await;
    let (_, _engine) = one_a_second(&world, SavesFirst).await;
    world.events(8).await;
    world.pass(Duration::from_secs(60)).await;
    let times: Vec<_> = world.sender.seen().iter().map(|seen| seen.at).collect();
    assert_eq!(times.len(), 8);
    for pair in times.windows(2) {
        let apart = pair[1].since(pair[0]);
        assert!(apart >= Duration::from_secs(1), "{times:?}");
        assert!(
            apart < Duration::from_secs(2),
            "the rate is used: {times:?}"
        );
    }
}

#[tokio::test]
async fn what_is_switched_off_before_a_runs_first_call_gets_none() {
    let world = World::new().await;
    let (target, _engine) = one_a_second(&world, SavesFirst).await;
    world.events(3).await;
    world.settle().await;
    let before = world.sender.seen().len();
    assert!(before < 3, "some wait for the rate");
    let off = world
        .update(&target, |target| target.status = TargetStatus::Inactive)
        .await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sender.seen().len(), before);

    world
        .update(&off, |target| target.status = TargetStatus::Active)
        .await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sender.seen().len(), 3);
    for delivery in world.deliveries(&target).await {
        assert_eq!(delivery.status, DeliveryStatus::Delivered);
    }
}

#[tokio::test]
async fn what_is_deleted_between_two_calls_gets_no_more() {
    let world = World::new().await;
    let (target, _engine) = one_a_second(&world, CallsTwice).await;
    world.events(1).await;
    while world.sender.seen().is_empty() {
        world.pass(Duration::from_millis(100)).await;
    }
    assert_eq!(
        world.sender.seen().len(),
        1,
        "the second waits for the rate"
    );
    let now = world.clock.now();
    let deleted = world.store.delete_target(target.shop, target.uuid, now);
    deleted.await.unwrap();
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sender.seen().len(), 1);
}
