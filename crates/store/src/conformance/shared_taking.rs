//! Of a store that several nodes share: a delivery goes to the owner of its target, once, whether it is born leased, offered
//! by name, taken or found by a scan.

use claimwire_model::ownership::Partition;
use claimwire_model::verdict::Verdict;
use claimwire_model::{EventNo, TargetNo};

use super::shared::{Node, SharedStore, Two, owned};
use super::spy::Spy;
use super::world::*;
use super::*;
use crate::Committed;
use crate::intake::HANDOVER_LEASE;
use crate::ownership::Claim;
use crate::queue::{TEST_LEFT_OWING, Take};

pub async fn a_delivery_is_born_leased_only_at_its_owner(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    let spies = [Spy::with_room(10), Spy::with_room(10)];
    two.first.store.attach(spies[0].clone());
    two.second.store.attach(spies[1].clone());
    let commit = two.w.commit_of(vec![fact("a")], at(1));
    two.second.store.commit(commit).await.unwrap();
    assert_eq!(spies[1].asked(), 0, "it is not the second's");
    let found = two
        .first
        .store
        .scan(TargetNo(0), 1000, at(1))
        .await
        .unwrap();
    assert_eq!(found.waiting, [two.hook.no], "the owner finds it");
    let not_ours = two
        .second
        .store
        .scan(TargetNo(0), 1000, at(1))
        .await
        .unwrap();
    assert_eq!(not_ours.waiting, []);

    let commit = two.w.commit_of(vec![fact("b")], at(1));
    two.first.store.commit(commit).await.unwrap();
    let handed = spies[0].handed(1).await.remove(0);
    assert_eq!(handed.expires, at(1).plus(HANDOVER_LEASE));
    assert_eq!(
        handed.lease.epoch,
        two.first.owned[&Partition::of(two.hook.no)]
    );
}

pub async fn what_another_node_committed_is_had_once_by_name_or_by_a_take(
    shared: Arc<dyn SharedStore>,
) {
    let two = Two::new(shared).await;
    let commit = two
        .w
        .commit_of(vec![fact("a"), fact("b"), fact("c")], at(1));
    let Committed::Now(events) = two.second.store.commit(commit).await.unwrap() else {
        panic!("it was not done before");
    };
    let all: Vec<_> = events.iter().map(|event| id(event, &two.hook)).collect();
    let numbers: Vec<_> = events.iter().map(|event| event.no).collect();
    let strangers = two.second.store.take_named(&all, at(2), LEASE).await;
    assert_eq!(events_of(&strangers.unwrap()), [], "it is not the owner");

    // A store may leave all of them to a take, which brings what the caller has not in hand.
    let owner = &two.first.store;
    let named = owner.take_named(&all[..2], at(2), LEASE).await.unwrap();
    assert!(named.iter().all(|handed| handed.lease.is_unwritten()));
    let take = Take {
        target: two.hook.no,
        limit: 10,
        in_hand: named.iter().map(|handed| handed.id.event).collect(),
    };
    let taken = owner.take_all(&[take], at(2), LEASE).await.unwrap();
    let taken = taken.into_iter().next().unwrap().unwrap();
    assert_eq!(taken.next_due, None);
    assert_eq!(
        [events_of(&named), events_of(&taken.deliveries)].concat(),
        numbers,
        "each once"
    );

    for handed in named.iter().chain(&taken.deliveries) {
        two.w.record(handed, Next::Delivered, at(3)).await;
        let status = two.w.status(handed.id, at(3)).await;
        assert_eq!(status, DeliveryStatus::Delivered);
    }
    let again = owner.take_named(&all, at(4), LEASE).await.unwrap();
    assert_eq!(events_of(&again), []);
}

pub async fn what_is_leased_or_was_tried_is_not_had_by_name(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    let event = two.w.event(at(1)).await;
    let named = async || {
        let ids = [id(&event, &two.hook)];
        let named = two.first.store.take_named(&ids, at(3), LEASE).await;
        events_of(&named.unwrap())
    };
    let leased = two.first.takes(two.hook.no, at(1)).await.remove(0);
    assert_eq!(named().await, [], "it is leased");
    two.w.record(&leased, Next::RetryAt(at(2)), at(2)).await;
    assert_eq!(named().await, [], "it was tried");
}

pub async fn nothing_is_taken_in_order_while_something_of_it_is_in_hand(
    shared: Arc<dyn SharedStore>,
) {
    let two = Two::new(shared).await;
    let hook = owned(&two.w, &two.first, |hook| hook.ordering = Ordering::Webhook).await;
    let events = two.w.commit(vec![fact("a"), fact("b")], at(1)).await;
    let first = events.unwrap()[0].no;
    let take = async |in_hand: Vec<EventNo>| {
        let take = Take {
            target: hook.no,
            limit: 10,
            in_hand,
        };
        let taken = two.first.store.take_all(&[take], at(2), LEASE).await;
        taken.unwrap().remove(0).unwrap()
    };
    let taken = take(vec![first]).await;
    assert_eq!(events_of(&taken.deliveries), []);
    assert_eq!(taken.next_due, Some(at(2)), "it is asked for again");
    assert_eq!(take(Vec::new()).await.deliveries.len(), 2);
}

pub async fn what_is_by_hand_in_order_or_paused_is_not_had_by_name(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    let ordered = owned(&two.w, &two.first, |hook| {
        hook.ordering = Ordering::Webhook;
    })
    .await;
    let paused = owned(&two.w, &two.first, |hook| {
        hook.health.paused_until = Some(at(100));
    })
    .await;
    let event = two.w.event(at(1)).await;
    let by_hand = id(&event, &two.hook);
    let retried = two.w.store.retry(two.w.shop.no, by_hand, at(2), None);
    now(retried.await.unwrap());
    for id in [by_hand, id(&event, &ordered), id(&event, &paused)] {
        let named = two.first.store.take_named(&[id], at(3), LEASE).await;
        assert_eq!(events_of(&named.unwrap()), [], "for {}", id.target.0);
    }
}

pub async fn what_is_in_hand_is_not_taken_though_it_was_ordered_by_hand(
    shared: Arc<dyn SharedStore>,
) {
    let two = Two::new(shared).await;
    let event = two.w.event(at(1)).await;
    let id = id(&event, &two.hook);
    let retried = two.w.store.retry(two.w.shop.no, id, at(2), None);
    now(retried.await.unwrap());
    let take = async |in_hand: Vec<EventNo>| {
        let take = Take {
            target: two.hook.no,
            limit: 10,
            in_hand,
        };
        let taken = two.first.store.take_all(&[take], at(3), LEASE).await;
        taken.unwrap().remove(0).unwrap()
    };
    let taken = take(vec![event.no]).await;
    assert_eq!(events_of(&taken.deliveries), []);
    let taken = take(Vec::new()).await;
    assert_eq!(events_of(&taken.deliveries), [event.no]);
}

pub async fn a_scan_names_what_may_be_taken_and_nothing_else(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let named = async |node: &Node, when| {
        let scan = node.store.scan(TargetNo(0), 1000, when).await.unwrap();
        assert_eq!(scan.next, None, "the scan has come to the end");
        scan.waiting
    };
    let own = [two.hook.no];
    two.w.event(at(10)).await;
    assert_eq!(named(&two.first, at(9)).await, [], "it is not due");
    assert_eq!(named(&two.first, at(10)).await, own);
    two.first.takes(two.hook.no, at(10)).await;
    let late = at(600);
    assert_eq!(named(&two.first, late).await, [], "it is leased");
    two.first.claim(Claim::default()).await;
    assert_eq!(named(&two.first, at(10)).await, own, "in an older epoch");
    let handed = two.first.takes(two.hook.no, at(10)).await.remove(0);
    two.w.record(&handed, Next::RetryAt(at(100)), at(11)).await;
    assert_eq!(named(&two.first, at(99)).await, [], "it waits for its time");

    let retried = two.w.store.retry(two.w.shop.no, handed.id, at(12), None);
    now(retried.await.unwrap());
    assert_eq!(named(&two.first, at(12)).await, own, "ordered by hand");
    let by_hand = two.first.takes(two.hook.no, at(12)).await.remove(0);
    assert_eq!(named(&two.first, late).await, [], "and leased");
    let pause = Verdict {
        pause_until: Some(at(200)),
        ..verdict(Next::Unchanged)
    };
    two.w.record_verdict(&by_hand, pause, at(13)).await;
    assert_eq!(named(&two.first, at(199)).await, [], "it is paused");
    assert_eq!(named(&two.first, at(200)).await, own);
    two.w
        .set_status(&two.hook, TargetStatus::Inactive, at(14))
        .await;
    assert_eq!(named(&two.first, at(200)).await, [], "it is not active");

    let owing = owned(&two.w, &two.first, |hook| {
        hook.status = TargetStatus::Unverified;
        hook.webhook_mut().unwrap().verification_due = true;
    })
    .await;
    let left = owing.updated_at.plus(TEST_LEFT_OWING);
    let before = left.minus(Duration::from_millis(1));
    assert_eq!(named(&two.first, before).await, []);
    assert_eq!(named(&two.first, left).await, [owing.no], "it owes a test");
    assert_eq!(named(&two.second, left).await, [], "it is not its own");
}
