//! Maps and sets by the numbers of webhooks, shops and deliveries. The numbers are ours, so nobody can choose them to collide; and
//! the same happenings lead to the same order, which a simulator relies on.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by number.
pub type ByNumber<N, V> = HashMap<N, V, BuildHasherDefault<OfNumber>>;
/// A set of numbers.
pub type Numbers<N> = HashSet<N, BuildHasherDefault<OfNumber>>;

/// Spreads small numbers over all bits.
#[derive(Default)]
pub struct OfNumber(u64);

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
