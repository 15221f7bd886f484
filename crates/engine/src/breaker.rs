//! A host that looks dead is probed instead of hammered, and one that comes back is not flooded.
//!
//! After [`OPENS_AT`] attempts in a row that found no host at all (name, connection, TLS or time), over
//! at least [`OPENS_AFTER`], one attempt at a time is made, with a pause in between that grows to
//! [`PROBE_AT_MOST`]. A probe is an attempt like any other and counts as one; the other deliveries wait
//! in the store and spend none. Any answer ends that: then, as after a pause and when a webhook becomes
//! active, the window of attempts under way grows by one with each answer, that is twofold in each
//! round, until it is as wide as the webhook allows.
//!
//! After [`PACED_AFTER`] attempts in a row that failed, however they did, attempts begin [`PACE`] apart until
//! one gets through, and those of a shop's webhooks that are paced begin [`SHOP_PACE`] apart: those
//! that fail at once, by the hundred thousand, would keep store and machine from all others.
//!
//! All of this is in memory. An owner that has just begun, on this node or another, goes on from what the store
//! knows: the webhook's health ([`Breaker::resume`]).

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::health::Health;
use claimwire_wire::send::{Answer, SendError};

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing was sent.
    Untried,
    /// No host was found.
    NoHost,
    /// There is a host, but it gave no answer.
    Host,
    /// The host answered.
    Answered,
}

impl Reach {
    /// Of a request.
    pub(crate) fn of(came: &Result<Answer, SendError>) -> Self {
        match came {
            Ok(_) => Self::Answered,
            Err(error) if error.kind.found_no_host() => Self::NoHost,
            Err(_) => Self::Host,
        }
    }
}

/// Attempts in a row that found no host.
const OPENS_AT: u32 = 10;
/// From the first of them to the one that opens.
const OPENS_AFTER: Duration = Duration::from_secs(5);
/// The pause after the first probe that fails; each further one doubles it.
const PROBE_AT_LEAST: Duration = Duration::from_millis(250);
/// So soon at the latest after a host is back, the next probe finds it.
const PROBE_AT_MOST: Duration = Duration::from_secs(5);

/// Failures in a row.
const PACED_AFTER: u32 = 5;
/// Between two attempts of a webhook.
pub(crate) const PACE: Duration = Duration::from_millis(20);
/// Between two attempts of a shop's webhooks that are paced.
pub(crate) const SHOP_PACE: Duration = Duration::from_millis(2);

/// What the last attempts say about the host.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Attempts in a row that found no host, and when the first of them ended.
    dead: u32,
    dead_since: Option<Timestamp>,
    /// While open: when the next probe may go, and the pause before it.
    probe: Option<(Timestamp, Duration)>,
    /// How many attempts may be under way; none: as many as the webhook allows.
    window: Option<u32>,
    /// Attempts in a row that did not get through.
    failed: u32,
    /// When the next may begin.
    paced: Option<Timestamp>,
}

impl Breaker {
    /// Goes on where the owner before was, as far as the webhook's health tells: the failures in a row count on,
    /// though not all of them need have found no host, and what piled up behind them or behind a pause goes out with a
    /// growing window.
    pub(crate) fn resume(&mut self, health: &Health) {
        self.failed = health.consecutive_failures;
        let failing = health.failing_since.zip(health.last_failure_at);
        let looks_dead = self.failed >= OPENS_AT
            && failing.is_some_and(|(since, last)| last.since(since) >= OPENS_AFTER);
        if looks_dead {
            self.dead = self.failed;
            self.dead_since = health.failing_since;
        }
        if looks_dead || health.paused_until > health.last_success_at {
            self.begin_slowly();
        }
    }

    /// An attempt found no host. True: that opened it.
    pub(crate) fn found_dead(&mut self, now: Timestamp) -> bool {
        self.dead = self.dead.saturating_add(1);
        let since = *self.dead_since.get_or_insert(now);
        let was_open = self.is_open();
        let pause = match self.probe {
            Some((_, pause)) => (pause * 2).min(PROBE_AT_MOST),
            None => PROBE_AT_LEAST,
        };
        let opens = self.dead >= OPENS_AT && now.since(since) >= OPENS_AFTER;
        if was_open || opens {
            self.probe = Some((now.plus(pause), pause));
            self.window = Some(1);
        }
        opens && !was_open
    }

    /// The host answered. True: that closed it.
    pub(crate) fn answered(&mut self, allowed: u32) -> bool {
        self.dead = 0;
        self.dead_since = None;
        self.window = self
            .window
            .map(|window| window.saturating_add(1))
            .filter(|window| *window < allowed);
        self.probe.take().is_some()
    }

    /// Whether attempts are to be paced.
    pub(crate) fn is_pacing(&self) -> bool {
        self.failed >= PACED_AFTER
    }

    /// The next attempt begins no sooner.
    pub(crate) fn pace(&mut self, until: Timestamp) {
        self.paced = Some(until);
    }

    /// An attempt has ended: whether it got through.
    pub(crate) fn ended(&mut self, delivered: bool) {
        if delivered {
            self.failed = 0;
            self.paced = None;
        } else {
            self.failed = self.failed.saturating_add(1);
        }
    }

    /// Begins with one attempt at a time, for what has piled up meanwhile.
    pub(crate) fn begin_slowly(&mut self) {
        self.window = Some(1);
    }

    /// Whether the host is taken to be dead.
    pub(crate) fn is_open(&self) -> bool {
        self.probe.is_some()
    }

    /// When the next attempt may begin, unless that is now.
    pub(crate) fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        let probe = self.probe.map(|(at, _)| at);
        probe.max(self.paced).filter(|at| *at > now)
    }

    /// How many attempts may be under way.
    pub(crate) fn window(&self) -> u32 {
        self.window.unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for n in 0..10 {
            let opens = breaker.found_dead(at(n * 1000));
            assert_eq!(opens, n == 9);
        }
        breaker
    }

    #[test]
    fn many_at_once_are_one_moment() {
        let mut breaker = Breaker::default();
        for _ in 0..32 {
            assert!(!breaker.found_dead(at(0)));
        }
        assert!(breaker.found_dead(at(5000)));
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let mut breaker = Breaker::default();
        for n in 0..30 {
            breaker.found_dead(at(n * 1000));
            if n % 9 == 8 {
                breaker.answered(32);
            }
        }
        assert!(!breaker.is_open());
    }

    #[test]
    fn what_fails_again_and_again_is_paced_until_it_gets_through() {
        let mut breaker = Breaker::default();
        for n in 0..PACED_AFTER {
            assert!(!breaker.is_pacing(), "{n}");
            breaker.ended(false);
        }
        assert!(breaker.is_pacing());
        breaker.pace(at(100).plus(PACE));
        assert_eq!(breaker.closed_until(at(100)), Some(at(100).plus(PACE)));
        assert_eq!(breaker.closed_until(at(100).plus(PACE)), None);
        breaker.ended(true);
        assert!(!breaker.is_pacing());
        assert_eq!(breaker.closed_until(at(100)), None);
    }

    #[test]
    fn probes_are_spaced_wider_up_to_a_bound() {
        let mut breaker = opened();
        let mut now = at(9000);
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let next = breaker.closed_until(now).unwrap();
            pauses.push(next.since(now).as_millis());
            assert_eq!(breaker.closed_until(next), None);
            now = next;
            breaker.found_dead(now);
        }
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000]);
    }

    #[test]
    fn the_next_owner_needs_one_attempt_to_know_that_a_host_is_dead() {
        let health = Health {
            consecutive_failures: OPENS_AT,
            failing_since: Some(at(0)),
            last_failure_at: Some(at(5000)),
            ..Health::default()
        };
        let resumed = |health: &Health| {
            let mut breaker = Breaker::default();
            breaker.resume(health);
            breaker
        };
        let mut breaker = resumed(&health);
        assert_eq!(breaker.window(), 1);
        assert!(breaker.is_pacing());
        assert!(breaker.found_dead(at(60_000)));

        let mut breaker = resumed(&health);
        breaker.answered(32);
        assert!(!breaker.found_dead(at(60_000)), "its host had answered");
        let mut breaker = resumed(&Health {
            last_failure_at: Some(at(4999)),
            ..health.clone()
        });
        assert_eq!(breaker.window(), u32::MAX);
        assert!(!breaker.found_dead(at(60_000)));
    }

    #[test]
    fn the_next_owner_begins_slowly_after_a_pause_until_one_gets_through() {
        let mut health = Health {
            paused_until: Some(at(1000)),
            ..Health::default()
        };
        for (success, window) in [(None, 1), (Some(at(999)), 1), (Some(at(1001)), u32::MAX)] {
            health.last_success_at = success;
            let mut breaker = Breaker::default();
            breaker.resume(&health);
            assert_eq!(breaker.window(), window, "{success:?}");
        }
    }

    #[test]
    fn what_comes_back_gets_a_growing_window() {
        let mut breaker = opened();
        assert_eq!(breaker.window(), 1);
        assert!(breaker.answered(5));
        assert!(!breaker.is_open());
        let mut windows = vec![breaker.window()];
        for _ in 0..4 {
            assert!(!breaker.answered(5));
            windows.push(breaker.window());
        }
        assert_eq!(windows, [2, 3, 4, u32::MAX, u32::MAX]);
    }
}
