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
    /// Of these microseconds, in any order, each percentile one of them (nearest rank); none of none. Picks them out
    /// without sorting all.
    fn of(mut micros: &mut [u32]) -> Option<Self> {
        let count = micros.len();
        let mut before = 0;
        let mut picked = [0.0; 3];
        for (place, percent) in picked.iter_mut().zip([50, 95, 99]) {
            let rank = (count * percent).div_ceil(100).checked_sub(1)?;
            // What is left begins with the percentile before, which may be this one too.
            let (_, found, _) = micros.select_nth_unstable(rank - before);
            *place = f64::from(*found) / 1000.0;
            micros = micros.get_mut(rank - before..)?;
            before = rank;
        }
        let [p50, p95, p99] = picked;
        Some(Self { p50, p95, p99 })
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
pub struct Counting {
    first: i64,
    now: i64,
    width: i64,
    spans: Vec<Span>,
    /// The span of the attempt before: the next one's too, mostly.
    at: usize,
}

#[derive(Default)]
struct Span {
    delivered: u64,
    failed: u64,
    micros: Vec<u32>,
}

impl Counting {
    /// Of nothing yet.
    #[must_use]
    pub fn new(window: Duration, bucket: Duration, now: Timestamp) -> Self {
        let width = bucket.max(Duration::from_millis(1));
        let wanted = window.as_millis().div_ceil(width.as_millis());
        let count = u64::try_from(wanted).unwrap_or(u64::MAX).min(SPANS_AT_MOST);
        let width = i64::try_from(width.as_millis()).unwrap_or(i64::MAX);
        let length = width.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX));
        let mut spans = Vec::new();
        spans.resize_with(usize::try_from(count).unwrap_or(0), Span::default);
        Self {
            first: now.as_millis().saturating_sub(length),
            now: now.as_millis(),
            width,
            spans,
            at: 0,
        }
    }

    /// Counts one.
    pub fn add(&mut self, attempt: Counted) {
        let micros = u32::try_from(attempt.duration.as_micros()).unwrap_or(u32::MAX);
        self.count(attempt.started_at.as_millis(), micros, attempt.delivered);
    }

    /// Counts what [`pack`] packed with the same `base`.
    pub fn add_packed(&mut self, samples: &[u8], base: i64) {
        for [a, b, c, d, e, f, g, h] in samples.as_chunks::<8>().0 {
            let after = i32::from_le_bytes([*a, *b, *c, *d]);
            let packed = u32::from_le_bytes([*e, *f, *g, *h]);
            self.count(base + i64::from(after), packed >> 1, packed & 1 == 1);
        }
    }

    fn count(&mut self, started: i64, micros: u32, delivered: bool) {
        let after = started - self.first;
        let begins = i64::try_from(self.at)
            .unwrap_or(0)
            .saturating_mul(self.width);
        if !(0..self.width).contains(&(after - begins)) {
            let Ok(at) = usize::try_from(after.div_euclid(self.width)) else {
                return;
            };
            // The last includes `now`.
            self.at = at.min(self.spans.len().saturating_sub(1));
        }
        if started > self.now {
            return;
        }
        let Some(span) = self.spans.get_mut(self.at) else {
            return;
        };
        *(if delivered {
            &mut span.delivered
        } else {
            &mut span.failed
        }) += 1;
        span.micros.push(micros);
    }

    /// What was counted.
    #[must_use]
    pub fn done(self) -> Vec<Bucket> {
        let (first, width) = (self.first, self.width);
        let spans = self.spans.into_iter().zip(0_i64..);
        spans
            .map(|(mut span, index)| Bucket {
                start: Timestamp::from_millis(first + index * width),
                delivered: span.delivered,
                failed: span.failed,
                latency_ms: Percentiles::of(&mut span.micros),
            })
            .collect()
    }
}

/// A row of packed attempts gets no more of them so long after its first. What began in a span of time is in rows that are
/// no older than the span by more than this.
pub const OPEN_FOR: Duration = Duration::from_secs(10 * 60);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        let of = |range: std::ops::RangeInclusive<u32>| {
            let mut micros: Vec<u32> = range.rev().map(|ms: u32| ms * 1_000).collect();
            Percentiles::of(&mut micros)
        };
        let expected = |p50, p95, p99| Some(Percentiles { p50, p95, p99 });
        assert_eq!(of(1..=100), expected(50.0, 95.0, 99.0));
        assert_eq!(of(1..=10), expected(5.0, 10.0, 10.0));
        assert_eq!(of(7..=7), expected(7.0, 7.0, 7.0));
        assert_eq!(Percentiles::of(&mut []), None);
    }

    fn buckets(
        window: Duration,
        bucket: Duration,
        now: Timestamp,
        attempts: impl IntoIterator<Item = Counted>,
    ) -> Vec<Bucket> {
        let mut counting = Counting::new(window, bucket, now);
        attempts
            .into_iter()
            .for_each(|attempt| counting.add(attempt));
        counting.done()
    }

    /// Beside the plain way: sort, and take the nearest rank.
    #[test]
    fn percentiles_are_those_of_the_sorted_whole() {
        let mut random = 7_u32;
        for count in 1..400 {
            let mut micros: Vec<u32> = (0..count)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 16) % 50
                })
                .collect();
            let mut sorted = micros.clone();
            sorted.sort_unstable();
            let rank = |percent: usize| {
                let place = (sorted.len() * percent).div_ceil(100) - 1;
                f64::from(sorted[place]) / 1000.0
            };
            let (p50, p95, p99) = (rank(50), rank(95), rank(99));
            let expected = Some(Percentiles { p50, p95, p99 });
            assert_eq!(Percentiles::of(&mut micros), expected);
        }
    }

    #[test]
    fn what_was_packed_counts_as_it_was_and_in_any_order() {
        let base = 1_790_000_000_000;
        let attempt = |ms: i64| Counted {
            started_at: Timestamp::from_millis(base + ms),
            duration: Duration::from_micros(5_250),
            delivered: ms % 2 == 0,
        };
        let attempts = [901, 5, 450, 899, 1_000, 1_001, -1, 0].map(attempt);
        let now = Timestamp::from_millis(base + 1_000);
        let (window, bucket) = (Duration::from_secs(1), Duration::from_millis(300));
        let mut packed = Counting::new(window, bucket, now);
        packed.add_packed(&pack(&attempts, base), base);
        let packed = packed.done();
        assert_eq!(packed, buckets(window, bucket, now, attempts));
        let counts: Vec<_> = packed.iter().map(|b| (b.delivered, b.failed)).collect();
        assert_eq!(counts, [(1, 2), (0, 0), (1, 0), (1, 2)]);
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
