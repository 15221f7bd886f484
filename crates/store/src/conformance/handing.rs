//! The hand-over: what the engine is notified of after a commit, and what it may rely on.

use claimwire_model::TargetNo;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};

use super::spy::{Heard, Spy};
use super::world::*;
use super::*;
use crate::intake::HANDOVER_LEASE;
use crate::queue::Verified;

/// A recording intake that is attached, with room for so many.
fn attach(w: &World, room: usize) -> Arc<Spy> {
    let spy = Spy::with_room(room);
    w.store.attach(spy.clone());
    spy
}

/// What a webhook was said to be, the last time that it changed.
async fn changed(spy: &Spy, target: TargetNo, after: usize) -> Option<Arc<Target>> {
    let found = |heard: &Heard| match heard {
        Heard::Changed(no, webhook) if *no == target => Some(webhook.clone()),
        _ => None,
    };
    spy.until(|heard| heard[after..].iter().rev().find_map(found))
        .await
}

pub async fn what_is_admitted_is_born_leased_and_handed(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let spy = attach(&w, 10);
    let events = w.commit(vec![fact("a"), fact("b")], at(1)).await.unwrap();
    let handed = spy.handed(2).await;
    assert_eq!(events_of(&handed), [events[0].no, events[1].no]);
    for (handed, event) in handed.iter().zip(&events) {
        assert_eq!(handed.id, id(event, &hook));
        assert_eq!(format!("{:?}", handed.event), format!("{event:?}"));
        assert_eq!((&handed.shop, handed.target.no), (&w.shop, hook.no));
        assert_eq!((handed.attempts, handed.failures), (0, 0));
        assert!(!handed.manual);
        assert_eq!(handed.lease.until, at(1).plus(HANDOVER_LEASE));
        assert_eq!(handed.expires, handed.lease.until);
        assert_eq!(w.status(handed.id, at(2)).await, DeliveryStatus::Delivering);
    }
    assert_eq!(w.take(&hook, at(2)).await.len(), 0, "it is leased");

    w.record(&handed[0], Next::Delivered, at(3)).await;
    assert_eq!(
        w.status(handed[0].id, at(3)).await,
        DeliveryStatus::Delivered
    );
    w.record(&handed[1], Next::RetryAt(at(20)), at(3)).await;
    let again = w.take_one(&hook, at(20)).await;
    assert_eq!(
        (again.id, again.attempts, again.failures),
        (handed[1].id, 1, 1)
    );
}

pub async fn what_a_crash_lost_comes_back(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let spy = attach(&w, 10);
    w.event(at(1)).await;
    let lost = spy.handed(1).await;
    let after = lost[0].lease.until;
    assert_eq!(w.take_some(&hook, 10, at(2)).await.next_due, Some(after));
    let found = w.take_one(&hook, after).await;
    assert_eq!((found.id, found.attempts), (lost[0].id, 0));
}

pub async fn what_is_not_admitted_waits_and_wakes(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let spy = attach(&w, 1);
    let events = w
        .commit(vec![fact("a"), fact("b"), fact("c")], at(1))
        .await
        .unwrap();
    spy.woken(hook.no, 0).await;
    let handed = spy.handed(1).await;
    assert_eq!((handed.len(), spy.asked()), (1, 3));
    let taken = w.take(&hook, at(1)).await;
    let together = [events_of(&handed), events_of(&taken)].concat();
    let numbers: Vec<_> = events.iter().map(|event| event.no).collect();
    assert_eq!(together, numbers);
}

pub async fn a_wake_names_each_target_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    let spy = attach(&w, 0);
    w.commit(vec![fact("a"), fact("b")], at(1)).await.unwrap();
    let mut woken = spy
        .until(|heard| match heard {
            [Heard::Wake(targets)] => Some(targets.clone()),
            _ => None,
        })
        .await;
    woken.sort();
    assert_eq!(woken, hooks.map(|hook| hook.no));
}

pub async fn nobody_is_asked_about_what_may_not_go(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for status in [
        TargetStatus::Inactive,
        TargetStatus::Unverified,
        TargetStatus::Disabled,
    ] {
        w.webhook(|h| h.status = status).await;
    }
    let ordered = w.webhook(|h| h.ordering = Ordering::Subject).await;
    let strictly = w.webhook(|h| h.ordering = Ordering::Webhook).await;
    let paused = w.webhook(|h| h.health.paused_until = Some(at(50))).await;
    let spy = attach(&w, 10);
    w.event(at(1)).await;
    for hook in [&ordered, &strictly, &paused] {
        spy.woken(hook.no, 0).await;
    }
    assert_eq!(spy.asked(), 0);
    w.event(at(60)).await;
    let handed = spy.handed(1).await;
    assert_eq!(handed[0].target.no, paused.no, "its pause is over");
}

pub async fn a_refused_commit_is_not_heard_of(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    w.commit(vec![given("mine")], at(1)).await.unwrap();
    let spy = attach(&w, 10);
    let mut stale = w.commit_of(vec![fact("a")], at(2));
    stale.writes = vec![write("c", 3, "{}")];
    w.store.commit(stale).await.unwrap_err();
    let mut other = given("mine");
    other.event_data = json("[]");
    w.commit(vec![fact("a"), other], at(2)).await.unwrap_err();
    // The next commit is heard of, and it alone; every promise is kept or called off.
    w.event(at(3)).await;
    assert_eq!(spy.handed(1).await.len(), 1);
    assert_eq!(spy.heard().len(), 1);
    assert_eq!(spy.asked() - spy.withdrawn(), 1);
}

pub async fn what_was_done_before_is_not_handed_again(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    let spy = attach(&w, 10);
    for _ in 0..2 {
        let mut commit = w.commit_of(vec![given("mine")], at(1));
        commit.idempotency = Some(idempotency("key", 1));
        w.store.commit(commit).await.unwrap();
        w.commit(vec![given("mine")], at(2)).await.unwrap();
    }
    w.event(at(3)).await;
    assert_eq!(spy.handed(2).await.len(), 2);
}

pub async fn changes_of_a_webhook_are_heard(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let spy = attach(&w, 10);
    let hook = w.webhook(|_| {}).await;
    assert_eq!(changed(&spy, hook.no, 0).await.unwrap().version, 1);
    let after = spy.heard().len();
    w.update(&hook, at(1), |h| h.timeout_seconds = 3).await;
    assert_eq!(
        changed(&spy, hook.no, after).await.unwrap().timeout_seconds,
        3
    );

    let after = spy.heard().len();
    w.event(at(2)).await;
    let handed = spy.handed(1).await;
    let mut disabling = verdict(Next::GiveUp);
    disabling.disable = Some("enough".into());
    w.record_verdict(&handed[0], disabling, at(3)).await;
    let disabled = changed(&spy, hook.no, after).await.unwrap();
    assert_eq!(disabled.status, TargetStatus::Disabled);

    let after = spy.heard().len();
    w.store
        .delete_target(w.shop.no, hook.uuid, at(4))
        .await
        .unwrap();
    assert!(changed(&spy, hook.no, after).await.is_none());
}

pub async fn a_deleted_shops_webhooks_are_gone_for_the_engine(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    let spy = attach(&w, 10);
    w.store.delete_shop(w.shop.no).await.unwrap();
    for hook in hooks {
        assert!(changed(&spy, hook.no, 0).await.is_none());
    }
}

pub async fn whatever_makes_something_to_take_wakes(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|h| h.status = TargetStatus::Inactive).await;
    let owing = w
        .webhook(|h| {
            h.status = TargetStatus::Unverified;
            h.webhook_mut().unwrap().verification_due = true;
        })
        .await;
    let event = w.event(at(1)).await;
    let spy = attach(&w, 0);
    w.set_status(&hook, TargetStatus::Active, at(2)).await;
    spy.woken(hook.no, 0).await;

    let after = spy.heard().len();
    let passed = Verified {
        target: owing.no,
        version: owing.version,
        passed: true,
    };
    w.store.verified(passed, at(3)).await.unwrap();
    spy.woken(owing.no, after).await;
    let status = changed(&spy, owing.no, after).await.unwrap().status;
    assert_eq!(status, TargetStatus::Active);

    let after = spy.heard().len();
    w.store
        .retry(w.shop.no, id(&event, &hook), at(4), None)
        .await
        .unwrap();
    spy.woken(hook.no, after).await;

    let handed = w.take_one(&hook, at(4)).await;
    w.record(&handed, Next::Delivered, at(4)).await;
    let after = spy.heard().len();
    let replay = Replay {
        id: w.uuid(),
        target: hook.no,
        target_uuid: hook.uuid,
        since: at(0),
        until: at(5),
        status: ReplayStatus::All,
        enabled_events: None,
        state: ReplayState::Running,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: at(5),
    };
    w.store
        .create_replay(w.shop.no, replay, None)
        .await
        .unwrap();
    while w.store.step_replays(10, at(5)).await.unwrap() == Stepped::Worked {}
    spy.woken(hook.no, after).await;
}

pub async fn a_notice_is_handed_like_any_other(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let notices = subscription(&["webhooks"], SourceFilter::All);
    let listener = w.webhook(|h| h.subscription = notices).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    let spy = attach(&w, 10);
    let mut disabling = verdict(Next::GiveUp);
    disabling.disable = Some("enough".into());
    w.record_verdict(&handed, disabling, at(2)).await;
    let told = spy.handed(1).await;
    assert_eq!(told[0].target.no, listener.no);
    assert_eq!(told[0].event.fact.r#ref, "webhooks/disabled");
}
