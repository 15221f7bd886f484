//! Maps and sets by the numbers of webhooks and shops. The numbers are ours, so nobody can choose them to collide; and
//! the same happenings lead to the same order, which a simulator relies on.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use claimwire_model::TargetNo;

/// A map by number.
pub(crate) type ByNumber<N, V> = HashMap<N, V, BuildHasherDefault<OfNumber>>;
/// A set of webhooks.
pub(crate) type Targets = HashSet<TargetNo, BuildHasherDefault<OfNumber>>;

/// Spreads small numbers over all bits.
#[derive(Default)]
pub(crate) struct OfNumber(u64);

/// 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for OfNumber {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(SPREAD);
        self.0 = mixed ^ (mixed >> 32);
    }
}
