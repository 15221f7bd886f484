//! The time, and waiting for it. The clock is passed in, so that a simulator can control it: nothing in
//! the engine reads another clock or waits in another way.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use claimwire_model::Timestamp;

/// A wait.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The engine's source of time.
pub trait Clock: Send + Sync {
    /// The instant that goes on record.
    fn now(&self) -> Timestamp;
    /// Time passed since some fixed moment, finer than [`Clock::now`] and never going back: what
    /// durations are measured with.
    fn elapsed(&self) -> Duration;
    /// Is ready when [`Clock::now`] has reached `at`.
    fn sleep_until(&self, at: Timestamp) -> Sleep;
    /// Is ready when [`Clock::elapsed`] has grown by so much, whatever becomes of [`Clock::now`].
    fn sleep(&self, time: Duration) -> Sleep;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    since: Instant,
}

/// No single wait is longer, so that a machine whose clock was set, or which slept, is noticed.
const WAIT_AT_MOST: Duration = Duration::from_secs(10);

impl SystemClock {
    /// Durations are measured from here on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            since: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from(SystemTime::now())
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let clock = *self;
        Box::pin(async move {
            loop {
                let left = at.since(clock.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(WAIT_AT_MOST)).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_is_never_too_short() {
        let clock = SystemClock::new();
        let at = clock.now().plus(Duration::from_millis(3));
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
    }
}
