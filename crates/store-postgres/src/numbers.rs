//! Numbers that nodes give out without asking each other. Their lowest bits tell the node, so that two nodes never
//! give the same: a node's numbers are those of its slot. Slots come round after [`SLOTS`] starts; a number that is
//! taken all the same is refused by its table's key, and the call is done again with the next.

use std::sync::{Mutex, PoisonError};

use claimwire_model::Timestamp;
use claimwire_model::id::first_number_at;

/// Of how many nodes numbers differ.
const SLOTS: i64 = 1 << 10;

/// The numbers of one node, each greater than those before it.
pub(crate) struct Numbering {
    slot: i64,
    last: Mutex<i64>,
}

impl Numbering {
    pub(crate) fn of_node(number: i64) -> Self {
        Self {
            slot: number.rem_euclid(SLOTS),
            last: Mutex::default(),
        }
    }

    /// The next one at `now`, and greater than `newest`.
    pub(crate) fn next(&self, now: Timestamp, newest: i64) -> i64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let least = first_number_at(now)
            .max(last.saturating_add(1))
            .max(newest.saturating_add(1));
        let behind = (self.slot - least).rem_euclid(SLOTS);
        *last = least.saturating_add(behind);
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_nodes_never_give_the_same_and_each_its_own_in_order() {
        let nodes = [Numbering::of_node(7), Numbering::of_node(8)];
        let now = Timestamp::from_secs(1_800_000_000);
        let mut given = Vec::new();
        for node in &nodes {
            let own: Vec<_> = (0..100).map(|_| node.next(now, 0)).collect();
            assert!(own.is_sorted_by(|a, b| a < b));
            given.extend(own);
        }
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 200);
        assert!(nodes[0].next(now, 1 << 62) > 1 << 62);
    }
}
