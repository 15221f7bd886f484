//! Who has a delivery in hand, and until when.
//!
//! A lease is alive only while its time is not over and its node is still the owner, in the same epoch,
//! of the target's partition ([`crate::ownership`]). So everything that a node leased is free as soon as
//! its ownership ends, and what it says of it later bears an older epoch.

use crate::time::Timestamp;

/// One process on a store, numbered by the store; a process that starts again is another node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

/// Grows each time the ownership of a partition begins anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// A delivery's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    /// Whose.
    pub node: NodeId,
    /// In which epoch of the partition of its target.
    pub epoch: Epoch,
    /// When it is over, by the store's clock.
    pub until: Timestamp,
}

impl Lease {
    /// A lease in a store that one node has to itself: there is one owner, and no second epoch.
    #[must_use]
    pub const fn alone(until: Timestamp) -> Self {
        Self {
            node: NodeId(0),
            epoch: Epoch(0),
            until,
        }
    }

    /// The same, ended: whoever had it did not say how it went.
    #[must_use]
    pub fn over(self) -> Self {
        Self {
            until: Timestamp::from_millis(0),
            ..self
        }
    }
}
