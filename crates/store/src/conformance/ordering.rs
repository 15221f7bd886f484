//! Ordered webhooks: a failing delivery blocks those behind it, and nothing else.

use claimwire_model::event::Fact;
use claimwire_model::{EventNo, Shop};

use super::world::*;
use super::*;

async fn ordered(w: &World, ordering: Ordering) -> Arc<Target> {
    w.webhook(|h| h.ordering = ordering).await
}

/// Events of these claims, in this order.
async fn events<const N: usize>(w: &World, claims: [&str; N]) -> [EventNo; N] {
    let facts = claims.map(fact).to_vec();
    let events = w.commit(facts, at(1)).await.unwrap();
    std::array::from_fn(|n| events[n].no)
}

pub async fn a_webhook_in_order_gets_runs_in_event_order(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Webhook).await;
    let numbers = events(&w, ["a", "b", "a", "c"]).await;
    let first = w.take_some(&hook, 2, at(2)).await;
    assert_eq!(events_of(&first.deliveries), numbers[..2]);
    assert_eq!(
        first.next_due,
        Some(at(2).plus(LEASE)),
        "the rest is behind them"
    );
    let blocked = w.take_some(&hook, 10, at(3)).await;
    assert_eq!(blocked.deliveries.len(), 0);
    assert_eq!(blocked.next_due, Some(at(2).plus(LEASE)));

    w.record(&first.deliveries[0], Next::Delivered, at(3)).await;
    assert_eq!(
        w.take(&hook, at(3)).await.len(),
        0,
        "the second is on its way"
    );
    w.record(&first.deliveries[1], Next::Delivered, at(4)).await;
    assert_eq!(events_of(&w.take(&hook, at(4)).await), numbers[2..]);
}

pub async fn a_failing_one_blocks_those_behind_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Webhook).await;
    let numbers = events(&w, ["a", "b", "c"]).await;
    let run = w.take(&hook, at(2)).await;
    w.record(&run[0], Next::RetryAt(at(100)), at(3)).await;
    w.release(&[run[1].clone(), run[2].clone()]).await;
    let blocked = w.take_some(&hook, 10, at(99)).await;
    assert_eq!(
        (blocked.deliveries.len(), blocked.next_due),
        (0, Some(at(100)))
    );

    let run = w.take(&hook, at(100)).await;
    assert_eq!(events_of(&run), numbers);
    w.record(&run[0], Next::GiveUp, at(101)).await;
    w.release(&[run[1].clone(), run[2].clone()]).await;
    let run = w.take(&hook, at(101)).await;
    assert_eq!(events_of(&run), numbers[1..], "a failed one blocks no more");
}

pub async fn a_run_ends_before_what_is_not_due(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Webhook).await;
    let numbers = events(&w, ["a", "b", "c"]).await;
    let run = w.take(&hook, at(2)).await;
    w.record(&run[1], Next::RetryAt(at(100)), at(3)).await;
    w.release(&[run[0].clone(), run[2].clone()]).await;
    let run = w.take_some(&hook, 10, at(4)).await;
    assert_eq!(events_of(&run.deliveries), numbers[..1]);
    w.record(&run.deliveries[0], Next::Delivered, at(5)).await;
    let next = w.take_some(&hook, 10, at(5)).await;
    assert_eq!((next.deliveries.len(), next.next_due), (0, Some(at(100))));
}

pub async fn subjects_do_not_wait_for_each_other(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Subject).await;
    let [a1, b1, a2, b2, c1] = events(&w, ["a", "b", "a", "b", "c"]).await;
    let run = w.take(&hook, at(2)).await;
    assert_eq!(events_of(&run), [a1, b1, a2, b2, c1]);
    // a fails, b is delivered, c is still on its way.
    w.record(&run[0], Next::RetryAt(at(100)), at(3)).await;
    w.record(&run[1], Next::Delivered, at(3)).await;
    w.release(&[run[2].clone(), run[3].clone()]).await;
    let [c2, d1] = events(&w, ["c", "d"]).await;

    let next = w.take_some(&hook, 10, at(4)).await;
    assert_eq!(events_of(&next.deliveries), [b2, d1]);
    assert_eq!(
        next.next_due,
        Some(at(2).plus(LEASE)),
        "c, if all else fails"
    );
    w.record(&run[4], Next::Delivered, at(5)).await;
    assert_eq!(events_of(&w.take(&hook, at(5)).await), [c2]);
    assert_eq!(
        events_of(&w.take(&hook, at(100)).await),
        [a1, a2, b2, c2, d1]
    );
}

pub async fn one_kind_of_subject_is_not_another(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Subject).await;
    let mut order = fact("same");
    order.r#ref = "orders/synced".into();
    order.subject.as_mut().unwrap().kind = SubjectKind::Order;
    let facts = vec![fact("same"), order, fact("same")];
    let made = w.commit(facts, at(1)).await.unwrap();
    let run = w.take(&hook, at(2)).await;
    w.record(&run[0], Next::RetryAt(at(100)), at(3)).await;
    w.release(&[run[1].clone(), run[2].clone()]).await;
    assert_eq!(events_of(&w.take(&hook, at(4)).await), [made[1].no]);
}

pub async fn without_a_subject_nothing_is_waited_for(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Subject).await;
    let bare = || Fact {
        subject: None,
        ..fact("x")
    };
    let made = w.commit(vec![bare(), bare()], at(1)).await.unwrap();
    let run = w.take_some(&hook, 1, at(2)).await;
    assert!(
        run.next_due.is_some_and(|due| due <= at(2)),
        "the other may go at once"
    );
    w.record(&run.deliveries[0], Next::RetryAt(at(100)), at(3))
        .await;
    assert_eq!(events_of(&w.take(&hook, at(4)).await), [made[1].no]);
}

pub async fn a_limit_keeps_the_beginning_of_each_run(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Subject).await;
    let [a1, a2, b1, a3] = events(&w, ["a", "a", "b", "a"]).await;
    let first = w.take_some(&hook, 2, at(2)).await;
    assert_eq!(events_of(&first.deliveries), [a1, a2]);
    assert!(
        first.next_due.is_some_and(|due| due <= at(2)),
        "b may go at once"
    );
    let second = w.take_some(&hook, 10, at(2)).await;
    assert_eq!(events_of(&second.deliveries), [b1]);
    assert_eq!(second.next_due, Some(at(2).plus(LEASE)));
    for handed in &first.deliveries {
        w.record(handed, Next::Delivered, at(3)).await;
    }
    assert_eq!(events_of(&w.take(&hook, at(3)).await), [a3]);
}

pub async fn an_attempt_by_hand_keeps_the_order(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Webhook).await;
    let [a, b] = events(&w, ["a", "b"]).await;
    let run = w.take(&hook, at(2)).await;
    w.record(&run[0], Next::RetryAt(at(100)), at(3)).await;
    w.release(std::slice::from_ref(&run[1])).await;
    let no: &Shop = &w.shop;
    w.store.retry(no.no, run[1].id, at(3), None).await.unwrap();
    let behind = w.take_some(&hook, 10, at(4)).await;
    assert_eq!(
        (behind.deliveries.len(), behind.next_due),
        (0, Some(at(100)))
    );

    w.store.retry(no.no, run[0].id, at(5), None).await.unwrap();
    let first = w.take_one(&hook, at(5)).await;
    assert_eq!((first.event.no, first.manual), (a, true));
    w.record(&first, Next::Unchanged, at(6)).await;
    assert_eq!(w.take(&hook, at(6)).await.len(), 0, "its schedule goes on");
    w.store.retry(no.no, run[0].id, at(7), None).await.unwrap();
    let first = w.take_one(&hook, at(7)).await;
    w.record(&first, Next::Delivered, at(8)).await;
    let next = w.take_one(&hook, at(8)).await;
    assert_eq!((next.event.no, next.manual), (b, true));
    w.record(&next, Next::Delivered, at(9)).await;

    w.store.retry(no.no, run[0].id, at(10), None).await.unwrap();
    let [c] = events(&w, ["c"]).await;
    let ended = w.take(&hook, at(10)).await;
    assert_eq!(
        events_of(&ended),
        [a, c],
        "what has ended stands before none"
    );
}

pub async fn what_was_held_keeps_its_order(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = ordered(&w, Ordering::Subject).await;
    let [a1, a2] = events(&w, ["a", "a"]).await;
    let run = w.take(&hook, at(2)).await;
    w.record(&run[0], Next::RetryAt(at(50)), at(3)).await;
    w.release(std::slice::from_ref(&run[1])).await;
    w.set_status(&hook, TargetStatus::Inactive, at(4)).await;
    let [a3] = events(&w, ["a"]).await;
    w.set_status(&hook, TargetStatus::Active, at(5)).await;
    assert_eq!(events_of(&w.take(&hook, at(6)).await), [a1, a2, a3]);
}
