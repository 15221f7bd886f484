//! Connecting anew after it failed. While no connection can be made, one attempt is made at a time, with a pause before the
//! next that grows and is never twice the same: the nodes of a database that comes back do not come all at once, and
//! however many requests wait for it, it is asked no more often. Those that want a connection meanwhile are told at once
//! why there is none.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claimwire_store::StoreError;

/// The longest pause after the first failure, and after many.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

struct Failed {
    why: String,
    pause: Duration,
    /// When the next attempt may be made.
    next: Instant,
}

/// What became of the last attempt of a pool to connect.
#[derive(Default)]
pub(crate) struct Reconnect(Mutex<Option<Failed>>);

impl Reconnect {
    fn failed_last(&self) -> MutexGuard<'_, Option<Failed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an attempt may be made now. After a failure that is so for one caller; the next is let through after the
    /// pause, if nobody has succeeded until then.
    ///
    /// # Errors
    /// `Unavailable`, with why the last attempt failed.
    pub(crate) fn attempt(&self, now: Instant) -> Result<(), StoreError> {
        match &mut *self.failed_last() {
            Some(failed) if now < failed.next => Err(StoreError::Unavailable(failed.why.clone())),
            Some(failed) => {
                failed.next = now + some_of(failed.pause);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// None could be made.
    pub(crate) fn failed(&self, why: String, now: Instant) {
        let mut last = self.failed_last();
        if last.is_none() {
            tracing::warn!(
                why,
                "cannot connect to PostgreSQL; trying again until it can be done"
            );
        }
        let pause = last.as_ref().map_or(FIRST, |failed| failed.pause * 2);
        let pause = pause.min(LONGEST);
        *last = Some(Failed {
            why,
            pause,
            next: now + some_of(pause),
        });
    }

    /// One was made.
    pub(crate) fn succeeded(&self) {
        if self.failed_last().take().is_some() {
            tracing::info!("connected to PostgreSQL again");
        }
    }
}

/// Between half of it and all of it.
pub(crate) fn some_of(pause: Duration) -> Duration {
    // Each state is keyed anew by the standard library.
    let random = RandomState::new().hash_one(0_u8) >> 11;
    let share = random as f64 / (1_u64 << 53) as f64;
    pause.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attempt_at_a_time_until_one_succeeds() {
        let (reconnect, mut now) = (Reconnect::default(), Instant::now());
        assert_eq!(reconnect.attempt(now), Ok(()));
        assert_eq!(reconnect.attempt(now), Ok(()), "nothing has failed");
        let mut pauses = Vec::new();
        for _ in 0..20 {
            reconnect.failed("no room".to_owned(), now);
            let told = reconnect.attempt(now);
            assert_eq!(told, Err(StoreError::Unavailable("no room".to_owned())));
            let failed = now;
            while reconnect.attempt(now).is_err() {
                now += Duration::from_millis(1);
            }
            pauses.push(now - failed);
            assert!(reconnect.attempt(now).is_err(), "a second one at once");
        }
        assert!(pauses[0] <= FIRST);
        assert!(pauses[19] >= LONGEST / 2);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST + FIRST));
        reconnect.succeeded();
        assert_eq!(reconnect.attempt(now), Ok(()));
        assert_eq!(reconnect.attempt(now), Ok(()));
    }

    #[test]
    fn no_two_nodes_come_back_at_the_same_moment() {
        let pauses: std::collections::BTreeSet<_> = (0..100).map(|_| some_of(LONGEST)).collect();
        assert!(pauses.len() > 90, "{pauses:?}");
        assert!(
            pauses
                .iter()
                .all(|pause| (LONGEST / 2..=LONGEST).contains(pause))
        );
    }
}
