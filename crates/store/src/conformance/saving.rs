//! Saving: what the steps of a run found out survives, under the lease and no other.

use claimwire_model::connector::Connector;
use claimwire_model::delivery::{Attempt, SavedState};
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::target::TargetKind;
use claimwire_model::{SubjectKind, TargetNo};
use serde_json::value::to_raw_value;

use super::spy::Spy;
use super::world::*;
use super::*;
use crate::commit::{Commit, Content, Write};
use crate::handed::Handed;
use crate::queue::{Outcome, Saved, Ticket};

/// A connector, which alone has runs of several requests.
async fn connector(w: &World) -> Arc<Target> {
    w.webhook(|target| {
        target.kind = TargetKind::Connector(Connector {
            vendor: "helpdesk".into(),
            settings: to_raw_value(&serde_json::json!({"endpoint": "https://h.example", "n": 1}))
                .unwrap(),
            credentials: to_raw_value(&serde_json::json!({"token": "very secret"})).unwrap(),
            hook_token: "very secret too".into(),
        });
    })
    .await
}

async fn taken(w: &World) -> (Arc<Target>, Handed) {
    let target = connector(w).await;
    w.event(at(1)).await;
    let handed = w.take_one(&target, at(1)).await;
    (target, handed)
}

fn state(text: &str) -> Option<SavedState> {
    Some(SavedState(text.as_bytes().into()))
}

fn step(handed: &Handed, name: &str, ended: Timestamp) -> Arc<Attempt> {
    Arc::new(Attempt {
        step: Some(name.into()),
        ..attempt(handed, true, ended)
    })
}

/// A save of this state with the request that got it, which renews the lease for as long.
pub(super) fn saved(handed: &Handed, text: &str, when: Timestamp) -> Saved {
    Saved {
        id: handed.id,
        lease: handed.lease,
        lease_for: LEASE,
        attempt: Some(step(handed, text, when)),
        state: state(text),
        ticket: None,
    }
}

pub async fn a_connector_is_kept_whole(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let made = connector(&w).await;
    let kept = w.target(&made).await;
    let TargetKind::Connector(connector) = &kept.kind else {
        panic!("{kept:?}")
    };
    assert_eq!(connector.vendor, "helpdesk");
    let settings = r#"{"endpoint":"https://h.example","n":1}"#;
    assert_eq!(connector.settings.get(), settings);
    assert_eq!(connector.credentials.get(), r#"{"token":"very secret"}"#);
    assert_eq!(connector.hook_token, "very secret too");
    let (shop, target) = w.store.target_anywhere(made.uuid).await.unwrap();
    assert_eq!((shop.no, target.no), (w.shop.no, made.no));
    let of = |kind| w.store.targets(w.shop.no, TargetFilter::of(kind), all());
    assert_eq!(of(Kind::Connector).await.unwrap().items[0].uuid, made.uuid);
    assert!(of(Kind::Webhook).await.unwrap().items.is_empty());
    let id = w.ended(&made, Next::GiveUp, at(1)).await;
    let shown = w.delivery(id, at(1)).await.0;
    assert_eq!(
        (shown.kind, shown.target_uuid),
        (Kind::Connector, made.uuid)
    );
    let deleted = w.store.delete_target(w.shop.no, made.uuid, at(2));
    deleted.await.unwrap();
    let gone = w.store.target_anywhere(made.uuid).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

pub async fn what_was_saved_is_handed_out_again(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, handed) = taken(&w).await;
    assert_eq!(handed.state, None);
    let save = saved(&handed, "found", at(30));
    let lease = w.store.save(save, at(30)).await.unwrap().unwrap();
    assert_eq!(
        w.take(&target, handed.lease.until).await.len(),
        0,
        "it is renewed"
    );
    let again = w.take_one(&target, lease.until).await;
    assert_eq!(again.state, state("found"));
    assert_eq!((again.attempts, again.failures), (1, 0));

    let next = Saved {
        state: None,
        ..saved(&again, "looked", at(100))
    };
    let lease = w.store.save(next.clone(), at(100)).await.unwrap().unwrap();
    let next = Saved {
        lease,
        lease_for: Duration::from_secs(90),
        attempt: None,
        state: state("made"),
        ..next
    };
    assert!(w.store.save(next, at(110)).await.unwrap().is_some());
    let again = w.take_one(&target, at(200)).await;
    assert_eq!((again.state, again.attempts), (state("made"), 2));
    let attempts = w.delivery(handed.id, at(200)).await.1;
    let steps: Vec<_> = attempts
        .iter()
        .map(|a| (a.number, a.step.as_deref()))
        .collect();
    assert_eq!(steps, [(1, Some("found")), (2, Some("looked"))]);
}

pub async fn a_step_counts_for_nothing_but_the_record(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, handed) = taken(&w).await;
    let before = w.target(&target).await.health.clone();
    let save = saved(&handed, "found", at(2));
    let lease = w.store.save(save, at(2)).await.unwrap().unwrap();
    assert_eq!(w.target(&target).await.health, before);
    let shown = w.delivery(handed.id, at(2)).await.0;
    assert_eq!(shown.status, DeliveryStatus::Delivering);
    assert_eq!((shown.attempt_count, shown.delivered_at), (1, None));
    let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
    let stats = || w.store.stats(target.no, hour, minute, at(3));
    let counted = |buckets: Vec<crate::log::Bucket>| {
        buckets.iter().map(|b| b.delivered + b.failed).sum::<u64>()
    };
    assert_eq!(counted(stats().await.unwrap()), 0);

    let renewed = Handed { lease, ..handed };
    w.record(&renewed, Next::RetryAt(at(90)), at(3)).await;
    assert_eq!(counted(stats().await.unwrap()), 1);
    let again = w.take_one(&target, at(90)).await;
    assert_eq!((again.attempts, again.failures), (2, 1));
    assert_eq!(again.state, state("found"));
}

pub async fn under_a_lost_lease_nothing_is_saved(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, first) = taken(&w).await;
    let second = w.take_one(&target, first.lease.until).await;
    let late = saved(&first, "late", at(80));
    assert_eq!(w.store.save(late, at(80)).await.unwrap(), None);
    w.release(std::slice::from_ref(&second)).await;
    assert_eq!(
        w.store
            .save(saved(&second, "released", at(80)), at(80))
            .await
            .unwrap(),
        None
    );
    let third = w.take_one(&target, at(81)).await;
    assert_eq!((third.state.clone(), third.attempts), (None, 0));
    w.record(&third, Next::Delivered, at(82)).await;
    assert_eq!(
        w.store
            .save(saved(&third, "recorded", at(83)), at(83))
            .await
            .unwrap(),
        None
    );
    assert_eq!(w.delivery(third.id, at(84)).await.1.len(), 1);
}

pub async fn a_save_asked_for_again_is_done_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, handed) = taken(&w).await;
    let save = saved(&handed, "found", at(2));
    let mut leases = Vec::new();
    for _ in 0..3 {
        leases.push(w.store.save(save.clone(), at(2)).await.unwrap().unwrap());
    }
    assert_eq!(w.delivery(handed.id, at(3)).await.1.len(), 1);
    assert!(leases.iter().all(|lease| *lease == leases[0]));
    let again = w.take_one(&target, leases[0].until).await;
    assert_eq!(again.state, state("found"));
}

pub async fn what_was_saved_goes_when_it_is_delivered_or_armed_again(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, handed) = taken(&w).await;
    let by_hand = |when| w.store.retry(w.shop.no, handed.id, when, None);
    let save = saved(&handed, "found", at(2));
    let lease = w.store.save(save, at(2)).await.unwrap().unwrap();
    let renewed = Handed {
        lease,
        ..handed.clone()
    };
    w.record(&renewed, Next::GiveUp, at(3)).await;
    now(by_hand(at(4)).await.unwrap());
    let again = w.take_one(&target, at(4)).await;
    assert_eq!(
        again.state,
        state("found"),
        "one by hand goes on from there"
    );
    w.record(&again, Next::Unchanged, at(5)).await;

    let replay = Replay {
        id: w.uuid(),
        target: target.no,
        target_uuid: target.uuid,
        since: at(0),
        until: at(50),
        status: ReplayStatus::Failed,
        enabled_events: None,
        state: ReplayState::Running,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: at(50),
    };
    now(w
        .store
        .create_replay(w.shop.no, replay, None)
        .await
        .unwrap());
    while w.store.step_replays(3, at(60)).await.unwrap() == Stepped::Worked {}
    let again = w.take_one(&target, at(60)).await;
    assert_eq!(again.state, None, "a replay begins anew");

    let save = saved(&again, "made", at(61));
    let lease = w.store.save(save, at(61)).await.unwrap().unwrap();
    let outcome = Outcome {
        id: again.id,
        lease,
        manual: false,
        attempt: step(&again, "note", at(62)),
        verdict: verdict(Next::Delivered),
    };
    w.store.record([outcome].into(), at(62)).await.unwrap();
    now(by_hand(at(63)).await.unwrap());
    assert_eq!(w.take_one(&target, at(63)).await.state, None);
}

/// A save of this as the claim's ticket.
fn ticketed(handed: &Handed, text: &str, when: Timestamp) -> Saved {
    Saved {
        state: None,
        ticket: Some(Ticket {
            claim: handed.event.fact.claim().unwrap().into_owned(),
            state: SavedState(text.as_bytes().into()),
        }),
        ..saved(handed, text, when)
    }
}

pub async fn a_ticket_is_kept_for_its_claim_at_its_target(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, other) = (connector(&w).await, connector(&w).await);
    let ticket = |target: TargetNo, claim: &str| w.store.ticket(target, claim.to_owned());
    w.event_of("c1", at(1)).await;
    let handed = w.take_one(&target, at(1)).await;
    assert_eq!(ticket(target.no, "c1").await.unwrap(), None);
    let save = ticketed(&handed, "made", at(2));
    let lease = w.store.save(save.clone(), at(2)).await.unwrap().unwrap();
    assert_eq!(ticket(target.no, "c1").await.unwrap(), state("made"));
    assert_eq!(ticket(target.no, "c2").await.unwrap(), None);
    assert_eq!(ticket(other.no, "c1").await.unwrap(), None);

    let save = Saved {
        lease,
        ..ticketed(&handed, "moved", at(3))
    };
    let lease = w.store.save(save, at(3)).await.unwrap().unwrap();
    let ended = Handed {
        lease,
        ..handed.clone()
    };
    w.record(&ended, Next::Delivered, at(4)).await;
    assert_eq!(
        ticket(target.no, "c1").await.unwrap(),
        state("moved"),
        "it outlives its delivery"
    );
    assert_eq!(w.delivery(handed.id, at(5)).await.1.len(), 3);
}

pub async fn under_a_lost_lease_no_ticket_is_kept(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, first) = taken(&w).await;
    let second = w.take_one(&target, first.lease.until).await;
    let claim = first.event.fact.claim().unwrap().into_owned();
    let late = ticketed(&first, "late", at(80));
    assert_eq!(w.store.save(late, at(80)).await.unwrap(), None);
    let kept = w.store.ticket(target.no, claim.clone()).await.unwrap();
    assert_eq!(kept, None);

    // Asked for again, what was done is not done over what came later.
    let made = ticketed(&second, "made", at(81));
    let lease = w.store.save(made.clone(), at(81)).await.unwrap().unwrap();
    let moved = Saved {
        lease,
        ..ticketed(&second, "moved", at(82))
    };
    w.store.save(moved, at(82)).await.unwrap().unwrap();
    assert!(w.store.save(made, at(83)).await.unwrap().is_some());
    let kept = w.store.ticket(target.no, claim).await.unwrap();
    assert_eq!(kept, state("moved"));
}

pub async fn a_ticket_goes_with_its_target_or_its_claims_events(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (target, doomed) = (connector(&w).await, connector(&w).await);
    let written = |version, after: Option<&str>| Commit {
        writes: vec![Write {
            kind: SubjectKind::Claim,
            id: "c1".into(),
            expected_version: version,
            after: after.map(|json| Content {
                json: json.to_owned(),
                parent: None,
            }),
        }],
        ..w.commit_of(Vec::new(), at(5 + i64::try_from(version).unwrap()))
    };
    w.store.commit(written(0, Some("{}"))).await.unwrap();
    w.event_of("c1", at(1)).await;
    for target in [&target, &doomed] {
        let handed = w.take_one(target, at(1)).await;
        let save = ticketed(&handed, "made", at(2));
        let lease = w.store.save(save, at(2)).await.unwrap().unwrap();
        let ended = Handed { lease, ..handed };
        w.record(&ended, Next::Delivered, at(3)).await;
    }
    let store = &w.store;
    let prune =
        |before| async move { while store.prune(before, 3, at(1000)).await.unwrap().more {} };
    let kept = |target: TargetNo| async move {
        let kept = store.ticket(target, "c1".to_owned()).await;
        kept.unwrap().is_some()
    };
    w.store
        .delete_target(w.shop.no, doomed.uuid, at(4))
        .await
        .unwrap();
    prune(at(500)).await;
    assert!(kept(target.no).await, "the claim is there");
    assert!(!kept(doomed.no).await);
    w.store.commit(written(1, None)).await.unwrap();
    prune(at(4)).await;
    assert!(kept(target.no).await, "its last event may be on its way");
    prune(at(500)).await;
    assert!(!kept(target.no).await);
}

pub async fn what_was_delivered_without_a_request_says_why(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    connector(&w).await;
    let spy = Spy::with_room(1);
    w.store.attach(spy.clone());
    w.event(at(1)).await;
    let handed = spy.handed(1).await.remove(0);
    let attempt = Attempt {
        step: None,
        split: None,
        status_code: None,
        error: Some("own_change".into()),
        error_detail: Some("it is not sent back".into()),
        ..attempt(&handed, true, at(2))
    };
    let outcome = Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(attempt),
        verdict: verdict(Next::Delivered),
    };
    w.store.record([outcome].into(), at(2)).await.unwrap();
    let (delivery, attempts) = w.delivery(handed.id, at(3)).await;
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    assert_eq!(attempts[0].error.as_deref(), Some("own_change"));
    assert_eq!(
        attempts[0].error_detail.as_deref(),
        Some("it is not sent back")
    );
}
