//! Who owns which partition, and which leases are alive by that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::lease::{Epoch, Lease, NodeId};
use claimwire_model::ownership::{Partition, Plan};
use claimwire_model::{TargetNo, Timestamp};

use crate::ownership::{Claim, Claimed, OWNED_FOR, Owned};

/// What the store takes for the time, whatever its callers say.
pub(super) type StoreClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Whose the targets are.
#[derive(Default)]
pub(super) enum Ownership {
    /// One node has all of them; its clock is the store's.
    #[default]
    Alone,
    /// Several nodes share them.
    Shared(Nodes),
}

/// The nodes of a shared store.
pub(super) struct Nodes {
    clock: StoreClock,
    /// The last number given to a node.
    last: NodeId,
    members: BTreeMap<NodeId, Member>,
    /// Partitions that were ever owned.
    owners: BTreeMap<Partition, Owner>,
}

struct Member {
    /// When its ownership ends.
    until: Timestamp,
    leaving: bool,
}

struct Owner {
    node: NodeId,
    epoch: Epoch,
    /// Given up, and not taken by another yet.
    free: bool,
}

impl Ownership {
    pub fn shared(clock: StoreClock) -> Self {
        Self::Shared(Nodes {
            clock,
            last: NodeId(0),
            members: BTreeMap::new(),
            owners: BTreeMap::new(),
        })
    }

    pub fn add_node(&mut self) -> NodeId {
        match self {
            Self::Alone => NodeId(0),
            Self::Shared(nodes) => {
                nodes.last.0 += 1;
                nodes.last
            }
        }
    }

    /// See [`crate::Queue::claim`].
    pub fn claim(&mut self, node: NodeId, claim: &Claim) -> Claimed {
        match self {
            Self::Alone => Claimed::Everything,
            Self::Shared(nodes) => Claimed::Shared(nodes.claim(node, claim)),
        }
    }

    /// Whether a target is this node's now.
    pub fn owns(&self, node: NodeId, target: TargetNo) -> bool {
        match self {
            Self::Alone => true,
            Self::Shared(nodes) => nodes.epoch(node, target).is_some(),
        }
    }

    /// A lease that begins now; none when the target is not this node's.
    pub fn grant(
        &self,
        node: NodeId,
        target: TargetNo,
        now: Timestamp,
        lease_for: Duration,
    ) -> Option<Lease> {
        match self {
            Self::Alone => Some(Lease::alone(now.plus(lease_for))),
            Self::Shared(nodes) => Some(Lease {
                node,
                epoch: nodes.epoch(node, target)?,
                until: (nodes.clock)().plus(lease_for),
            }),
        }
    }

    /// When a lease on one of the target's deliveries is over by the caller's clock, while it is alive.
    pub fn alive(&self, target: TargetNo, lease: Lease, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Alone => Some(lease.until).filter(|until| *until > now),
            Self::Shared(nodes) => {
                nodes
                    .epoch(lease.node, target)
                    .filter(|epoch| *epoch == lease.epoch)?;
                let left = lease.until.since((nodes.clock)());
                (!left.is_zero()).then(|| now.plus(left))
            }
        }
    }

    /// Whether nobody else has owned the target since this lease began.
    pub fn is_latest(&self, target: TargetNo, lease: Lease) -> bool {
        match self {
            Self::Alone => true,
            Self::Shared(nodes) => nodes
                .owners
                .get(&Partition::of(target))
                .is_some_and(|owner| owner.node == lease.node && owner.epoch == lease.epoch),
        }
    }
}

impl Nodes {
    /// In which epoch a target is this node's; none: it is not.
    fn epoch(&self, node: NodeId, target: TargetNo) -> Option<Epoch> {
        let owner = self.owners.get(&Partition::of(target))?;
        let member = self.members.get(&node)?;
        let owned = owner.node == node && !owner.free && member.until > (self.clock)();
        owned.then_some(owner.epoch)
    }

    fn claim(&mut self, node: NodeId, claim: &Claim) -> Owned {
        let now = (self.clock)();
        self.members.retain(|_, member| member.until > now);
        for (partition, owner) in &mut self.owners {
            let keeps = || claim.keep.binary_search(&(*partition, owner.epoch)).is_ok();
            let kept = owner.node != node || keeps();
            owner.free |= !kept || !self.members.contains_key(&owner.node);
        }
        let member = Member {
            until: now.plus(OWNED_FOR),
            leaving: claim.leaving,
        };
        self.members.insert(node, member);
        let sharing = self.members.iter().filter(|(_, member)| !member.leaving);
        let sharing: Vec<NodeId> = sharing.map(|(node, _)| *node).collect();
        let plan = Plan::of(node, &sharing, |partition| {
            let owner = self.owners.get(&partition).filter(|owner| !owner.free);
            owner.map(|owner| owner.node)
        });
        for partition in plan.take {
            let before = self.owners.get(&partition);
            let owner = Owner {
                node,
                epoch: Epoch(before.map_or(1, |owner| owner.epoch.0 + 1)),
                free: false,
            };
            self.owners.insert(partition, owner);
        }
        let own = self.owners.iter();
        let own = own.filter(|(_, owner)| owner.node == node && !owner.free);
        Owned {
            partitions: own
                .map(|(partition, owner)| (*partition, owner.epoch))
                .collect(),
            surplus: plan.surplus,
        }
    }
}
