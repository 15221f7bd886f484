//! Which node owns what, where several share a store: what a node says with each heartbeat, and what it
//! is answered.
//!
//! Ownership lasts for [`OWNED_FOR`] from a heartbeat, by the store's clock, and ends by itself. A node
//! reckons it from before the call by its own clock, so it knows its ownership to be over no later than
//! the store does. Whatever bears an older epoch is late: see [`crate::Queue::record`].

use std::time::Duration;

use claimwire_model::TargetNo;
use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;

/// How long a node owns its partitions after a heartbeat, and how long one that died keeps them from the
/// others.
pub const OWNED_FOR: Duration = Duration::from_secs(10);

/// A heartbeat. Says all that the node takes for its own, so that it may be made twice, and an answer
/// that was lost does no harm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// What the node owns and goes on owning, by number. All else that the store takes for its own is given up,
    /// with all deliveries leased in it.
    pub keep: Vec<(Partition, Epoch)>,
    /// The node is about to end: it takes nothing more, and the others share without it.
    pub leaving: bool,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// One node has the store to itself. It owns everything for good, hears of all that happens, and
    /// need not ask again.
    Everything,
    /// Several nodes share the store.
    Shared(Owned),
}

/// What a node owns for [`OWNED_FOR`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    /// All of it, by number. What was not named by [`Claim::keep`] in this epoch is new: nothing of it
    /// is leased.
    pub partitions: Vec<(Partition, Epoch)>,
    /// What of it should be given up, by number, once nothing is under way there, so that others get their share.
    pub surplus: Vec<Partition>,
}

/// Some targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// All.
    All,
    /// Those of these partitions.
    Of(Vec<Partition>),
}

impl Targets {
    /// Whether a target is one of them.
    #[must_use]
    pub fn include(&self, target: TargetNo) -> bool {
        match self {
            Self::All => true,
            Self::Of(partitions) => partitions.contains(&Partition::of(target)),
        }
    }
}
