//! Commits with so many deliveries that a store may write their rows in steps behind it.

use claimwire_model::TargetNo;

use super::world::*;
use super::*;
use crate::log::DeliveryFilter;

/// More deliveries, for some webhooks, than a store makes at once.
const EVENTS: usize = 600;

/// Waits until so many deliveries wait for each of these. Every call of a store brings its work on.
async fn waiting(w: &World, hooks: &[&Target], count: u64) {
    for _ in 0..100_000 {
        w.store.ready().await.unwrap();
        let mut all = true;
        for hook in hooks {
            all &= w.store.pending(hook.no).await.unwrap() >= count;
        }
        if all {
            break;
        }
    }
    for hook in hooks {
        assert_eq!(w.store.pending(hook.no).await.unwrap(), count);
    }
}

async fn commit_many(w: &World, when: Timestamp) {
    let facts = (0..EVENTS).map(|n| fact(&n.to_string())).collect();
    w.commit(facts, when).await.unwrap();
}

async fn of_target(w: &World, target: TargetNo) -> Vec<DeliveryStatus> {
    let filter = DeliveryFilter {
        target: Some(target),
        ..DeliveryFilter::default()
    };
    let list = pages(100, |page| {
        w.store.deliveries(w.shop.no, filter.clone(), page, at(9))
    });
    list.await.iter().map(|delivery| delivery.status).collect()
}

pub async fn who_gets_an_event_is_fixed_by_its_commit(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let kept = w.webhook(|_| {}).await;
    let changed = w.webhook(|_| {}).await;
    let idle = w.webhook(|h| h.status = TargetStatus::Inactive).await;
    let deleted = w.webhook(|_| {}).await;
    commit_many(&w, at(1)).await;
    let late = w.webhook(|_| {}).await;
    let other = subscription(&["webhooks"], SourceFilter::All);
    w.update(&changed, at(2), |h| h.subscription = other).await;
    let gone = w.store.delete_target(w.shop.no, deleted.uuid, at(2));
    gone.await.unwrap();

    waiting(&w, &[&kept, &changed, &idle], EVENTS as u64).await;
    assert_eq!(w.store.pending(late.no).await.unwrap(), 0);
    for (hook, status) in [
        (&kept, DeliveryStatus::Pending),
        (&changed, DeliveryStatus::Pending),
        (&idle, DeliveryStatus::Held),
        (&deleted, DeliveryStatus::Cancelled),
    ] {
        assert_eq!(of_target(&w, hook.no).await, vec![status; EVENTS]);
    }
    assert_eq!(of_target(&w, late.no).await, []);
}

pub async fn an_order_holds_across_a_wide_commit(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for _ in 0..3 {
        w.webhook(|_| {}).await;
    }
    let hook = w.webhook(|h| h.ordering = Ordering::Webhook).await;
    w.event(at(1)).await;
    commit_many(&w, at(1)).await;
    w.event(at(1)).await;
    let events: Vec<_> = pages(100, |page| {
        w.store.events(w.shop.no, EventFilter::default(), page)
    })
    .await;
    let expected: Vec<_> = events.iter().rev().map(|event| event.no).collect();
    let mut delivered = Vec::new();
    for _ in 0..100_000 {
        let taken = w.take(&hook, at(2)).await;
        delivered.extend(events_of(&taken));
        assert_eq!(delivered, expected[..delivered.len()]);
        for handed in &taken {
            w.record(handed, Next::Delivered, at(2)).await;
        }
        if delivered.len() == expected.len() {
            break;
        }
    }
    assert_eq!(delivered.len(), EVENTS + 2);
}
