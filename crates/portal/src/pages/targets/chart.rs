//! What a target did in the last 24 hours, and how long it took, as bars.

use claimwire_actions::webhooks::BucketView;
use claimwire_model::Timestamp;

/// One hour, in the chart's units.
#[derive(Debug)]
pub(crate) struct Bar {
    pub x: f64,
    pub delivered: f64,
    pub failed: f64,
    /// How high half of its attempts, and 95 of 100, stand in the chart of times; none: it had none.
    pub times: Option<(f64, f64)>,
    /// The same in words.
    pub told: String,
}

const HEIGHT: f64 = 60.0;
const WIDTH: f64 = 600.0;

/// The bars and their sums.
#[derive(Debug)]
pub(crate) struct Chart {
    pub bars: Vec<Bar>,
    pub step: f64,
    pub width: f64,
    pub delivered: u64,
    pub failed: u64,
    /// Attempts of the hour that has most.
    pub most: u64,
    pub slowest_p95: Option<f64>,
    /// Where the bars begin and where their middle is.
    pub labels: (String, String),
}

impl Chart {
    pub fn of(buckets: &[BucketView]) -> Self {
        let most = buckets.iter().map(|b| b.delivered + b.failed).max();
        let most = most.unwrap_or(0);
        let latency = buckets.iter().filter_map(|b| b.latency_ms.as_ref());
        let slowest_p95 = latency.map(|l| l.p95).reduce(f64::max);
        let step = WIDTH / buckets.len().max(1) as f64;
        let high = |part: f64, whole: f64| match whole > 0.0 {
            true => part / whole * HEIGHT,
            false => 0.0,
        };
        let bar = |(i, bucket): (usize, &BucketView)| Bar {
            x: i as f64 * step,
            delivered: high(bucket.delivered as f64, most as f64),
            failed: high(bucket.failed as f64, most as f64),
            times: bucket.latency_ms.as_ref().map(|times| {
                let whole = slowest_p95.unwrap_or_default();
                (high(times.p50, whole), high(times.p95, whole))
            }),
            told: told(bucket),
        };
        let at = |i: usize| buckets.get(i).map_or_else(String::new, |b| hour(b.start));
        Self {
            bars: buckets.iter().enumerate().map(bar).collect(),
            step,
            width: (step - 1.5).max(1.0),
            delivered: buckets.iter().map(|b| b.delivered).sum(),
            failed: buckets.iter().map(|b| b.failed).sum(),
            most,
            slowest_p95,
            labels: (at(0), at(buckets.len() / 2)),
        }
    }
}

impl Chart {
    /// How many of its attempts were acknowledged, of 100, and never more than there were; none: it had none.
    pub fn share(&self) -> Option<String> {
        let all = self.delivered + self.failed;
        let share = (self.delivered * 1_000).checked_div(all)?;
        Some(match share % 10 {
            0 => format!("{} %", share / 10),
            tenths => format!("{}.{tenths} %", share / 10),
        })
    }
}

/// The hour and the minute, UTC.
fn hour(time: Timestamp) -> String {
    let text = time.to_zulu_seconds();
    text.get(11..16).unwrap_or_default().to_owned()
}

fn told(bucket: &BucketView) -> String {
    let (from, delivered, failed) = (hour(bucket.start), bucket.delivered, bucket.failed);
    let counts = format!("From {from} UTC: {delivered} acknowledged, {failed} failed");
    match &bucket.latency_ms {
        Some(times) => format!(
            "{counts}; half within {:.0} ms, 95 of 100 within {:.0} ms",
            times.p50, times.p95
        ),
        None => counts,
    }
}

#[cfg(test)]
mod tests {
    use claimwire_actions::webhooks::Latency;

    use super::*;

    #[test]
    fn the_slowest_and_the_fullest_hour_reach_the_top() {
        let hour = |at: i64, delivered, failed, p95: Option<f64>| BucketView {
            start: Timestamp::from_secs(at * 3_600),
            delivered,
            failed,
            latency_ms: p95.map(|p95| Latency {
                p50: p95 / 2.0,
                p95,
                p99: p95,
            }),
        };
        let hours = [
            hour(13, 3, 1, Some(200.0)),
            hour(14, 0, 0, None),
            hour(15, 1, 0, Some(50.0)),
        ];
        let chart = Chart::of(&hours);
        let drawn = |i: usize| {
            (
                chart.bars[i].delivered,
                chart.bars[i].failed,
                chart.bars[i].times,
            )
        };
        assert_eq!(drawn(0), (45.0, 15.0, Some((30.0, 60.0))));
        assert_eq!(drawn(1), (0.0, 0.0, None));
        assert_eq!(drawn(2), (15.0, 0.0, Some((7.5, 15.0))));
        assert_eq!((chart.most, chart.slowest_p95), (4, Some(200.0)));
        assert_eq!(chart.labels, ("13:00".to_owned(), "14:00".to_owned()));
        assert_eq!(
            chart.bars[0].told,
            "From 13:00 UTC: 3 acknowledged, 1 failed; half within 100 ms, 95 of 100 within 200 ms"
        );
        assert_eq!(chart.share().as_deref(), Some("80 %"));
        let almost = Chart::of(&[hour(13, 9_999, 1, None)]);
        assert_eq!(almost.share().as_deref(), Some("99.9 %"));
        let empty = Chart::of(&[hour(13, 0, 0, None)]);
        assert_eq!(empty.share(), None);
        assert_eq!((empty.bars[0].delivered, empty.most), (0.0, 0));
    }
}
