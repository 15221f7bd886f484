//! A target queue's decisions, one at a time.

use std::time::Duration;

use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::lease::Lease;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::{Secrets, Webhook};
use claimwire_model::{DeliveryId, Dialect, Event, EventNo, PerformedBy, Shop, ShopNo, TargetNo};
use claimwire_store::Handed;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::*;
use crate::limits::Limits;

fn admission(full: bool) -> Admission {
    Admission {
        memory_full: full,
        slots_full: full,
        fresh_until: at(0),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + seconds)
}

fn target(change: impl FnOnce(&mut Target)) -> Arc<Target> {
    let webhook = Webhook::new("https://receiver.example/hook", Secrets::new(""));
    let mut target = Target {
        no: TargetNo(1),
        max_in_flight: 2,
        version: 1,
        ..Target::new(
            ShopNo(1),
            Uuid::nil(),
            TargetKind::Webhook(webhook),
            Subscription::everything(Dialect::Karla),
            at(0),
        )
    };
    change(&mut target);
    Arc::new(target)
}

/// A delivery that waits since 0 and is leased for so many seconds.
fn job(target: &Arc<Target>, leased_for: i64) -> Job {
    let fact = Fact {
        given_id: None,
        r#ref: "claims/created".to_owned(),
        event_group: None,
        triggered_at: at(0),
        subject: None,
        event_data: RawValue::NULL.to_owned().into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: true,
    };
    let shop = Shop {
        no: ShopNo(1),
        id: Uuid::nil(),
        slug: "s".to_owned(),
        name: "S".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: at(0),
        updated_at: at(0),
    };
    let handed = Handed {
        id: DeliveryId {
            event: EventNo(1),
            target: target.no,
        },
        event: Arc::new(Event {
            no: EventNo(1),
            fact,
        }),
        shop: Arc::new(shop),
        target: Arc::clone(target),
        attempts: 0,
        failures: 0,
        manual: false,
        state: None,
        in_doubt: false,
        lease: Lease::alone(at(leased_for)),
        expires: at(leased_for),
    };
    let content = Holdings::new(at(0)).content(target.shop, &handed.event);
    Job::new(handed, content, at(0))
}

fn admits(queue: &mut TargetQueue, target: &Target, admission: Admission) -> bool {
    queue.admit(target, at(0), &Limits::default(), admission)
}

#[test]
fn nothing_begins_in_a_pause() {
    let paused = target(|w| w.health.paused_until = Some(at(30)));
    let mut queue = TargetQueue::default();
    queue.push(job(&paused, 120));
    assert!(
        matches!(queue.decide(at(29), &Limits::default(), admission(false), None), Decision::WaitUntil(until) if until == at(30))
    );
    assert!(matches!(
        queue.decide(at(30), &Limits::default(), admission(false), None),
        Decision::Start(_)
    ));
}

#[test]
fn a_lease_that_does_not_cover_an_attempt_goes_back() {
    let target = target(|_| {});
    let mut queue = TargetQueue::default();
    queue.push(job(&target, 120));
    assert!(matches!(
        queue.decide(at(101), &Limits::default(), admission(false), None),
        Decision::Wait
    ));
    assert_eq!(
        queue.take_returned().map(|returned| returned.len()),
        Some(1)
    );
}

#[test]
fn a_lease_that_has_ended_is_not_ours_to_give_back() {
    let target = target(|_| {});
    let mut queue = TargetQueue::default();
    queue.push(job(&target, 120));
    assert!(matches!(
        queue.decide(at(120), &Limits::default(), admission(false), None),
        Decision::Wait
    ));
    assert_eq!(queue.take_returned(), None);
    assert!(
        queue
            .take_size(at(120), &Limits::default(), admission(false), None)
            .is_some(),
        "it is taken again"
    );
}

#[test]
fn one_that_is_quick_may_have_more_in_memory() {
    let target = target(|_| {});
    let limits = Limits {
        queued_per_webhook: 2,
        queued_per_quick_webhook: 4,
        ..Limits::default()
    };
    for (milliseconds, most) in [(0, 4), (499, 4), (500, 2), (1999, 2), (2000, 1)] {
        let mut queue = TargetQueue::default();
        queue.push(job(&target, 120));
        let now = at(0).plus(Duration::from_millis(milliseconds));
        let admitted = (0..9).filter(|_| queue.admit(&target, now, &limits, admission(false)));
        let waiting = admitted.count() + 1;
        assert_eq!(waiting, most, "{milliseconds} ms");
    }
}

#[test]
fn takes_that_follow_one_another_quickly_bring_more() {
    let target = target(|_| {});
    let mut queue = TargetQueue::default();
    queue.learn(&target);
    queue.backlog.woken();
    let size = |queue: &TargetQueue| {
        let taken = queue.take_size(at(0), &Limits::default(), admission(false), None);
        taken.unwrap() - 2
    };
    let ms = |milliseconds| at(0).plus(Duration::from_millis(milliseconds));
    assert_eq!(size(&queue), 64, "beside the two slots");
    for (now, deliveries, ahead) in [
        (ms(0), 66, 64),
        (ms(50), 66, 128),
        (ms(149), 130, 256),
        (ms(150), 258, 512),
        (ms(151), 514, 512),
        (ms(251), 514, 256),
        (ms(300), 258, 512),
        (ms(301), 513, 64),
        (ms(302), 66, 64),
    ] {
        let limit = size(&queue) + 2;
        queue.took(limit, deliveries, now);
        assert_eq!(size(&queue), ahead, "{deliveries} of {limit} at {now}");
    }
}

#[test]
fn after_a_refusal_all_go_through_the_store_until_it_is_taken() {
    let target = target(|_| {});
    let mut queue = TargetQueue::default();
    let limits = Limits {
        queued_per_quick_webhook: 1,
        ..Limits::default()
    };
    assert!(queue.admit(&target, at(0), &limits, admission(false)));
    assert!(
        !queue.admit(&target, at(0), &limits, admission(false)),
        "no room"
    );
    queue.withdraw(1);
    assert!(
        !queue.admit(&target, at(0), &limits, admission(false)),
        "it would overtake the refused one"
    );
    queue.backlog.committed();
    queue.backlog.take_begins();
    queue.backlog.take_ended(1, None, at(0));
    assert!(queue.admit(&target, at(0), &limits, admission(false)));
}

#[test]
fn a_full_engine_leaves_room_for_what_can_begin_at_once() {
    let target = target(|_| {});
    let full = admission(true);
    let mut queue = TargetQueue::default();
    assert!(admits(&mut queue, &target, full));
    assert!(!admits(&mut queue, &target, full), "and for no more");
}

#[test]
fn a_slow_webhook_gets_no_more_in_memory() {
    let target = target(|_| {});
    let mut queue = TargetQueue::default();
    queue.push(job(&target, 120));
    let later = at(0).plus(Duration::from_secs(3));
    assert!(!queue.admit(&target, later, &Limits::default(), admission(false)));
}

#[test]
fn an_ordered_webhook_is_always_served_from_the_store() {
    let ordered = target(|w| w.ordering = Ordering::Subject);
    assert!(!admits(
        &mut TargetQueue::default(),
        &ordered,
        admission(false)
    ));
}

#[test]
fn switching_off_and_on_does_not_end_a_pause() {
    let of = |version, status| target(|w| (w.version, w.status) = (version, status));
    let mut queue = TargetQueue::default();
    queue.learn(&of(1, TargetStatus::Active));
    queue.paused_until = Some(at(60));
    queue.learn(&of(2, TargetStatus::Inactive));
    queue.learn(&of(3, TargetStatus::Active));
    assert!(queue.is_paused(at(59)), "asked for, and not on record yet");
}

#[test]
fn what_another_node_found_out_counts() {
    let hook = target(|_| {});
    let mut queue = TargetQueue::default();
    queue.learn(&hook);
    queue.health.failed(at(10));
    let heard = target(|w| {
        w.health.last_success_at = Some(at(20));
        w.health.paused_until = Some(at(50));
    });
    queue.learn(&heard);
    assert_eq!(queue.health().failing_since, None, "it succeeded elsewhere");
    assert!(queue.is_paused(at(49)) && !queue.is_paused(at(50)));
    queue.health.succeeded(at(30));
    queue.learn(&heard);
    assert_eq!(queue.health().last_success_at, Some(at(30)));
}

#[test]
fn one_that_becomes_active_begins_slowly() {
    let mut queue = TargetQueue::default();
    queue.learn(&target(|w| w.status = TargetStatus::Inactive));
    queue.learn(&target(|w| w.version = 2));
    assert_eq!(queue.slots(admission(false)), 1);
    queue.learn(&target(|w| w.version = 3));
    let mut unchanged = TargetQueue::default();
    unchanged.learn(&target(|_| {}));
    unchanged.learn(&target(|w| w.version = 2));
    assert_eq!(
        unchanged.slots(admission(false)),
        2,
        "another setting is nothing new"
    );
}
