//! What a target did in the last 24 hours, as bars.

use claimwire_actions::webhooks::BucketView;

/// One bar, in the chart's units.
#[derive(Debug)]
pub(crate) struct Bar {
    pub x: f64,
    pub delivered: f64,
    pub failed: f64,
}

const HEIGHT: f64 = 60.0;
const WIDTH: f64 = 600.0;

/// The bars and their sums.
#[derive(Debug)]
pub(crate) struct Chart {
    pub bars: Vec<Bar>,
    pub width: f64,
    pub delivered: u64,
    pub failed: u64,
    pub slowest_p95: Option<f64>,
}

impl Chart {
    pub fn of(buckets: &[BucketView]) -> Self {
        let most = buckets.iter().map(|b| b.delivered + b.failed).max();
        let most = most.unwrap_or(0).max(1) as f64;
        let step = WIDTH / buckets.len().max(1) as f64;
        let height = |count: u64| count as f64 / most * HEIGHT;
        let latency = buckets.iter().filter_map(|b| b.latency_ms.as_ref());
        Self {
            bars: buckets
                .iter()
                .enumerate()
                .map(|(i, bucket)| Bar {
                    x: i as f64 * step,
                    delivered: height(bucket.delivered),
                    failed: height(bucket.failed),
                })
                .collect(),
            width: (step - 1.5).max(1.0),
            delivered: buckets.iter().map(|b| b.delivered).sum(),
            failed: buckets.iter().map(|b| b.failed).sum(),
            slowest_p95: latency.map(|l| l.p95).reduce(f64::max),
        }
    }
}
