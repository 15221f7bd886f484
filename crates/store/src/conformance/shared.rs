//! What the cases of a store that several nodes share begin with: two handles to it, of which one owns a webhook.

use std::collections::BTreeMap;

use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::{DeliveryId, TargetNo};

use super::saving::saved;
use super::spy::Spy;
use super::world::*;
use super::*;
use crate::Handed;
use crate::ownership::{Claim, Claimed, OWNED_FOR};

/// A store that several nodes share, and its clock.
#[async_trait::async_trait]
pub trait SharedStore: Send + Sync {
    /// A new node's handle.
    async fn node(&self) -> Arc<dyn Store>;
    /// The store's clock goes on.
    async fn pass(&self, time: Duration);
}

/// A node, and what it last heard that it owns.
pub(super) struct Node {
    pub(super) store: Arc<dyn Store>,
    pub(super) owned: BTreeMap<Partition, Epoch>,
    pub(super) surplus: Vec<Partition>,
}

impl Node {
    pub(super) async fn of(shared: &dyn SharedStore) -> Self {
        Self {
            store: shared.node().await,
            owned: BTreeMap::new(),
            surplus: Vec::new(),
        }
    }

    pub(super) async fn claim(&mut self, claim: Claim) {
        let Claimed::Shared(owned) = self.store.claim(claim).await.unwrap() else {
            panic!("the store is shared");
        };
        let count = owned.partitions.len();
        self.owned = owned.partitions.into_iter().collect();
        assert_eq!(self.owned.len(), count, "each is named once");
        self.surplus = owned.surplus;
    }

    pub(super) fn keeps(&self) -> Claim {
        Claim {
            keep: self.owned.iter().map(|(no, epoch)| (*no, *epoch)).collect(),
            leaving: false,
        }
    }

    /// A heartbeat that keeps everything.
    pub(super) async fn beat(&mut self) {
        self.claim(self.keeps()).await;
    }

    /// A heartbeat that gives up what is surplus.
    pub(super) async fn beat_and_share(&mut self) {
        let mut claim = self.keeps();
        claim.keep.retain(|(no, _)| !self.surplus.contains(no));
        self.claim(claim).await;
    }

    pub(super) fn owns(&self, target: TargetNo) -> bool {
        self.owned.contains_key(&Partition::of(target))
    }

    pub(super) async fn takes(&self, target: TargetNo, when: Timestamp) -> Vec<Handed> {
        let taken = self.store.take(target, 100, when, LEASE).await;
        taken.unwrap().deliveries
    }
}

/// Two nodes with their shares, and a webhook that the first one owns.
pub(super) struct Two {
    pub(super) shared: Arc<dyn SharedStore>,
    pub(super) w: World,
    pub(super) first: Node,
    pub(super) second: Node,
    pub(super) hook: Arc<Target>,
}

impl Two {
    pub(super) async fn new(shared: Arc<dyn SharedStore>) -> Self {
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
    pub(super) async fn first_dies(&mut self) {
        lives_on(&*self.shared, &mut self.second, OWNED_FOR).await;
    }

    /// The store's clock goes on, and the first node's heartbeats with it.
    pub(super) async fn first_lives_on(&mut self, time: Duration) {
        lives_on(&*self.shared, &mut self.first, time).await;
    }

    /// The first node leases a delivery; another one waits, and so does one for an ordered webhook of its own.
    pub(super) async fn works(&self) -> Work {
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
    pub(super) async fn first_has_nothing(&mut self, work: &Work) {
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
pub(super) async fn lives_on(shared: &dyn SharedStore, node: &mut Node, time: Duration) {
    let mut left = time;
    while !left.is_zero() {
        let step = left.min(OWNED_FOR / 2);
        shared.pass(step).await;
        node.beat().await;
        left -= step;
    }
}

/// What a node has to do.
pub(super) struct Work {
    pub(super) leased: Handed,
    /// For a webhook without order, and for one with.
    pub(super) waiting: [DeliveryId; 2],
}

/// A webhook that a node owns.
pub(super) async fn owned(w: &World, node: &Node, set: impl Fn(&mut Target)) -> Arc<Target> {
    loop {
        let hook = w.webhook(&set).await;
        if node.owns(hook.no) {
            return hook;
        }
        let gone = w.store.delete_target(w.shop.no, hook.uuid, at(0));
        gone.await.unwrap();
    }
}
