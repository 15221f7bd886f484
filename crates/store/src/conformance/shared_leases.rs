//! Of a store that several nodes share: a lease ends by the store's clock, and what bears one of an older epoch is late.

use claimwire_model::delivery::{Delivery, SavedState};

use super::saving::saved;
use super::shared::{SharedStore, Two, lives_on, owned};
use super::spy::Spy;
use super::world::*;
use super::*;
use crate::intake::HANDOVER_LEASE;
use crate::log::DeliveryFilter;
use crate::ownership::{Claim, OWNED_FOR, Targets};
use crate::queue::{Saved, Ticket};

pub async fn a_lease_ends_by_the_stores_clock_whatever_its_callers_say(
    shared: Arc<dyn SharedStore>,
) {
    let mut two = Two::new(shared).await;
    for ordering in [Ordering::None, Ordering::Webhook] {
        let hook = owned(&two.w, &two.first, |hook| hook.ordering = ordering).await;
        two.w.event(at(1)).await;
        let late = at(600);
        let handed = two.first.takes(hook.no, late).await.remove(0);
        assert_eq!(handed.expires, late.plus(LEASE), "by the caller's clock");
        let much_later = late.plus(LEASE * 10);
        assert!(two.first.takes(hook.no, much_later).await.is_empty());
        let taken = two.first.store.take(hook.no, 1, at(2), LEASE).await;
        assert_eq!(taken.unwrap().next_due, Some(at(2).plus(LEASE)));
        two.first_lives_on(LEASE - Duration::from_secs(1)).await;
        assert!(two.first.takes(hook.no, late).await.is_empty());
        two.first_lives_on(Duration::from_secs(1)).await;
        assert_eq!(two.first.takes(hook.no, at(2)).await.len(), 1);
    }
}

pub async fn a_delivery_is_born_leased_by_the_stores_clock(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let spy = Spy::with_room(1);
    two.first.store.attach(spy.clone());
    let late = at(600);
    let event = two.w.event(late).await;
    assert_eq!(events_of(&spy.handed(1).await), [event.no]);
    let much_later = at(6000);
    two.first_lives_on(HANDOVER_LEASE - Duration::from_secs(1))
        .await;
    assert!(two.first.takes(two.hook.no, much_later).await.is_empty());
    two.first_lives_on(Duration::from_secs(1)).await;
    assert_eq!(two.first.takes(two.hook.no, much_later).await.len(), 1);
}

pub async fn a_step_renews_its_lease_by_the_stores_clock(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let handed = two.first.takes(two.hook.no, at(1)).await.remove(0);
    two.first_lives_on(LEASE / 2).await;
    let late = at(600);
    let save = saved(&handed, "found", late);
    let renewed = two.first.store.save(save, late).await.unwrap().unwrap();
    assert_eq!(renewed.until, handed.lease.until.plus(LEASE / 2));
    two.first_lives_on(LEASE / 2).await;
    assert!(two.first.takes(two.hook.no, late).await.is_empty());
    two.first_lives_on(LEASE / 2).await;
    assert_eq!(two.first.takes(two.hook.no, at(2)).await.len(), 1);
}

pub async fn what_a_dead_node_had_in_hand_is_free_with_its_ownership(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let lost = two.first.takes(two.hook.no, at(1)).await.remove(0);
    let status = two.w.status(lost.id, at(1)).await;
    assert_eq!(status, DeliveryStatus::Delivering);
    two.first_dies().await;
    assert_eq!(two.w.status(lost.id, at(2)).await, DeliveryStatus::Pending);
    let found = two.second.takes(two.hook.no, at(2)).await.remove(0);
    assert_eq!((found.id, found.attempts), (lost.id, 0));
}

pub async fn an_outcome_of_an_older_epoch_is_late(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let old = two.first.takes(two.hook.no, at(1)).await.remove(0);
    two.first_dies().await;
    // The new owner has not taken it yet: even so the old one has no say.
    two.w.record(&old, Next::GiveUp, at(3)).await;
    let (shown, attempts) = two.w.delivery(old.id, at(3)).await;
    assert_eq!((shown.status, attempts.len()), (DeliveryStatus::Pending, 1));
    let new = two.second.takes(two.hook.no, at(3)).await.remove(0);
    assert_eq!((new.failures, new.attempts), (0, 1));
    two.w.release(std::slice::from_ref(&old)).await;
    assert_eq!(
        two.w.status(old.id, at(3)).await,
        DeliveryStatus::Delivering
    );
    two.w.record(&new, Next::Delivered, at(4)).await;
    let status = two.w.status(new.id, at(4)).await;
    assert_eq!(status, DeliveryStatus::Delivered);
}

pub async fn an_outcome_of_an_older_epoch_of_the_same_node_is_late(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let old = two.first.takes(two.hook.no, at(1)).await.remove(0);
    let event = two.w.event(at(1)).await;
    // A store may leave it to a take.
    let ids = [id(&event, &two.hook)];
    let named = two.first.store.take_named(&ids, at(1), LEASE).await;
    // Given up and owned anew.
    two.first.claim(Claim::default()).await;
    assert!(two.first.owns(two.hook.no), "again");
    for late in named.unwrap().iter().chain([&old]) {
        two.w.record(late, Next::GiveUp, at(2)).await;
        let (shown, attempts) = two.w.delivery(late.id, at(2)).await;
        assert_eq!((shown.status, attempts.len()), (DeliveryStatus::Pending, 1));
    }
    let new = two.first.takes(two.hook.no, at(2)).await;
    assert_eq!(events_of(&new), [old.id.event, event.no]);
    let new = &new[0];
    assert_eq!((new.failures, new.attempts), (0, 1));
    assert_eq!(new.lease.until, old.lease.until, "the clock stands");
    two.w.release(std::slice::from_ref(&old)).await;
    let status = two.w.status(old.id, at(2)).await;
    assert_eq!(status, DeliveryStatus::Delivering);
    two.w.record(new, Next::Delivered, at(3)).await;
    let status = two.w.status(new.id, at(3)).await;
    assert_eq!(status, DeliveryStatus::Delivered);
}

pub async fn nothing_is_saved_under_a_lease_of_an_older_epoch(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let old = two.first.takes(two.hook.no, at(1)).await.remove(0);
    // Given up and owned anew: the delivery is still under its lease, which no longer counts.
    two.first.claim(Claim::default()).await;
    assert!(two.first.owns(two.hook.no), "again");
    let ticket = Ticket {
        claim: "c1".to_owned(),
        state: SavedState(b"ticket"[..].into()),
    };
    let late = Saved {
        ticket: Some(ticket),
        ..saved(&old, "late", at(2))
    };
    let store = &two.first.store;
    assert_eq!(store.save(late, at(2)).await.unwrap(), None);
    let ticket = store.ticket(two.hook.no, "c1".to_owned()).await.unwrap();
    assert_eq!(ticket, None);
    assert_eq!(two.w.delivery(old.id, at(2)).await.1, []);
    let new = two.first.takes(two.hook.no, at(2)).await.remove(0);
    assert_eq!((new.id, new.state.clone(), new.attempts), (old.id, None, 0));
    let save = saved(&new, "found", at(3));
    assert!(two.first.store.save(save, at(3)).await.unwrap().is_some());
}

pub async fn an_outcome_counts_while_nobody_else_has_owned_its_target(
    shared: Arc<dyn SharedStore>,
) {
    let two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let handed = two.first.takes(two.hook.no, at(1)).await.remove(0);
    two.shared.pass(OWNED_FOR * 2).await;
    two.w.record(&handed, Next::GiveUp, at(3)).await;
    assert_eq!(two.w.status(handed.id, at(3)).await, DeliveryStatus::Failed);
}

pub async fn what_is_leased_is_listed_as_such(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let leased = two.first.takes(two.hook.no, at(1)).await.remove(0);
    let leased = leased.id.event;
    let waiting = two.w.event(at(1)).await.no;
    // What is leased of all, and what is listed as waiting, whatever the clock of whoever asks.
    let listed = async |w: &World| {
        let of = async |status| {
            let filter = DeliveryFilter {
                status,
                ..DeliveryFilter::default()
            };
            let page = w.store.deliveries(w.shop.no, filter, all(), at(6000)).await;
            page.unwrap().items
        };
        let all = of(None).await.into_iter();
        let leased = all.filter(|delivery| delivery.status == DeliveryStatus::Delivering);
        let waiting = of(Some(DeliveryStatus::Pending)).await.into_iter();
        let event = |delivery: Delivery| delivery.id.event;
        (
            Vec::from_iter(leased.map(event)),
            Vec::from_iter(waiting.map(event)),
        )
    };
    let both = || vec![waiting, leased];
    let none = Vec::new;
    assert_eq!(listed(&two.w).await, (vec![leased], vec![waiting]));
    two.first.claim(Claim::default()).await;
    assert_eq!(listed(&two.w).await, (none(), both()), "in an older epoch");

    two.first.takes(two.hook.no, at(1)).await;
    assert_eq!(listed(&two.w).await, (both(), none()));
    two.shared.pass(OWNED_FOR).await;
    assert_eq!(listed(&two.w).await, (none(), both()), "it was silent");
    two.first.beat().await;
    two.first.takes(two.hook.no, at(1)).await;
    let leaves = Claim {
        keep: Vec::new(),
        leaving: true,
    };
    two.first.claim(leaves).await;
    assert_eq!(listed(&two.w).await, (none(), both()), "it gave them up");

    two.second.beat().await;
    two.second.takes(two.hook.no, at(1)).await;
    assert_eq!(listed(&two.w).await, (both(), none()));
    lives_on(&*two.shared, &mut two.second, LEASE).await;
    assert_eq!(listed(&two.w).await, (none(), both()), "their time is over");
}

pub async fn a_node_that_starts_ends_no_lease(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let leased = two.first.takes(two.hook.no, at(1)).await.remove(0);
    let third = two.shared.node().await;
    third.waiting(Targets::All, at(2)).await.unwrap();
    let status = two.w.status(leased.id, at(2)).await;
    assert_eq!(status, DeliveryStatus::Delivering);
    assert!(two.first.takes(two.hook.no, at(2)).await.is_empty());
}
