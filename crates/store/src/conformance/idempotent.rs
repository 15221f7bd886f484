//! Idempotency records: the first answer again, nothing done twice.

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};

use super::world::*;
use super::*;
use crate::commit::{Answered, Committed};
use crate::directory::Once;

const DAY: i64 = 24 * 60 * 60;

async fn commit(w: &World, request: u8, when: Timestamp) -> Result<Committed, StoreError> {
    let mut commit = w.commit_of(vec![fact("c")], when);
    commit.idempotency = Some(idempotency("key", request));
    w.store.commit(commit).await
}

fn before<T: std::fmt::Debug>(once: Once<T>) -> Answered {
    match once {
        Once::Before(answered) => answered,
        Once::Now(done) => panic!("done now: {done:?}"),
    }
}

pub async fn the_same_request_again_is_answered_as_before(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    let first = commit(&w, 1, at(1)).await.unwrap();
    let Committed::Now(events) = first else {
        panic!("done now")
    };
    for when in [at(1), at(2), at(DAY)] {
        let Committed::Before(again) = commit(&w, 1, when).await.unwrap() else {
            panic!("done before");
        };
        assert_eq!(again, answered(&events[0].id()));
    }
    assert_eq!(w.events().await.len(), 1);
    assert_eq!(w.deliveries(at(2)).await.len(), 1);
}

pub async fn another_request_under_the_key_is_a_conflict(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    commit(&w, 1, at(1)).await.unwrap();
    let refused = commit(&w, 2, at(2)).await;
    assert_eq!(refused.unwrap_err(), StoreError::Conflict);
    assert_eq!(w.events().await.len(), 1);
    let recalled = w
        .store
        .recall(Some(w.shop.no), "key", &[2; 32], at(2))
        .await;
    assert_eq!(recalled.unwrap_err(), StoreError::Conflict);
}

pub async fn a_record_ends_after_a_day(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    commit(&w, 1, at(0)).await.unwrap();
    let recall = |when| w.store.recall(Some(w.shop.no), "key", &[1; 32], when);
    assert!(recall(at(DAY - 1)).await.unwrap().is_some());
    assert_eq!(recall(at(DAY)).await.unwrap(), None);

    let anew = commit(&w, 2, at(DAY)).await.unwrap();
    assert!(matches!(anew, Committed::Now(_)));
    assert_eq!(w.events().await.len(), 2);
    let kept = w
        .store
        .recall(Some(w.shop.no), "key", &[2; 32], at(2 * DAY - 1))
        .await;
    assert!(
        kept.unwrap().is_some(),
        "the new record has a day of its own"
    );
}

pub async fn a_key_is_of_its_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let shops = [Some(w.shop.no), Some(other.no), None];
    for (request, shop) in (1..).zip(shops) {
        let record = idempotency("key", request);
        now(w.store.remember(shop, record, at(1)).await.unwrap());
    }
    for (request, shop) in (1..).zip(shops) {
        let recalled = w.store.recall(shop, "key", &[request; 32], at(2)).await;
        assert_eq!(recalled.unwrap(), Some(answered("")));
    }
}

pub async fn what_was_refused_leaves_no_record(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let taken = || NewShop {
        id: Uuid::from_u128(900),
        slug: "shop".into(),
        name: "x".into(),
        notification_emails: Vec::new(),
    };
    for _ in 0..2 {
        let record = Some(idempotency("key", 1));
        let refused = w.store.create_shop(taken(), at(1), record).await;
        assert_eq!(refused.unwrap_err(), StoreError::Exists);
    }
    assert_eq!(
        w.store.recall(None, "key", &[1; 32], at(1)).await.unwrap(),
        None
    );
}

pub async fn an_answer_without_a_write_is_kept(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let shop = Some(w.shop.no);
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let kept = body.clone();
    let mut record = idempotency("key", 1);
    record.status = 200;
    record.body = Box::new(move |_| kept.clone());
    now(w.store.remember(shop, record, at(1)).await.unwrap());

    let answer = Answered { status: 200, body };
    let recalled = w.store.recall(shop, "key", &[1; 32], at(2)).await.unwrap();
    assert_eq!(recalled, Some(answer.clone()));
    let again = w
        .store
        .remember(shop, idempotency("key", 1), at(3))
        .await
        .unwrap();
    assert_eq!(before(again), answer);
    let other = w.store.remember(shop, idempotency("key", 2), at(3)).await;
    assert_eq!(other.unwrap_err(), StoreError::Conflict);
}

pub async fn every_writing_call_takes_a_record(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let delivery = w.ended(&hook, Next::Delivered, at(1)).await;
    let no = w.shop.no;
    let new_shop = NewShop {
        id: w.uuid(),
        slug: "new".into(),
        name: "New".into(),
        notification_emails: Vec::new(),
    };
    let key = new_key(&w, [1; 32]);
    let new_hook = webhook(no, w.uuid());
    let replay = Replay {
        id: w.uuid(),
        target: hook.no,
        target_uuid: hook.uuid,
        since: at(0),
        until: at(9),
        status: ReplayStatus::All,
        enabled_events: None,
        state: ReplayState::Running,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: at(2),
    };
    let s = &w.store;
    let mut answers = Vec::new();
    for round in 0..2 {
        let record = |name: &str| Some(idempotency(name, 1));
        let shop = s
            .create_shop(new_shop.clone(), at(2), record("k"))
            .await
            .unwrap();
        let key = s
            .create_key(no, key.clone(), at(2), record("key"))
            .await
            .unwrap();
        let made = s
            .create_target(new_hook.clone(), at(2), record("made"))
            .await
            .unwrap();
        let update = Target::clone(&hook);
        let updated = s
            .update_target(update, at(2), record("update"))
            .await
            .unwrap();
        let retry = s.retry(no, delivery, at(2), record("retry")).await.unwrap();
        let replay = s
            .create_replay(no, replay.clone(), record("replay"))
            .await
            .unwrap();
        if round == 1 {
            answers.push(before(shop));
            answers.push(before(key));
            answers.push(before(made));
            answers.push(before(updated));
            answers.push(before(retry));
            answers.push(before(replay));
        }
    }
    assert_eq!(answers, vec![answered(""); 6]);
    assert_eq!(w.target(&hook).await.version, 2, "updated once");
    assert_eq!(w.take(&hook, at(3)).await.len(), 1, "retried once");
    assert_eq!(w.take(&hook, at(3)).await.len(), 0, "retried once");
}
