//! How many requests with one key are taken in a second (contract section 2: 429 with `Retry-After`).
//!
//! Each key has a bucket that holds a second's worth and fills at the rate; it is kept as the time at which it is full
//! again (the generic cell rate algorithm). A key that was quiet may so send a second's worth at once, and no more
//! than twice the rate falls into any second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use claimwire_actions::Caller;
use claimwire_model::Timestamp;
use uuid::Uuid;

use crate::problem::Problem;

/// Keys whose buckets are kept before those that are full are forgotten.
const KEPT: usize = 16_384;
/// A bucket's worth, in the unit that it is counted in.
const SECOND_MICROS: i64 = 1_000_000;

/// The same rate for each key; the admin key is one of them.
pub struct RateLimit {
    per_second: u32,
    /// When each key's bucket is full again, in microseconds. No id: the admin key.
    full_at: Mutex<HashMap<Option<Uuid>, i64>>,
}

impl RateLimit {
    /// So many requests a second with each key; at least one.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second: per_second.max(1),
            full_at: Mutex::default(),
        }
    }

    /// Takes one more request of the caller, or refuses it.
    ///
    /// # Errors
    /// 429, with the seconds after which there is room.
    pub fn take(&self, caller: &Caller, now: Timestamp) -> Result<(), Problem> {
        let key = match caller {
            Caller::Operator => None,
            Caller::Key(key) => Some(key.0.id),
            // The portal's pages are not the API.
            Caller::Session(_) => return Ok(()),
        };
        let now = now.as_millis().saturating_mul(1_000);
        let mut kept = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT && !kept.contains_key(&key) {
            kept.retain(|_, full_at| *full_at > now);
        }
        let full_at = kept.entry(key).or_insert(now);
        match taken(*full_at, now, self.per_second) {
            Ok(later) => {
                *full_at = later;
                Ok(())
            }
            Err(seconds) => Err(Problem::too_many(self.per_second, seconds)),
        }
    }
}

/// When the bucket is full again after one more request; or the whole seconds until there is room for it.
fn taken(full_at: i64, now: i64, per_second: u32) -> Result<i64, u64> {
    let one = SECOND_MICROS / i64::from(per_second);
    // A clock that was set back must not shut anyone out for longer than an empty bucket does.
    let full_at = full_at.clamp(now, now.saturating_add(SECOND_MICROS));
    let later = full_at.saturating_add(one);
    let too_early = later.saturating_sub(now) - SECOND_MICROS;
    if too_early <= 0 {
        return Ok(later);
    }
    let seconds = too_early
        .unsigned_abs()
        .div_ceil(SECOND_MICROS.unsigned_abs());
    Err(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_at_once_then_at_the_rate() {
        for per_second in [1, 3, 10, 1_000] {
            let mut full_at = 0;
            for no in 0..per_second {
                let took = taken(full_at, 0, per_second);
                assert!(took.is_ok(), "{no} of {per_second}");
                full_at = took.unwrap();
            }
            assert_eq!(taken(full_at, 0, per_second), Err(1));
            // One more fits in as soon as one's time has passed.
            let one = SECOND_MICROS / i64::from(per_second) + 1;
            assert!(taken(full_at, one, per_second).is_ok());
        }
    }

    #[test]
    fn a_clock_that_goes_back_shuts_nobody_out() {
        let full_at = 3_600 * SECOND_MICROS;
        assert_eq!(taken(full_at, 0, 2), Err(1));
        assert!(taken(SECOND_MICROS, SECOND_MICROS / 2, 2).is_ok());
    }
}
