//! How often something may be done on claim pages within a time, by whom and about what. In bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use claimwire_model::Timestamp;

/// Counts that are kept at once. What does not fit is bounded by the count of its shop.
const COUNTS: usize = 16_384;
const MINUTE: Duration = Duration::from_secs(60);
const TEN_MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3_600);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// Orders that one address did not know.
    Address,
    /// Wrong ZIPs for one order number of a shop, whether there is such an order or not.
    Order,
    /// Orders that were not known, of all of a shop.
    Shop,
    /// Photos for one order.
    Photos,
    /// Claims about one order.
    Claims,
    /// Messages on one claim.
    Messages,
}

impl Counted {
    /// How often, and in which time.
    const fn most(self) -> (u32, Duration) {
        match self {
            Self::Address => (20, TEN_MINUTES),
            Self::Order => (10, TEN_MINUTES),
            Self::Shop => (300, MINUTE),
            Self::Photos => (60, HOUR),
            Self::Claims => (10, HOUR),
            Self::Messages => (20, HOUR),
        }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    seed: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    of: HashMap<(Counted, u64), (Timestamp, u32)>,
    /// When those that are over were last taken out: they are not looked for at every count.
    cleared: Option<Timestamp>,
}

impl Tries {
    /// Whether it may be done once more.
    pub fn allows(&self, what: Counted, whose: impl Hash, now: Timestamp) -> bool {
        let (most, span) = what.most();
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.of.get(&(what, self.seed.hash_one(whose)));
        count.is_none_or(|(since, count)| over(*since, span, now) || *count < most)
    }

    /// That it was done.
    pub fn count(&self, what: Counted, whose: impl Hash, now: Timestamp) {
        let (_, span) = what.most();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (what, self.seed.hash_one(whose));
        if !counts.of.contains_key(&key) && counts.of.len() >= COUNTS {
            if counts.cleared.is_none_or(|then| over(then, MINUTE, now)) {
                counts.cleared = Some(now);
                let alive = |what: Counted, since| !over(since, what.most().1, now);
                counts
                    .of
                    .retain(|(what, _), (since, _)| alive(*what, *since));
            }
            if counts.of.len() >= COUNTS {
                return;
            }
        }
        let count = counts.of.entry(key).or_insert((now, 0));
        if over(count.0, span, now) {
            *count = (now, 0);
        }
        count.1 = count.1.saturating_add(1);
    }
}

fn over(since: Timestamp, span: Duration, now: Timestamp) -> bool {
    now < since || now >= since.plus(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + seconds)
    }

    #[test]
    fn each_is_counted_for_itself_and_begins_anew() {
        let tries = Tries::default();
        for _ in 0..10 {
            assert!(tries.allows(Counted::Order, "1001", at(0)));
            tries.count(Counted::Order, "1001", at(0));
        }
        assert!(!tries.allows(Counted::Order, "1001", at(599)));
        assert!(tries.allows(Counted::Order, "1002", at(599)));
        assert!(tries.allows(Counted::Claims, "1001", at(599)));
        assert!(tries.allows(Counted::Order, "1001", at(600)));
    }

    #[test]
    fn the_counts_are_bounded() {
        let tries = Tries::default();
        for n in 0..100_000 {
            tries.count(Counted::Order, n, at(0));
        }
        assert_eq!(tries.counts.lock().unwrap().of.len(), COUNTS);
        tries.count(Counted::Order, "later", at(600));
        assert_eq!(
            tries.counts.lock().unwrap().of.len(),
            1,
            "what is over makes room"
        );
    }
}
