//! Taking: what is due, to one taker, for the time of its lease.

use std::collections::BTreeSet;

use super::spy::Spy;
use super::world::*;
use super::*;

pub async fn a_taken_delivery_has_all_that_an_attempt_needs(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w
        .webhook(|h| h.webhook_mut().unwrap().url = "https://receiver.example/a".into())
        .await;
    let event = w.event(at(1)).await;
    let handed = w.take_one(&hook, at(2)).await;
    assert_eq!(handed.id, id(&event, &hook));
    assert_eq!(format!("{:?}", handed.event), format!("{event:?}"));
    assert_eq!(handed.shop, w.shop);
    assert_eq!(handed.target.no, hook.no);
    assert_eq!(
        handed.target.webhook().unwrap().url,
        hook.webhook().unwrap().url
    );
    assert!(handed.target.webhook().unwrap().secrets == hook.webhook().unwrap().secrets);
    assert_eq!((handed.attempts, handed.failures), (0, 0));
    assert_eq!(
        (handed.manual, handed.lease.until),
        (false, at(2).plus(LEASE))
    );
    assert_eq!(handed.expires, handed.lease.until);
    assert_eq!(w.status(handed.id, at(2)).await, DeliveryStatus::Delivering);
}

pub async fn nothing_goes_before_it_is_due(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::RetryAt(at(100)), at(1)).await;
    let early = w
        .take_some(&hook, 10, Timestamp::from_millis(at(100).as_millis() - 1))
        .await;
    assert!(early.deliveries.is_empty());
    assert_eq!(early.next_due, Some(at(100)));
    assert_eq!(w.take_one(&hook, at(100)).await.id, id);
}

pub async fn what_is_leased_is_not_taken_until_the_lease_ends(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let first = w.take_one(&hook, at(1)).await;
    let last_moment = Timestamp::from_millis(first.lease.until.as_millis() - 1);
    for when in [at(1), at(30), last_moment] {
        let taken = w.take_some(&hook, 10, when).await;
        assert!(taken.deliveries.is_empty());
        assert_eq!(taken.next_due, Some(first.lease.until));
        assert_eq!(w.status(first.id, when).await, DeliveryStatus::Delivering);
    }
    let ended = first.lease.until;
    assert_eq!(w.status(first.id, ended).await, DeliveryStatus::Pending);
    let second = w.take_one(&hook, ended).await;
    assert_eq!(second.id, first.id);
    assert_eq!((second.attempts, second.failures), (0, 0));
}

pub async fn a_limit_leaves_the_rest_due(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let mut numbers = Vec::new();
    for n in 0..5 {
        numbers.push(w.event(at(n)).await.no);
    }
    let first = w.take_some(&hook, 2, at(10)).await;
    assert_eq!(events_of(&first.deliveries), numbers[..2]);
    assert_eq!(first.next_due, Some(at(2)), "the third was due then");
    let second = w.take_some(&hook, 3, at(10)).await;
    assert_eq!(events_of(&second.deliveries), numbers[2..]);
    assert_eq!(
        second.next_due,
        Some(at(10).plus(LEASE)),
        "the first two, if all else fails"
    );
}

pub async fn an_empty_queue_has_no_next(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.ended(&hook, Next::Delivered, at(1)).await;
    w.ended(&hook, Next::GiveUp, at(1)).await;
    let taken = w.take_some(&hook, 10, at(1000)).await;
    assert!(taken.deliveries.is_empty());
    assert_eq!(taken.next_due, None);
}

pub async fn what_is_due_first_goes_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let late = w.ended(&hook, Next::RetryAt(at(90)), at(1)).await;
    let soon = w.ended(&hook, Next::RetryAt(at(70)), at(2)).await;
    let fresh = w.event(at(80)).await;
    let taken = w.take(&hook, at(100)).await;
    assert_eq!(events_of(&taken), [soon.event, fresh.no, late.event]);
}

pub async fn a_webhook_takes_its_own(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    w.event(at(1)).await;
    w.event(at(1)).await;
    for hook in &hooks {
        let taken = w.take(hook, at(1)).await;
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|handed| handed.id.target == hook.no));
    }
}

pub async fn an_unknown_target_has_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut hook = Target::clone(&*w.webhook(|_| {}).await);
    hook.no.0 += 1000;
    let taken = w.take_some(&hook, 10, at(1)).await;
    assert!(taken.deliveries.is_empty() && taken.next_due.is_none());
    let missing = w.store.target(hook.no).await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
}

pub async fn what_is_released_goes_as_before(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let older = w.ended(&hook, Next::RetryAt(at(5)), at(1)).await;
    let newer = w.event(at(9)).await;
    let taken = w.take(&hook, at(10)).await;
    w.release(&taken).await;
    assert_eq!(w.status(older, at(10)).await, DeliveryStatus::Pending);
    let (shown, attempts) = w.delivery(older, at(10)).await;
    assert_eq!(shown.next_attempt_at, Some(at(5)), "due as it was");
    assert_eq!(attempts.len(), 1, "nothing was attempted");
    let again = w.take(&hook, at(10)).await;
    assert_eq!(events_of(&again), [older.event, newer.no]);
    assert_eq!((again[0].attempts, again[0].failures), (1, 1));
    w.release(&[]).await;
}

pub async fn what_was_not_given_back_is_in_doubt(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for ordering in [Ordering::None, Ordering::Webhook] {
        let hook = w.webhook(|hook| hook.ordering = ordering).await;
        w.event(at(1)).await;
        let first = w.take_one(&hook, at(1)).await;
        assert!(!first.in_doubt, "new");
        w.release(std::slice::from_ref(&first)).await;
        let again = w.take_one(&hook, at(1)).await;
        assert!(!again.in_doubt, "given back");
        let left = w.take_one(&hook, again.lease.until).await;
        assert!(left.in_doubt, "its lease ran out");
        w.release(std::slice::from_ref(&left)).await;
        let now = again.lease.until.plus(Duration::from_secs(1));
        let given = w.take_one(&hook, now).await;
        assert!(given.in_doubt, "given back, and in doubt still");
        w.store.waiting(Targets::All, now).await.unwrap();
        let now = given.lease.until.plus(Duration::from_secs(1));
        let started = w.take_one(&hook, now).await;
        assert!(started.in_doubt, "left by an earlier life");
        w.record(&started, Next::RetryAt(now), now).await;
        let recorded = w.take_one(&hook, now).await;
        assert!(!recorded.in_doubt, "its end is on record");
        w.record(&recorded, Next::Delivered, now).await;
        w.set_status(&hook, TargetStatus::Inactive, now).await;
    }
}

pub async fn by_hand_and_handed_over_the_same_holds(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let spy = Spy::with_room(1);
    w.store.attach(spy.clone());
    w.event(at(1)).await;
    let handed = spy.handed(1).await;
    assert!(!handed[0].in_doubt, "new");
    let later = handed[0].lease.until;
    let left = w.take_one(&hook, later).await;
    assert!(left.in_doubt, "whoever had it in memory is gone");
    w.record(&left, Next::GiveUp, later).await;
    let id = left.id;
    now(w.store.retry(w.shop.no, id, later, None).await.unwrap());
    let by_hand = w.take_one(&hook, later).await;
    assert!(!by_hand.in_doubt);
    let after = by_hand.lease.until;
    assert!(w.take_one(&hook, after).await.in_doubt);
}

pub async fn two_takers_never_get_the_same(store: Arc<dyn Store>) {
    let w = Arc::new(World::new(store).await);
    let unordered = w.webhook(|_| {}).await;
    let ordered = w.webhook(|hook| hook.ordering = Ordering::Subject).await;
    for _ in 0..60 {
        w.event(at(1)).await;
    }
    for hook in [unordered, ordered] {
        let takers: Vec<_> = (0..8)
            .map(|_| {
                let (w, hook) = (w.clone(), hook.clone());
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let taken = w.take_some(&hook, 5, at(2)).await.deliveries;
                        if taken.is_empty() {
                            return mine;
                        }
                        mine.extend(events_of(&taken));
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        let mut taken = Vec::new();
        for taker in takers {
            taken.extend(taker.await.unwrap());
        }
        assert_eq!(taken.len(), 60);
        assert_eq!(BTreeSet::from_iter(taken).len(), 60);
    }
}

pub async fn at_start_everyone_who_waits_is_named(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    assert_eq!(w.store.waiting(Targets::All, at(0)).await.unwrap(), []);
    let due = w.webhook(|_| {}).await;
    let leased = w.webhook(|_| {}).await;
    let idle = w.webhook(|h| h.status = TargetStatus::Inactive).await;
    let owing = w
        .webhook(|h| {
            h.status = TargetStatus::Unverified;
            h.webhook_mut().unwrap().verification_due = true;
        })
        .await;
    let deleted = w.webhook(|_| {}).await;
    let finished = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&due, at(1)).await;
    w.record(&handed, Next::RetryAt(at(70)), at(1)).await;
    let handed = w.take_one(&finished, at(1)).await;
    w.record(&handed, Next::Delivered, at(1)).await;
    w.take_one(&leased, at(1)).await;
    w.store
        .delete_target(w.shop.no, deleted.uuid, at(2))
        .await
        .unwrap();

    let mut waiting = w.store.waiting(Targets::All, at(3)).await.unwrap();
    waiting.sort();
    let mut expected = vec![(due.no, at(70)), (leased.no, at(1)), (owing.no, at(3))];
    expected.sort();
    assert_eq!(waiting, expected, "{:?} is idle", idle.no);
    w.take_one(&leased, at(3)).await;
}
