//! What came of a measurement, and which figures are shown of it.

use crate::load::Accepted;
use crate::report::Row;
use crate::stats::{ms, percentile};
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
    pub(crate) peak_mib: f64,
}

impl Outcome {
    /// What is shown of a closed loop.
    pub(crate) fn throughput(mut self, name: &str) -> Row {
        let mut row = Row::new(name);
        row.add("delivered/s", self.per_second());
        self.add_accept(&mut row);
        self.add_end_to_end(&mut row);
        self.add_cost(&mut row);
        row
    }

    /// What is shown of an open loop.
    pub(crate) fn latency(mut self, name: &str) -> Row {
        let mut row = Row::new(name);
        self.add_accept(&mut row);
        self.add_end_to_end(&mut row);
        self.add_cost(&mut row);
        row
    }

    /// Distinct deliveries over the time from the first accept to the last delivery.
    #[allow(clippy::cast_precision_loss)]
    fn per_second(&self) -> f64 {
        let seconds = ms(self.tally.last.saturating_sub(self.accepted.first)) / 1000.0;
        if seconds > 0.0 {
            self.tally.unique as f64 / seconds
        } else {
            0.0
        }
    }

    fn add_accept(&mut self, row: &mut Row) {
        for (name, share) in [("accept p50, ms", 0.5), ("accept p99, ms", 0.99)] {
            row.add(name, ms(percentile(&mut self.accepted.latencies, share)));
        }
    }

    fn add_end_to_end(&mut self, row: &mut Row) {
        let shares = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)];
        for (name, share) in shares {
            row.add(
                &format!("end-to-end {name}, ms"),
                ms(percentile(&mut self.tally.latencies, share)),
            );
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn add_cost(&self, row: &mut Row) {
        let thousands = self.tally.unique as f64 / 1000.0;
        row.add(
            "server CPU-seconds per 1,000 deliveries",
            self.cpu_seconds / thousands.max(f64::MIN_POSITIVE),
        );
        row.add("server peak MiB", self.peak_mib);
        row.add(
            "lost",
            self.expected.saturating_sub(self.tally.unique) as f64,
        );
        row.add("duplicates", self.tally.duplicates as f64);
        row.add("out of order", self.tally.out_of_order as f64);
    }
}
