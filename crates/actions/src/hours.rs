//! What targets did in the last 24 hours, hour by hour. An hour that is over is counted once and kept in memory, so that
//! a page that sums up many targets costs what they did since, and not what they did in a day.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::stats::Bucket;
use claimwire_store::{Store, StoreResult};

const HOUR: Duration = Duration::from_secs(3_600);
const HOUR_MS: i64 = 3_600_000;
/// Of one answer; the last is the one that goes on.
const HOURS: i64 = 24;
/// An hour is over so long after its end: an attempt that began in it may be recorded later.
const SETTLED_MS: i64 = 10 * 60 * 1_000;
/// Hours of all targets that are kept, about: 100 bytes each.
const KEPT: usize = 100_000;

type Counted = BTreeMap<(TargetNo, i64), Bucket>;

/// The hours that are over, of targets that were asked for.
#[derive(Debug, Default)]
pub struct Hours(Mutex<Counted>);

impl Hours {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hours of the clock up to the one of `now`, the oldest first.
    ///
    /// # Errors
    /// When the target is not there, or the store's.
    pub(crate) async fn day(
        &self,
        store: &dyn Store,
        target: TargetNo,
        now: Timestamp,
    ) -> StoreResult<Vec<Bucket>> {
        let end = (now.as_millis().div_euclid(HOUR_MS) + 1) * HOUR_MS;
        let first = end - HOURS * HOUR_MS;
        let mut day = self.known(target, first);
        let missing = HOURS - i64::try_from(day.len()).unwrap_or(HOURS);
        let span = HOUR * u32::try_from(missing).unwrap_or(1).max(1);
        let end = Timestamp::from_millis(end);
        let anew = store.stats(target, span, HOUR, end).await?;
        self.keep(target, &anew, first, now);
        day.extend(anew);
        Ok(day)
    }

    /// Those from `first` on that are known, without a gap.
    fn known(&self, target: TargetNo, first: i64) -> Vec<Bucket> {
        let counted = self.counted();
        let from = counted.range((target, first)..=(target, i64::MAX));
        from.zip(0_i64..)
            .take_while(|(((_, start), _), place)| *start == first + place * HOUR_MS)
            .map(|((_, bucket), _)| bucket.clone())
            .collect()
    }

    fn keep(&self, target: TargetNo, anew: &[Bucket], first: i64, now: Timestamp) {
        let mut counted = self.counted();
        if counted.len() >= KEPT {
            counted.clear();
        }
        let older: Vec<_> = counted
            .range((target, i64::MIN)..(target, first))
            .map(|(key, _)| *key)
            .collect();
        for key in older {
            counted.remove(&key);
        }
        let over = anew
            .iter()
            .filter(|bucket| bucket.start.as_millis() + HOUR_MS + SETTLED_MS <= now.as_millis());
        for bucket in over {
            counted.insert((target, bucket.start.as_millis()), bucket.clone());
        }
    }
}

#[cfg(test)]
mod tests;
