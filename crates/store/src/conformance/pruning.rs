//! Pruning: bounded steps that take what is over and nothing else.

use claimwire_model::delivery::EXPIRED_SHOWN;
use claimwire_model::event::Fact;
use claimwire_model::json::SharedJson;
use claimwire_model::{DeliveryId, Event};

use super::world::*;
use super::*;
use crate::queue::Pruned;

const DAY: i64 = 24 * 60 * 60;

/// Step after step of `limit` rows, to the end.
async fn prune(w: &World, before: Timestamp, limit: usize, when: Timestamp) -> Pruned {
    let mut sum = Pruned::default();
    for _ in 0..1000 {
        let step = w.store.prune(before, limit, when).await.unwrap();
        assert!(
            step.rows <= u64::try_from(limit).unwrap(),
            "a step is bounded"
        );
        sum.rows += step.rows;
        sum.expired += step.expired;
        if !step.more {
            return sum;
        }
    }
    panic!("pruning comes to no end");
}

async fn gone(w: &World, id: DeliveryId) -> bool {
    let delivery = w.store.delivery(w.shop.no, id, at(0)).await;
    let event = w.store.event(w.shop.no, &id.event.to_string()).await;
    assert_eq!(
        delivery.is_err(),
        event.is_err(),
        "a delivery goes with its event"
    );
    delivery.is_err()
}

pub async fn what_is_finished_and_old_goes(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let old = [
        w.ended(&hook, Next::Delivered, at(1)).await,
        w.ended(&hook, Next::GiveUp, at(2)).await,
    ];
    let waiting = w.ended(&hook, Next::RetryAt(at(90 * DAY)), at(3)).await;
    let young = w.ended(&hook, Next::Delivered, at(100)).await;
    prune(&w, at(100), 2, at(30 * DAY)).await;
    for id in old {
        assert!(gone(&w, id).await);
    }
    assert!(
        !gone(&w, waiting).await,
        "an active webhook still waits for it"
    );
    assert!(!gone(&w, young).await);
    assert_eq!(w.delivery(waiting, at(5)).await.1.len(), 1);
    assert_eq!(w.take_one(&hook, at(90 * DAY)).await.id, waiting);
    assert_eq!(
        prune(&w, at(100), 100, at(30 * DAY)).await,
        Pruned::default()
    );
}

pub async fn what_events_share_stays_while_one_needs_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let context: SharedJson = json(r#"{"order": {"total": 1.10}}"#);
    let data: SharedJson = json(r#"{"id": "c", "labels": ["x"]}"#);
    let changes: SharedJson = json(r#"{"labels": {"before": [], "after": ["x"]}}"#);
    // The third has data of its own, as a label's event has.
    let own: SharedJson = json(r#"{"id": "c", "labels": ["x"], "label": "x"}"#);
    let all = [&data, &data, &own, &data, &own].map(|data| Fact {
        context: Some(Arc::clone(&context)),
        event_data: Arc::clone(data),
        changes: Some(Arc::clone(&changes)),
        ..fact("c")
    });
    let is_whole = |event: &Event, first: &Fact| {
        let text = |json: &Option<SharedJson>| json.as_deref().map(|raw| raw.get().to_owned());
        assert_eq!(event.fact.event_data.get(), first.event_data.get());
        assert_eq!(text(&event.fact.context), text(&first.context));
        assert_eq!(text(&event.fact.changes), text(&first.changes));
    };
    let ids = w.commit(all.clone().into(), at(1)).await.unwrap();
    let ids: Vec<_> = ids.iter().map(|event| event.id()).collect();
    let taken = w.take(&hook, at(1)).await;
    for (handed, first) in taken.iter().zip(&all) {
        is_whole(&handed.event, first);
    }

    // The first goes, then the last of those that have its data, then another.
    let mut left = vec![0, 1, 2, 3, 4];
    for (step, ended) in [0, 3, 4, 1, 2].into_iter().enumerate() {
        let when = i64::try_from(step).unwrap() + 2;
        w.record(&taken[ended], Next::Delivered, at(when)).await;
        prune(&w, at(100), 1, at(30 * DAY)).await;
        assert!(gone(&w, taken[ended].id).await);
        left.retain(|index| *index != ended);
        for index in &left {
            let kept = w.store.event(w.shop.no, &ids[*index]).await.unwrap();
            is_whole(&kept, &all[*index]);
        }
    }
}

pub async fn an_event_stays_while_one_needs_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let done = w.webhook(|_| {}).await;
    let slow = w.webhook(|_| {}).await;
    let finished = w.ended(&done, Next::Delivered, at(1)).await;
    let unheard = w
        .commit(vec![given("unheard")], at(1))
        .await
        .unwrap()
        .remove(0);
    let handed = w.take(&done, at(1)).await;
    w.record(&handed[0], Next::Delivered, at(1)).await;
    for handed in w.take(&slow, at(1)).await {
        let next = if handed.event.no == unheard.no {
            Next::GiveUp
        } else {
            Next::RetryAt(at(9))
        };
        w.record(&handed, next, at(2)).await;
    }
    prune(&w, at(100), 100, at(30 * DAY)).await;
    let still = w.take_one(&slow, at(30 * DAY)).await;
    assert_eq!(still.event.no, finished.event);
    let missing = w.store.event(w.shop.no, "unheard").await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    // Its id is free again.
    let anew = w
        .commit(vec![given("unheard")], at(30 * DAY))
        .await
        .unwrap()
        .remove(0);
    assert_ne!(anew.no, unheard.no);
}

pub async fn what_was_held_for_too_long_expires(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|h| h.status = TargetStatus::Disabled).await;
    let old = [
        id(&*w.event(at(1)).await, &hook),
        id(&*w.event(at(2)).await, &hook),
    ];
    let young = id(&*w.event(at(100)).await, &hook);
    let pruned = prune(&w, at(100), 1, at(30 * DAY)).await;
    assert_eq!(pruned.expired, 2);
    for id in old {
        let (shown, _) = w.delivery(id, at(30 * DAY)).await;
        assert_eq!(
            (shown.status, shown.next_attempt_at),
            (DeliveryStatus::Expired, None)
        );
    }
    assert_eq!(w.status(young, at(30 * DAY)).await, DeliveryStatus::Held);
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 1);

    w.set_status(&hook, TargetStatus::Active, at(30 * DAY))
        .await;
    assert_eq!(w.take_one(&hook, at(30 * DAY)).await.id, young);
    let shown_until = at(100).plus(EXPIRED_SHOWN);
    assert_eq!(prune(&w, at(100), 100, at(30 * DAY)).await.expired, 0);
    assert!(!gone(&w, old[0]).await, "shown for a while");
    prune(&w, shown_until, 100, at(31 * DAY)).await;
    assert!(gone(&w, old[0]).await && gone(&w, old[1]).await);
}

pub async fn what_a_deleted_webhook_left_goes_with_age(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let old = id(&*w.event(at(1)).await, &hook);
    let young = id(&*w.event(at(100)).await, &hook);
    w.store
        .delete_target(w.shop.no, hook.uuid, at(101))
        .await
        .unwrap();
    let pruned = prune(&w, at(100), 100, at(102)).await;
    assert_eq!(pruned.expired, 0, "cancelled is not held");
    assert!(gone(&w, old).await);
    assert_eq!(w.status(young, at(103)).await, DeliveryStatus::Cancelled);
    prune(&w, at(101), 100, at(103)).await;
    assert!(gone(&w, young).await);
    assert_eq!(prune(&w, at(101), 100, at(103)).await.rows, 0);
}

pub async fn what_a_deleted_shop_left_goes_at_any_age(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let hook = w.webhook(|_| {}).await;
    w.store
        .create_key(w.shop.no, new_key(&w, [1; 32]), at(0), None)
        .await
        .unwrap();
    for n in 0..5 {
        let mut commit = w.commit_of(vec![fact("c"), given(&format!("g{n}"))], at(n));
        commit.writes = vec![write(&format!("c{n}"), 0, "{}")];
        commit.idempotency = Some(idempotency(&format!("k{n}"), 1));
        w.store.commit(commit).await.unwrap();
    }
    w.take_some(&hook, 2, at(5)).await;
    let mut commit = w.commit_of(vec![fact("c")], at(1));
    commit.shop = other.clone();
    w.store.commit(commit).await.unwrap();
    w.store.delete_shop(w.shop.no).await.unwrap();

    let pruned = prune(&w, at(0), 3, at(500)).await;
    assert!(
        pruned.rows >= 30,
        "10 events, 10 deliveries, 5 documents, 5 records: {pruned:?}"
    );
    assert_eq!(
        prune(&w, at(0), 100, at(500)).await.rows,
        0,
        "nothing is left"
    );
    let kept = w
        .store
        .events(other.no, EventFilter::default(), all())
        .await
        .unwrap();
    assert_eq!(kept.items.len(), 1);
    assert_eq!(w.store.shop("other").await.unwrap(), other);
}

pub async fn records_go_after_a_day(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for (n, when) in [(1, 0), (2, 10), (3, 20)] {
        let record = idempotency(&format!("k{n}"), 1);
        let shop = (n > 1).then_some(w.shop.no);
        w.store.remember(shop, record, at(when)).await.unwrap();
    }
    let step = w.store.prune(at(0), 1, at(DAY + 10)).await.unwrap();
    assert_eq!(step.rows, 1);
    assert!(step.more, "a full step may not have been the last");
    assert_eq!(prune(&w, at(0), 100, at(DAY + 10)).await.rows, 1);
    let kept = w
        .store
        .recall(Some(w.shop.no), "k3", &[1; 32], at(DAY))
        .await;
    assert!(kept.unwrap().is_some());
}

pub async fn done_replays_go_with_age(store: Arc<dyn Store>) {
    use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let replay = |created_at| Replay {
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
        created_at,
    };
    let (old, young) = (replay(at(10)), replay(at(20)));
    for replay in [&old, &young] {
        w.store
            .create_replay(w.shop.no, replay.clone(), None)
            .await
            .unwrap();
    }
    prune(&w, at(20), 100, at(40)).await;
    w.store
        .replay(w.shop.no, old.id)
        .await
        .expect("still running");
    while w.store.step_replays(10, at(40)).await.unwrap() == Stepped::Worked {}
    prune(&w, at(20), 100, at(41)).await;
    let missing = w.store.replay(w.shop.no, old.id).await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    w.store
        .replay(w.shop.no, young.id)
        .await
        .expect("young enough");
}
