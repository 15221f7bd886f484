//! All chance of a run, from its seed (splitmix64).

use std::sync::{Mutex, PoisonError};

use claimwire_engine::Rng;

/// A stream of chance. Two streams forked from one do not disturb each other.
#[derive(Debug)]
pub struct Chance(Mutex<u64>);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed.wrapping_mul(STEP) ^ STEP))
    }

    /// A stream of its own.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.next())
    }

    /// Any number.
    pub fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(STEP);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..n`; 0 of none.
    pub fn below(&self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or(0)
    }

    /// From the first to the last, both included.
    pub fn between(&self, first: u64, last: u64) -> u64 {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// True so many times in a hundred.
    pub fn percent(&self, n: u64) -> bool {
        self.below(100) < n
    }

    /// True so many times in a million.
    pub fn millionths(&self, n: u64) -> bool {
        self.below(1_000_000) < n
    }

    /// One of these.
    pub fn pick<T: Clone>(&self, first: T, others: &[T]) -> T {
        let place = self.below(others.len() as u64 + 1);
        usize::try_from(place)
            .ok()
            .and_then(|place| place.checked_sub(1))
            .and_then(|place| others.get(place).cloned())
            .unwrap_or(first)
    }
}

impl Rng for Chance {
    fn uniform(&self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
