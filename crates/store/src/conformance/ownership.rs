//! Of a store that several nodes share: a target is owned by one node at a time, by the store's clock.

use std::collections::BTreeSet;

use claimwire_model::ownership::{PARTITIONS, Partition};

use super::shared::{Node, SharedStore, Two, owned};
use super::world::*;
use super::*;
use crate::Page;
use crate::ownership::{Claim, OWNED_FOR, Targets};

pub async fn two_nodes_share_everything_and_never_the_same(shared: Arc<dyn SharedStore>) {
    let mut nodes = [Node::of(&*shared).await, Node::of(&*shared).await];
    nodes[0].beat().await;
    assert_eq!(nodes[0].owned.len(), usize::from(PARTITIONS), "it is alone");
    nodes[1].beat().await;
    assert_eq!(nodes[1].owned.len(), 0, "nothing is taken away");
    nodes[0].beat().await;
    assert_eq!(nodes[0].surplus.len(), usize::from(PARTITIONS) / 2);
    assert_eq!(
        nodes[0].owned.len(),
        usize::from(PARTITIONS),
        "until given up"
    );
    nodes[0].beat_and_share().await;
    nodes[1].beat().await;
    let all: BTreeSet<_> = nodes.iter().flat_map(|node| node.owned.keys()).collect();
    assert_eq!(all.len(), usize::from(PARTITIONS));
    for node in &mut nodes {
        assert_eq!(node.owned.len(), usize::from(PARTITIONS) / 2);
        let before = node.owned.clone();
        node.beat().await;
        node.beat().await;
        assert_eq!(
            (&node.owned, node.surplus.len()),
            (&before, 0),
            "nothing moves"
        );
    }
}

pub async fn what_a_node_leaves_is_taken_in_a_newer_epoch(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let before = two.first.owned.clone();
    let leaves = Claim {
        keep: Vec::new(),
        leaving: true,
    };
    two.first.claim(leaves.clone()).await;
    assert!(two.first.owned.is_empty());
    two.second.beat().await;
    assert_eq!(two.second.owned.len(), usize::from(PARTITIONS));
    for (no, epoch) in before {
        assert!(two.second.owned[&no] > epoch);
    }
    two.first.claim(leaves).await;
    assert!(two.first.owned.is_empty(), "it takes nothing more");
}

pub async fn one_that_leaves_keeps_what_it_has_under_way(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let kept = (
        Partition::of(two.hook.no),
        two.first.owned[&Partition::of(two.hook.no)],
    );
    let leaves = Claim {
        keep: vec![kept],
        leaving: true,
    };
    two.first.claim(leaves).await;
    assert_eq!(Vec::from_iter(two.first.owned.clone()), [kept]);
    two.second.beat().await;
    assert_eq!(two.second.owned.len(), usize::from(PARTITIONS) - 1);
}

pub async fn ownership_ends_by_the_stores_clock(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    two.shared.pass(OWNED_FOR - Duration::from_secs(1)).await;
    two.second.beat().await;
    assert!(!two.second.owns(two.hook.no));
    two.shared.pass(Duration::from_secs(1)).await;
    assert!(two.first.takes(two.hook.no, at(2)).await.is_empty());
    two.second.beat().await;
    assert!(two.second.owns(two.hook.no));
    assert_eq!(two.second.takes(two.hook.no, at(2)).await.len(), 1);
}

pub async fn a_node_that_was_silent_for_too_long_begins_anew(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    for ordering in [Ordering::None, Ordering::Webhook] {
        let hook = owned(&two.w, &two.first, |hook| hook.ordering = ordering).await;
        two.w.event(at(1)).await;
        let stale = two.first.takes(hook.no, at(2)).await;
        assert_eq!(stale.len(), 1);
        let before = two.first.owned.clone();
        two.shared.pass(OWNED_FOR).await;
        two.first.beat().await;
        assert!(two.first.owns(hook.no), "again: it is alone");
        for (no, epoch) in &two.first.owned {
            assert!(before.get(no).is_none_or(|before| before < epoch));
        }
        let status = two.w.status(stale[0].id, at(3)).await;
        assert_eq!(status, DeliveryStatus::Pending, "its lease is over");
        let again = two.first.takes(hook.no, at(3)).await;
        assert_eq!(again.len(), 1, "what it had leased is free");
        assert!(again[0].lease.epoch > stale[0].lease.epoch);
    }
}

pub async fn a_node_that_was_silent_has_nothing_of_what_it_owned(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let work = two.works().await;
    two.shared.pass(OWNED_FOR).await;
    two.first_has_nothing(&work).await;
}

pub async fn a_node_has_nothing_of_what_it_gave_up(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let work = two.works().await;
    let leaves = Claim {
        keep: Vec::new(),
        leaving: true,
    };
    two.first.claim(leaves).await;
    two.first_has_nothing(&work).await;
}

pub async fn a_heartbeat_made_twice_changes_nothing(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    let (before, claim) = (two.first.owned.clone(), two.first.keeps());
    two.first.claim(claim.clone()).await;
    two.first.claim(claim).await;
    assert_eq!(two.first.owned, before);
}

pub async fn what_is_not_kept_is_given_up(shared: Arc<dyn SharedStore>) {
    let mut two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let handed = two.first.takes(two.hook.no, at(1)).await;
    // As after an answer that was lost.
    two.first.claim(Claim::default()).await;
    assert_eq!(
        two.first.owned.len(),
        usize::from(PARTITIONS) / 2,
        "its share, anew"
    );
    let again = two.first.takes(two.hook.no, at(1)).await;
    assert_eq!(again.len(), 1);
    assert!(again[0].lease.epoch > handed[0].lease.epoch);
}

pub async fn only_the_owner_takes(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    for ordering in [Ordering::None, Ordering::Webhook] {
        let hook = owned(&two.w, &two.first, |hook| hook.ordering = ordering).await;
        two.w.event(at(1)).await;
        assert!(two.second.takes(hook.no, at(1)).await.is_empty());
        let handed = two.first.takes(hook.no, at(1)).await;
        let epoch = two.first.owned[&Partition::of(hook.no)];
        assert_eq!(handed[0].lease.epoch, epoch);
    }
}

pub async fn what_waits_is_named_by_partition(shared: Arc<dyn SharedStore>) {
    let two = Two::new(shared).await;
    two.w.event(at(1)).await;
    let own = Targets::Of(vec![Partition::of(two.hook.no)]);
    let waiting = two.second.store.waiting(own, at(2)).await.unwrap();
    assert_eq!(waiting, [(two.hook.no, at(1))]);
    let none = Targets::Of(Vec::new());
    assert_eq!(two.first.store.waiting(none, at(2)).await.unwrap(), []);
}

pub async fn numbers_grow_in_commit_order_whatever_the_nodes_clocks_say(
    shared: Arc<dyn SharedStore>,
) {
    let two = Two::new(shared).await;
    let mut numbers = Vec::new();
    for (n, when) in [at(600), at(0), at(300), at(1), at(900), at(2)]
        .into_iter()
        .enumerate()
    {
        let node = [&two.first, &two.second][n % 2];
        let commit = two.w.commit_of(vec![fact(&n.to_string())], when);
        numbers.extend(node.store.commit(commit).await.unwrap().event_numbers());
    }
    assert!(numbers.is_sorted() && numbers.len() == 6, "{numbers:?}");
    let Page { items, .. } = two
        .second
        .store
        .events(two.w.shop.no, EventFilter::default(), all())
        .await
        .unwrap();
    let listed: Vec<_> = items.iter().rev().map(|event| event.no).collect();
    assert_eq!(listed, numbers);
}
