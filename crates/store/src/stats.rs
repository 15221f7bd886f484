//! Statistics of one webhook, span by span. They are counted here for every store.

use std::time::Duration;

use claimwire_model::Timestamp;

/// What one webhook's deliveries did in one span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// Where the span begins.
    pub start: Timestamp,
    /// Attempts that were acknowledged.
    pub delivered: u64,
    /// Attempts that were not.
    pub failed: u64,
    /// Of all attempts' durations; none without attempts.
    pub latency_ms: Option<Percentiles>,
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// Half are faster.
    pub p50: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
}

impl Percentiles {
    /// Of these durations, each percentile one of them (nearest rank); none of none.
    #[must_use]
    pub fn of(mut durations: Vec<Duration>) -> Option<Self> {
        durations.sort_unstable();
        let rank = |percent: usize| {
            let place = (durations.len() * percent).div_ceil(100).checked_sub(1)?;
            Some(durations.get(place)?.as_micros() as f64 / 1000.0)
        };
        Some(Self {
            p50: rank(50)?,
            p95: rank(95)?,
            p99: rank(99)?,
        })
    }
}

/// One attempt, as far as counting goes.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// When it started.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was acknowledged.
    pub delivered: bool,
}

/// No more spans than this in one answer; a longer window is cut at its beginning.
pub const SPANS_AT_MOST: u64 = 10_000;

/// Counts attempts per span of `bucket` over the last `window` up to `now`, which the last span
/// includes; oldest first, empty spans included. Attempts outside are passed over, order is free.
#[must_use]
pub fn buckets(
    window: Duration,
    bucket: Duration,
    now: Timestamp,
    attempts: impl IntoIterator<Item = Counted>,
) -> Vec<Bucket> {
    let width = bucket.max(Duration::from_millis(1));
    let wanted = window.as_millis().div_ceil(width.as_millis());
    let count = u64::try_from(wanted).unwrap_or(u64::MAX).min(SPANS_AT_MOST);
    let width_ms = i64::try_from(width.as_millis()).unwrap_or(i64::MAX);
    let length = width_ms.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX));
    let first = now.as_millis().saturating_sub(length);

    let mut spans: Vec<(u64, u64, Vec<Duration>)> = Vec::new();
    spans.resize_with(usize::try_from(count).unwrap_or(0), Default::default);
    let last = spans.len().saturating_sub(1);
    for attempt in attempts {
        let after = attempt.started_at.as_millis() - first;
        let index = usize::try_from(after.div_euclid(width_ms)).ok();
        let index = index
            .filter(|_| attempt.started_at <= now)
            .map(|i| i.min(last));
        let Some((delivered, failed, durations)) = index.and_then(|i| spans.get_mut(i)) else {
            continue;
        };
        *(if attempt.delivered { delivered } else { failed }) += 1;
        durations.push(attempt.duration);
    }
    spans
        .into_iter()
        .zip(0_i64..)
        .map(|((delivered, failed, durations), index)| Bucket {
            start: Timestamp::from_millis(first + index * width_ms),
            delivered,
            failed,
            latency_ms: Percentiles::of(durations),
        })
        .collect()
}

/// Attempts in eight bytes each, as stores keep them: when each started, in milliseconds from `base`; its duration
/// in microseconds and, in the lowest bit, whether it was acknowledged.
#[must_use]
pub fn pack(attempts: &[Counted], base: i64) -> Vec<u8> {
    let mut samples = Vec::with_capacity(attempts.len() * 8);
    for attempt in attempts {
        let after = i32::try_from(attempt.started_at.as_millis() - base).unwrap_or(i32::MIN);
        let micros = u32::try_from(attempt.duration.as_micros())
            .unwrap_or(u32::MAX)
            .min(u32::MAX >> 1);
        samples.extend_from_slice(&after.to_le_bytes());
        samples.extend_from_slice(&(micros << 1 | u32::from(attempt.delivered)).to_le_bytes());
    }
    samples
}

/// What [`pack`] packed with the same `base`.
pub fn unpack(samples: &[u8], base: i64) -> impl Iterator<Item = Counted> {
    let samples = samples.as_chunks::<8>().0.iter();
    samples.map(move |[a, b, c, d, e, f, g, h]| {
        let after = i32::from_le_bytes([*a, *b, *c, *d]);
        let packed = u32::from_le_bytes([*e, *f, *g, *h]);
        Counted {
            started_at: Timestamp::from_millis(base + i64::from(after)),
            duration: Duration::from_micros(u64::from(packed >> 1)),
            delivered: packed & 1 == 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        let of = |range: std::ops::RangeInclusive<u64>| {
            Percentiles::of(range.rev().map(Duration::from_millis).collect())
        };
        let expected = |p50, p95, p99| Some(Percentiles { p50, p95, p99 });
        assert_eq!(of(1..=100), expected(50.0, 95.0, 99.0));
        assert_eq!(of(1..=10), expected(5.0, 10.0, 10.0));
        assert_eq!(of(7..=7), expected(7.0, 7.0, 7.0));
        assert_eq!(Percentiles::of(Vec::new()), None);
    }

    #[test]
    fn an_attempt_counts_in_the_span_where_it_started() {
        let at = |ms: i64| Timestamp::from_millis(1_000_000 + ms);
        let attempt = |ms, delivered| Counted {
            started_at: at(ms),
            duration: Duration::from_millis(5),
            delivered,
        };
        let attempts = [-1, 0, 99, 100, 300, 301].map(|ms| attempt(ms, ms != 99));
        let got = buckets(
            Duration::from_millis(300),
            Duration::from_millis(100),
            at(300),
            attempts,
        );
        let counts: Vec<_> = got
            .iter()
            .map(|b| (b.start, b.delivered, b.failed))
            .collect();
        assert_eq!(counts, [(at(0), 1, 1), (at(100), 1, 0), (at(200), 1, 0)]);
    }

    #[test]
    fn odd_windows_do_no_harm() {
        let at = Timestamp::from_secs(5);
        assert_eq!(buckets(Duration::ZERO, Duration::ZERO, at, []), []);
        let many = buckets(Duration::MAX, Duration::from_millis(1), at, []);
        assert_eq!(many.len() as u64, SPANS_AT_MOST);
        assert_eq!(
            buckets(Duration::from_secs(1), Duration::MAX, at, []).len(),
            1
        );
    }
}
