//! `rate_limit.per_second`: never more requests in any one second, as the receiver counts them.
//!
//! We know when a request starts, but not when it arrives: only that it has arrived once it is answered.
//! So a request counts from its answer, or from [`SURELY_ARRIVED`] after its start if that is sooner, and
//! the next one beyond the limit starts a full second after. Between requests that take that long to
//! arrive nothing is promised; a bucket of tokens would promise nothing at all.

use std::collections::VecDeque;
use std::time::Duration;

use claimwire_model::Timestamp;

/// A request that has no answer yet is taken to have arrived after this.
const SURELY_ARRIVED: Duration = Duration::from_millis(250);
/// What an engine before this one sent is past after this.
pub(crate) const ALL_PAST: Duration = SURELY_ARRIVED.saturating_add(WINDOW);
/// One more than a second: instants are rounded down.
const WINDOW: Duration = Duration::from_millis(1001);

/// The requests of the last second.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// When each is taken to have arrived, earliest first.
    arrivals: VecDeque<Timestamp>,
}

impl Window {
    /// When the next request may start; `None`: now.
    pub(crate) fn free_at(&mut self, per_second: u32, now: Timestamp) -> Option<Timestamp> {
        while self
            .arrivals
            .front()
            .is_some_and(|at| at.plus(WINDOW) <= now)
        {
            self.arrivals.pop_front();
        }
        let allowed = usize::try_from(per_second.max(1)).unwrap_or(usize::MAX);
        let blocking = self.arrivals.len().checked_sub(allowed)?;
        self.arrivals.get(blocking).map(|at| at.plus(WINDOW))
    }

    /// A request starts.
    pub(crate) fn started(&mut self, now: Timestamp) {
        self.insert(now.plus(SURELY_ARRIVED));
    }

    /// The request that was to start then did not.
    pub(crate) fn take_back(&mut self, started: Timestamp) {
        if let Ok(place) = self.arrivals.binary_search(&started.plus(SURELY_ARRIVED)) {
            self.arrivals.remove(place);
        }
    }

    /// The request that started then has been answered.
    pub(crate) fn ended(&mut self, started: Timestamp, now: Timestamp) {
        let assumed = started.plus(SURELY_ARRIVED);
        if now >= assumed {
            return;
        }
        if let Ok(place) = self.arrivals.binary_search(&assumed) {
            self.arrivals.remove(place);
            self.insert(now);
        }
    }

    /// When nothing of it matters any more; `None`: already.
    pub(crate) fn over_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.arrivals
            .back()
            .map(|at| at.plus(WINDOW))
            .filter(|at| *at > now)
    }

    fn insert(&mut self, at: Timestamp) {
        let place = self.arrivals.partition_point(|earlier| *earlier <= at);
        self.arrivals.insert(place, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    /// Starts as soon as allowed; each request arrives and is answered after the given delay.
    fn run(per_second: u32, requests: usize, delay: impl Fn(usize) -> i64) -> Vec<i64> {
        let mut window = Window::default();
        let mut now = 0;
        let mut open: Vec<(i64, i64)> = Vec::new();
        let mut arrivals = Vec::new();
        while arrivals.len() < requests {
            open.retain(|(started, answered)| {
                if *answered <= now {
                    window.ended(at(*started), at(*answered));
                }
                *answered > now
            });
            if window.free_at(per_second, at(now)).is_none() {
                window.started(at(now));
                let arrival = now + delay(arrivals.len());
                open.push((now, arrival));
                arrivals.push(arrival);
            } else {
                now += 1;
            }
        }
        arrivals.sort_unstable();
        arrivals
    }

    fn most_in_a_second(arrivals: &[i64]) -> usize {
        arrivals
            .iter()
            .map(|from| {
                arrivals
                    .iter()
                    .filter(|a| (*from..from + 1000).contains(a))
                    .count()
            })
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn never_more_in_any_second() {
        for (name, delay) in [
            ("at once", (|_| 0) as fn(usize) -> i64),
            ("the first is slow", |n| if n == 0 { 200 } else { 0 }),
            ("uneven", |n| [120, 3, 80, 0, 240][n % 5]),
        ] {
            let arrivals = run(10, 60, delay);
            assert!(most_in_a_second(&arrivals) <= 10, "{name}: {arrivals:?}");
        }
    }

    #[test]
    fn never_more_in_any_second_whatever_the_delays() {
        for seed in 0..300_usize {
            let rng = |n: usize| ((n * 7919 + seed * 104_729) % 9973).pow(3) % 1_000_003;
            let per_second = u32::try_from(1 + rng(seed) % 20).unwrap();
            let delay = |n: usize| i64::try_from(rng(n) % [1, 10, 251][seed % 3]).unwrap();
            let arrivals = run(per_second, 60, delay);
            let most = most_in_a_second(&arrivals);
            assert!(
                most <= usize::try_from(per_second).unwrap(),
                "seed {seed}: {most}"
            );
        }
    }

    #[test]
    fn what_is_allowed_is_used() {
        let arrivals = run(10, 60, |_| 1);
        assert!(arrivals.last() <= Some(&5100), "{arrivals:?}");
    }

    #[test]
    fn a_hanging_receiver_does_not_stop_the_pace() {
        let arrivals = run(10, 30, |_| 30_000);
        assert!(arrivals.last() <= Some(&32_600), "{arrivals:?}");
    }
}
