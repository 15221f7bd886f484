//! Who has a delivery in hand, and until when.
//!
//! A lease is alive only while its time is not over and its node is still the owner, in the same epoch,
//! of the target's partition ([`crate::ownership`]). So everything that a node leased is free as soon as
//! its ownership ends, and what it says of it later bears an older epoch.
//!
//! An owner is the only node that may take what waits for its targets. So what it fetched by name it may have in hand
//! without a lease in the store: it leaves that out of its takes, and its epoch says whether it is still the owner.

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

    /// What an owner has in hand without a lease in the store: as long as it is the owner in this epoch.
    #[must_use]
    pub fn unwritten(node: NodeId, epoch: Epoch) -> Self {
        Self {
            node,
            epoch,
            until: Timestamp::from_millis(i64::MAX),
        }
    }

    /// Whether it is none that the store has: [`Lease::unwritten`].
    #[must_use]
    pub fn is_unwritten(self) -> bool {
        self == Self::unwritten(self.node, self.epoch)
    }

    /// Whether an outcome under this lease is in time for its delivery, where the store has `kept` and has seen so many
    /// attempts, if the node owns the target still in its epoch. Under an unwritten one a delivery is tried once.
    #[must_use]
    pub fn covers(self, kept: Option<Self>, attempts: u32) -> bool {
        if self.is_unwritten() {
            kept.is_none() && attempts == 0
        } else {
            kept == Some(self)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_covers_what_it_was_given_for() {
        let until = |ms| Lease::alone(Timestamp::from_millis(ms));
        assert!(until(5).covers(Some(until(5)), 3));
        for kept in [None, Some(until(6)), Some(until(5).over())] {
            assert!(!until(5).covers(kept, 0), "{kept:?}");
        }

        let unwritten = Lease::unwritten(NodeId(1), Epoch(2));
        assert!(unwritten.is_unwritten() && !until(5).is_unwritten());
        assert!(unwritten.covers(None, 0));
        assert!(!unwritten.covers(None, 1), "its attempt is on record");
        assert!(!unwritten.covers(Some(until(5)), 0), "it was taken since");
    }
}
