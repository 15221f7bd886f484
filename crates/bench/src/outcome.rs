//! What came of a measurement, and which figures are shown of it.

use crate::load::Accepted;
use crate::report::Row;
use crate::stats::{ms, percentile, ratio};
use crate::tally::Tally;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) accepted: Accepted,
    pub(crate) tally: Tally,
    /// Distinct deliveries that should have come.
    pub(crate) expected: u64,
    /// Of the server, from the first event posted to the last delivery.
    pub(crate) cpu_seconds: f64,
    /// The most memory that the server has had resident since it began.
    pub(crate) peak_mb: f64,
}

impl Outcome {
    /// Adds what came of a later stretch of the same load: latencies and counts, not throughput.
    pub(crate) fn add(&mut self, more: Self) {
        self.accepted.latencies.extend(more.accepted.latencies);
        self.tally.add(more.tally);
        self.expected += more.expected;
        self.cpu_seconds += more.cpu_seconds;
        self.peak_mb = self.peak_mb.max(more.peak_mb);
    }

    /// What is shown of a closed loop.
    pub(crate) fn throughput(&mut self, row: &mut Row) {
        row.add("delivered/s", self.per_second());
        self.latency(row);
    }

    /// What is shown of an open loop.
    pub(crate) fn latency(&mut self, row: &mut Row) {
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let accept = percentile(&mut self.accepted.latencies, share);
            row.add(&format!("accept {name}, ms"), ms(accept));
        }
        let shares = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)];
        for (name, share) in shares {
            row.add(&format!("end-to-end {name}, ms"), self.end_to_end(share));
        }
        row.add("server peak, MB", self.peak_mb);
        row.add("lost", self.lost());
        row.add("duplicates", float(self.tally.duplicates));
        row.add("out of order", float(self.tally.out_of_order));
    }

    /// Distinct deliveries over the time from the first accept to the last delivery.
    pub(crate) fn per_second(&self) -> f64 {
        let seconds = ms(self.tally.last.saturating_sub(self.accepted.first)) / 1000.0;
        ratio(float(self.tally.unique), seconds)
    }

    /// From mark to first arrival, milliseconds; `share` as of [`percentile`].
    pub(crate) fn end_to_end(&mut self, share: f64) -> f64 {
        ms(percentile(&mut self.tally.latencies, share))
    }

    /// CPU-seconds of the server for 1,000 distinct deliveries.
    pub(crate) fn cpu_per_thousand(&self) -> f64 {
        ratio(self.cpu_seconds * 1000.0, float(self.tally.unique))
    }

    /// Deliveries that should have come and did not.
    pub(crate) fn lost(&self) -> f64 {
        float(self.expected.saturating_sub(self.tally.unique))
    }
}

/// Counts are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn float(count: u64) -> f64 {
    count as f64
}

/// The figure of what the server's CPU did for a delivery.
pub(crate) const CPU: &str = "server CPU-seconds per 1,000 deliveries";
