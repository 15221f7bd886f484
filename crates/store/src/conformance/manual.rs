//! Attempts ordered by hand, on top of the schedule.

use claimwire_model::DeliveryId;

use super::world::*;
use super::*;

async fn retry(w: &World, id: DeliveryId, when: Timestamp) -> Result<(), StoreError> {
    w.store.retry(w.shop.no, id, when, None).await.map(now)
}

pub async fn ordered_twice_is_two_attempts(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::GiveUp, at(1)).await;
    retry(&w, id, at(2)).await.unwrap();
    retry(&w, id, at(2)).await.unwrap();
    for n in 1..=2 {
        let handed = w.take_one(&hook, at(3)).await;
        assert_eq!((handed.id, handed.manual), (id, true));
        assert_eq!(handed.attempts, n);
        // The first success does not undo the second order.
        w.record(&handed, Next::Delivered, at(3)).await;
        assert_eq!(w.status(id, at(3)).await, DeliveryStatus::Delivered);
    }
    assert_eq!(w.take(&hook, at(4)).await.len(), 0);
    assert_eq!(w.delivery(id, at(4)).await.1.len(), 3);
}

pub async fn the_schedule_is_undisturbed(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::RetryAt(at(500)), at(1)).await;
    retry(&w, id, at(2)).await.unwrap();
    assert_eq!(w.delivery(id, at(2)).await.0.next_attempt_at, Some(at(500)));

    let handed = w.take_one(&hook, at(2)).await;
    assert_eq!(
        (handed.manual, handed.attempts, handed.failures),
        (true, 1, 1)
    );
    w.record(&handed, Next::Unchanged, at(3)).await;
    let (shown, attempts) = w.delivery(id, at(3)).await;
    assert_eq!(shown.status, DeliveryStatus::Pending);
    assert_eq!(shown.next_attempt_at, Some(at(500)));
    assert_eq!(attempts.len(), 2);
    assert_eq!(w.target(&hook).await.health.consecutive_failures, 2);

    let next = w.take_some(&hook, 10, at(4)).await;
    assert_eq!((next.deliveries.len(), next.next_due), (0, Some(at(500))));
    let handed = w.take_one(&hook, at(500)).await;
    assert_eq!(
        (handed.manual, handed.attempts, handed.failures),
        (false, 2, 1)
    );
}

pub async fn a_success_by_hand_ends_the_delivery(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::RetryAt(at(500)), at(1)).await;
    retry(&w, id, at(2)).await.unwrap();
    let handed = w.take_one(&hook, at(2)).await;
    w.record(&handed, Next::Delivered, at(3)).await;
    let (shown, _) = w.delivery(id, at(3)).await;
    assert_eq!(shown.status, DeliveryStatus::Delivered);
    assert_eq!(shown.delivered_at, Some(at(3)));
    assert_eq!(w.take(&hook, at(500)).await.len(), 0);
}

pub async fn a_failure_by_hand_leaves_what_had_ended(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let delivered = w.ended(&hook, Next::Delivered, at(1)).await;
    let failed = w.ended(&hook, Next::GiveUp, at(1)).await;
    for id in [delivered, failed] {
        retry(&w, id, at(2)).await.unwrap();
    }
    for handed in w.take(&hook, at(2)).await {
        w.record(&handed, Next::Unchanged, at(3)).await;
    }
    assert_eq!(w.status(delivered, at(3)).await, DeliveryStatus::Delivered);
    assert_eq!(
        w.delivery(delivered, at(3)).await.0.delivered_at,
        Some(at(1))
    );
    assert_eq!(w.status(failed, at(3)).await, DeliveryStatus::Failed);
    assert_eq!(w.take(&hook, at(900)).await.len(), 0);
}

pub async fn ordered_ones_go_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    w.record(&handed, Next::RetryAt(at(900)), at(1)).await;
    let waiting = w.event(at(1)).await;
    retry(&w, handed.id, at(5)).await.unwrap();
    let first = w.take_some(&hook, 1, at(6)).await;
    assert_eq!(events_of(&first.deliveries), [handed.event.no]);
    assert_eq!(first.next_due, Some(at(1)));
    assert_eq!(w.take_one(&hook, at(6)).await.event.no, waiting.no);
}

pub async fn an_order_is_owed_until_it_is_recorded(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::GiveUp, at(1)).await;
    retry(&w, id, at(2)).await.unwrap();

    let handed = w.take_one(&hook, at(2)).await;
    let busy = w.take_some(&hook, 10, at(2)).await;
    assert_eq!(
        (busy.deliveries.len(), busy.next_due),
        (0, Some(handed.lease.until))
    );
    w.release(&[handed]).await;
    let handed = w.take_one(&hook, at(3)).await;
    assert!(handed.manual, "a release gives it back");
    let handed = w.take_one(&hook, handed.lease.until).await;
    assert!(handed.manual, "so does a lease that ran out");
    w.store.waiting(Targets::All, at(4)).await.unwrap();
    let handed = w.take_one(&hook, at(100)).await;
    assert!(handed.manual, "so does a new start");
    w.record(&handed, Next::Unchanged, at(101)).await;
    let after = w.take_some(&hook, 10, at(1000)).await;
    assert_eq!((after.deliveries.len(), after.next_due), (0, None));
}

pub async fn one_in_flight_gets_its_extra_attempt_afterwards(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    retry(&w, handed.id, at(2)).await.unwrap();
    assert_eq!(w.take(&hook, at(2)).await.len(), 0, "one at a time");
    w.record(&handed, Next::Delivered, at(3)).await;
    let again = w.take_one(&hook, at(3)).await;
    assert_eq!(
        (again.id, again.manual, again.attempts),
        (handed.id, true, 1)
    );
}

pub async fn an_order_waits_for_an_active_webhook(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::GiveUp, at(1)).await;
    w.set_status(&hook, TargetStatus::Inactive, at(2)).await;
    retry(&w, id, at(3)).await.unwrap();
    assert_eq!(w.take(&hook, at(4)).await.len(), 0);
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 0);
    w.update(&hook, at(5), |h| {
        h.status = TargetStatus::Active;
        h.health.paused_until = Some(at(10));
    })
    .await;
    assert_eq!(w.take_some(&hook, 10, at(6)).await.next_due, Some(at(10)));
    assert!(w.take_one(&hook, at(10)).await.manual);
}

pub async fn what_is_not_there_cannot_be_ordered(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let id = w.ended(&hook, Next::GiveUp, at(1)).await;
    let other = w.new_shop("other").await;
    let strange = w.store.retry(other.no, id, at(2), None).await;
    assert_eq!(strange.unwrap_err(), StoreError::NotFound);
    let mut unknown = id;
    unknown.event.0 -= 1;
    assert_eq!(retry(&w, unknown, at(2)).await, Err(StoreError::NotFound));
    w.store
        .delete_target(w.shop.no, hook.uuid, at(2))
        .await
        .unwrap();
    assert_eq!(retry(&w, id, at(3)).await, Err(StoreError::NotFound));
}
