//! Two handles to one store: a target is owned by one node at a time, by the store's clock, and what
//! bears an older epoch is late.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::delivery::{Delivery, SavedState};
use claimwire_model::lease::Epoch;
use claimwire_model::ownership::{PARTITIONS, Partition};
use claimwire_model::verdict::Verdict;
use claimwire_model::{DeliveryId, EventNo, TargetNo};

use super::saving::saved;
use super::spy::Spy;
use super::world::*;
use super::*;
use crate::intake::HANDOVER_LEASE;
use crate::log::DeliveryFilter;
use crate::ownership::{Claim, Claimed, OWNED_FOR, Targets};
use crate::queue::{Saved, TEST_LEFT_OWING, Take, Ticket};
use crate::{Committed, Handed, Page};

/// A store that several nodes share, and its clock.
#[async_trait::async_trait]
pub trait SharedStore: Send + Sync {
    /// A new node's handle.
    async fn node(&self) -> Arc<dyn Store>;
    /// The store's clock goes on.
    async fn pass(&self, time: Duration);
}

/// A node, and what it last heard that it owns.
struct Node {
    store: Arc<dyn Store>,
    owned: BTreeMap<Partition, Epoch>,
    surplus: Vec<Partition>,
}

impl Node {
    async fn of(shared: &dyn SharedStore) -> Self {
        Self {
            store: shared.node().await,
            owned: BTreeMap::new(),
            surplus: Vec::new(),
        }
    }

    async fn claim(&mut self, claim: Claim) {
        let Claimed::Shared(owned) = self.store.claim(claim).await.unwrap() else {
            panic!("the store is shared");
        };
        let count = owned.partitions.len();
        self.owned = owned.partitions.into_iter().collect();
        assert_eq!(self.owned.len(), count, "each is named once");
        self.surplus = owned.surplus;
    }

    fn keeps(&self) -> Claim {
        Claim {
            keep: self.owned.iter().map(|(no, epoch)| (*no, *epoch)).collect(),
            leaving: false,
        }
    }

    /// A heartbeat that keeps everything.
    async fn beat(&mut self) {
        self.claim(self.keeps()).await;
    }

    /// A heartbeat that gives up what is surplus.
    async fn beat_and_share(&mut self) {
        let mut claim = self.keeps();
        claim.keep.retain(|(no, _)| !self.surplus.contains(no));
        self.claim(claim).await;
    }

    fn owns(&self, target: TargetNo) -> bool {
        self.owned.contains_key(&Partition::of(target))
    }

    async fn takes(&self, target: TargetNo, when: Timestamp) -> Vec<Handed> {
        let taken = self.store.take(target, 100, when, LEASE).await;
        taken.unwrap().deliveries
    }
}

/// Two nodes with their shares, and a webhook that the first one owns.
struct Two {
    shared: Arc<dyn SharedStore>,
    w: World,
    first: Node,
    second: Node,
    hook: Arc<Target>,
}

impl Two {
    async fn new(shared: Arc<dyn SharedStore>) -> Self {
        let mut first = Node::of(&*shared).await;
        let mut second = Node::of(&*shared).await;
        first.beat().await;
        second.beat().await;
        first.beat().await;
        first.beat_and_share().await;
        second.beat().await;
        let w = World::new(Arc::clone(&first.store)).await;
        let hook = owned(&w, &first, |_| {}).await;
        Self {
            shared,
            w,
            first,
            second,
            hook,
        }
    }

    /// The first node falls silent and the second takes all that it had.
    async fn first_dies(&mut self) {
        lives_on(&*self.shared, &mut self.second, OWNED_FOR).await;
    }

    /// The store's clock goes on, and the first node's heartbeats with it.
    async fn first_lives_on(&mut self, time: Duration) {
        lives_on(&*self.shared, &mut self.first, time).await;
    }

    /// The first node leases a delivery; another one waits, and so does one for an ordered webhook of its own.
    async fn works(&self) -> Work {
        self.w.event(at(1)).await;
        let leased = self.first.takes(self.hook.no, at(1)).await.remove(0);
        let ordered = owned(&self.w, &self.first, |hook| {
            hook.ordering = Ordering::Webhook;
        })
        .await;
        let event = self.w.event(at(1)).await;
        Work {
            leased,
            waiting: [id(&event, &self.hook), id(&event, &ordered)],
        }
    }

    /// The first node, which no longer owns anything, has nothing of its work by whatever way; the second one has all
    /// of it once it owns the targets.
    async fn first_has_nothing(&mut self, work: &Work) {
        let Work { leased, waiting } = work;
        let node = &self.first.store;
        for id in waiting {
            let taken = self.first.takes(id.target, at(2)).await;
            assert_eq!(events_of(&taken), [], "by a take for {}", id.target.0);
        }
        let named = node.take_named(waiting, at(2), LEASE).await.unwrap();
        assert_eq!(events_of(&named), [], "by name");
        let found = node.scan(TargetNo(0), 1000, at(2)).await.unwrap();
        assert_eq!(found.waiting, [], "by a scan");
        let save = saved(leased, "late", at(2));
        let renewed = node.save(save, at(2)).await.unwrap();
        assert_eq!(renewed, None, "by a step of what it had leased");
        let status = self.w.status(leased.id, at(2)).await;
        assert_eq!(status, DeliveryStatus::Pending);
        let spy = Spy::with_room(10);
        node.attach(spy.clone());
        let born = self.w.event(at(2)).await;
        assert_eq!(spy.asked(), 0, "by a commit of its own");

        self.second.beat().await;
        let [unordered, ordered] = waiting;
        let taken = self.second.takes(unordered.target, at(2)).await;
        let all = [leased.id.event, unordered.event, born.no];
        assert_eq!(events_of(&taken), all);
        let taken = self.second.takes(ordered.target, at(2)).await;
        assert_eq!(events_of(&taken), all[1..]);
    }
}

/// The store's clock goes on, and a node's heartbeats with it.
async fn lives_on(shared: &dyn SharedStore, node: &mut Node, time: Duration) {
    let mut left = time;
    while !left.is_zero() {
        let step = left.min(OWNED_FOR / 2);
        shared.pass(step).await;
        node.beat().await;
        left -= step;
    }
}

/// What a node has to do.
struct Work {
    leased: Handed,
    /// For a webhook without order, and for one with.
    waiting: [DeliveryId; 2],
}

/// A webhook that a node owns.
async fn owned(w: &World, node: &Node, set: impl Fn(&mut Target)) -> Arc<Target> {
    loop {
        let hook = w.webhook(&set).await;
        if node.owns(hook.no) {
            return hook;
        }
        let gone = w.store.delete_target(w.shop.no, hook.uuid, at(0));
        gone.await.unwrap();
    }
}

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
