//! Which node owns which targets, where several share a store.
//!
//! Targets are grouped into [`PARTITIONS`], and a partition is owned by one node at a time: what a node
//! paces, counts and keeps in order in its memory holds for all of them. A node takes what nobody owns,
//! up to its share, and gives up what it has beyond that once nothing of it is under way; so ownership
//! moves only when nodes come and go. A store asks [`Plan::of`] at each heartbeat of a node.

use crate::id::TargetNo;
use crate::lease::NodeId;

/// The number of partitions. Fixed: nodes of two versions of the program share a store for a while.
pub const PARTITIONS: u16 = 256;

/// A group of targets that is owned as a whole: a number below [`PARTITIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(u16);

impl Partition {
    /// The partition of a target. The same in every version of the program.
    #[must_use]
    pub fn of(target: TargetNo) -> Self {
        // Targets' numbers may be dense, or have a time in their upper bits: all bits count.
        let mixed = target.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(u16::try_from(mixed >> 56).unwrap_or(0) % PARTITIONS)
    }

    /// The partition with this number; none from [`PARTITIONS`] on.
    #[must_use]
    pub fn numbered(no: u16) -> Option<Self> {
        (no < PARTITIONS).then_some(Self(no))
    }

    /// Its number.
    #[must_use]
    pub const fn no(self) -> u16 {
        self.0
    }

    /// All of them, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..PARTITIONS).map(Self)
    }
}

/// What a node is to do about its ownership.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Owned by nobody, and its own from now on.
    pub take: Vec<Partition>,
    /// Its own, but more than its share: to be given up once nothing of it is under way.
    pub surplus: Vec<Partition>,
}

impl Plan {
    /// For `node`, where `members` are the nodes that take part, in ascending order, and `owner` tells
    /// who owns a partition, if anybody does. A node that is no member takes nothing, and all that it
    /// has is surplus.
    #[must_use]
    pub fn of(
        node: NodeId,
        members: &[NodeId],
        owner: impl Fn(Partition) -> Option<NodeId>,
    ) -> Self {
        let share = share(node, members);
        let mut own: Vec<Partition> = Vec::new();
        let mut free: Vec<Partition> = Vec::new();
        for partition in Partition::all() {
            match owner(partition) {
                None => free.push(partition),
                Some(other) if other == node => own.push(partition),
                Some(_) => {}
            }
        }
        let surplus = own.split_off(share.min(own.len()));
        free.truncate(share.saturating_sub(own.len()));
        Self {
            take: free,
            surplus,
        }
    }
}

/// How many partitions are the share of `node`: the shares of all members come to [`PARTITIONS`], and no
/// two differ by more than one.
fn share(node: NodeId, members: &[NodeId]) -> usize {
    let all = usize::from(PARTITIONS);
    match members.binary_search(&node) {
        Ok(place) => all / members.len() + usize::from(place < all % members.len()),
        Err(_) => 0,
    }
}
