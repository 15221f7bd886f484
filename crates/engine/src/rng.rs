//! Randomness, for the jitter of retries. It is passed in, like the clock.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// The engine's source of randomness.
pub trait Rng: Send + Sync {
    /// Uniform in 0..1.
    fn uniform(&self) -> f64;
}

/// A small generator (splitmix64) with a seed from the system. Good for spreading retries, not for secrets.
#[derive(Debug)]
pub struct SystemRng {
    state: AtomicU64,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl SystemRng {
    /// Seeded anew by the system.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: AtomicU64::new(RandomState::new().hash_one(STEP)),
        }
    }
}

impl Default for SystemRng {
    fn default() -> Self {
        Self::new()
    }
}

impl Rng for SystemRng {
    fn uniform(&self) -> f64 {
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The 53 bits that a double holds exactly.
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_are_spread_over_the_unit() {
        let rng = SystemRng::new();
        let numbers: Vec<f64> = (0..10_000).map(|_| rng.uniform()).collect();
        assert!(numbers.iter().all(|r| (0.0..1.0).contains(r)));
        for tenth in 0..10 {
            let low = f64::from(tenth) / 10.0;
            let share = numbers
                .iter()
                .filter(|r| (low..low + 0.1).contains(r))
                .count();
            assert!(
                (800..1200).contains(&share),
                "{share} of 10,000 in the tenth from {low}"
            );
        }
    }
}
