//! What `/metrics` shows of the engine. The handles are made once, for whatever recorder is installed by
//! then.

use std::time::Duration;

use claimwire_model::Target;
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::{Next, Verdict};
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::admission::Holdings;

/// The engine's metrics.
pub(crate) struct Measures {
    delivered: Counter,
    answered: Counter,
    unanswered: Counter,
    expired: Counter,
    late: Counter,
    latency: Histogram,
    attempt: Histogram,
    retried: Counter,
    given_up: Counter,
    disabled: Counter,
    oldest: Gauge,
    in_flight: Gauge,
    queued: Gauge,
    queued_bytes: Gauge,
    unrecorded: Gauge,
}

const ATTEMPTS: &str = "claimwire_attempts_total";
const CONNECTOR_RUNS: &str = "claimwire_connector_runs_total";

impl Measures {
    /// To be called after the recorder is installed.
    pub(crate) fn new() -> Self {
        metrics::describe_counter!(
            ATTEMPTS,
            "Attempts by result: delivered, answered (but not acknowledged), unanswered."
        );
        metrics::describe_counter!(
            CONNECTOR_RUNS,
            "Runs of connectors' deliveries by the connector's kind and by result: delivered, retried, failed."
        );
        metrics::describe_histogram!(
            "claimwire_delivery_latency_seconds",
            "From the commit of an event to its delivery."
        );
        metrics::describe_histogram!(
            "claimwire_attempt_seconds",
            "From the begin of an attempt to its answer or its failure."
        );
        metrics::describe_counter!(
            "claimwire_deliveries_retried_total",
            "Failed attempts after which the delivery waits for another one."
        );
        metrics::describe_counter!(
            "claimwire_deliveries_failed_total",
            "Deliveries that ended failed: no attempt is left."
        );
        metrics::describe_counter!(
            "claimwire_webhooks_disabled_total",
            "Webhooks and connectors that were disabled because they kept failing."
        );
        metrics::describe_gauge!(
            "claimwire_deliveries_queued_oldest_seconds",
            "How long the delivery has waited that has waited longest in memory; 0: none waits."
        );
        metrics::describe_counter!(
            "claimwire_deliveries_expired_total",
            "Held deliveries dropped because they were older than the retention."
        );
        metrics::describe_counter!(
            "claimwire_outcomes_late_total",
            "Attempts recorded after their lease had run out: they may have been made again meanwhile."
        );
        metrics::describe_gauge!("claimwire_attempts_in_flight", "Attempts under way.");
        metrics::describe_gauge!(
            "claimwire_deliveries_queued",
            "Deliveries waiting in memory."
        );
        metrics::describe_gauge!(
            "claimwire_deliveries_queued_bytes",
            "What deliveries in memory take, and their events, each once."
        );
        metrics::describe_gauge!(
            "claimwire_outcomes_unrecorded",
            "Ended attempts that are not on record yet."
        );
        Self {
            delivered: counter!(ATTEMPTS, "result" => "delivered"),
            answered: counter!(ATTEMPTS, "result" => "answered"),
            unanswered: counter!(ATTEMPTS, "result" => "unanswered"),
            expired: counter!("claimwire_deliveries_expired_total"),
            late: counter!("claimwire_outcomes_late_total"),
            latency: histogram!("claimwire_delivery_latency_seconds"),
            attempt: histogram!("claimwire_attempt_seconds"),
            retried: counter!("claimwire_deliveries_retried_total"),
            given_up: counter!("claimwire_deliveries_failed_total"),
            disabled: counter!("claimwire_webhooks_disabled_total"),
            oldest: gauge!("claimwire_deliveries_queued_oldest_seconds"),
            in_flight: gauge!("claimwire_attempts_in_flight"),
            queued: gauge!("claimwire_deliveries_queued"),
            queued_bytes: gauge!("claimwire_deliveries_queued_bytes"),
            unrecorded: gauge!("claimwire_outcomes_unrecorded"),
        }
    }

    /// What is held now.
    pub(crate) fn hold(&self, held: &Holdings, unrecorded: usize) {
        let total = held.total();
        self.in_flight.set(total.in_flight as f64);
        self.queued.set(total.queued as f64);
        self.queued_bytes.set(held.bytes() as f64);
        self.unrecorded.set(unrecorded as f64);
    }

    /// A delivery was acknowledged, so long after its commit.
    pub(crate) fn delivered(&self, after: Duration) {
        self.delivered.increment(1);
        self.latency.record(after.as_secs_f64());
    }

    /// An attempt took so long, however it ended.
    pub(crate) fn attempted(&self, took: Duration) {
        self.attempt.record(took.as_secs_f64());
    }

    /// What follows from an attempt that was not acknowledged.
    pub(crate) fn judged(&self, verdict: &Verdict) {
        match verdict.next {
            Next::RetryAt(_) => self.retried.increment(1),
            Next::GiveUp => self.given_up.increment(1),
            Next::Delivered | Next::Unchanged => {}
        }
        if verdict.disable.is_some() {
            self.disabled.increment(1);
        }
    }

    /// A run of a delivery to this target has ended: connectors' are counted by their kind, of which there are few.
    pub(crate) fn ended(&self, target: &Target, verdict: &Verdict) {
        let TargetKind::Connector(connector) = &target.kind else {
            return;
        };
        let result = match verdict.next {
            Next::Delivered => "delivered",
            Next::RetryAt(_) | Next::Unchanged => "retried",
            Next::GiveUp => "failed",
        };
        counter!(CONNECTOR_RUNS, "kind" => connector.vendor.clone(), "result" => result)
            .increment(1);
    }

    /// The delivery that has waited longest in memory has waited so long.
    pub(crate) fn oldest(&self, waited: Duration) {
        self.oldest.set(waited.as_secs_f64());
    }

    /// An attempt was not acknowledged.
    pub(crate) fn failed(&self, answered: bool) {
        if answered {
            self.answered.increment(1)
        } else {
            self.unanswered.increment(1)
        }
    }

    /// So many outcomes came after their lease.
    pub(crate) fn late(&self, outcomes: usize) {
        self.late.increment(outcomes as u64);
    }

    /// So many held deliveries were dropped unsent.
    pub(crate) fn expired(&self, deliveries: u64) {
        self.expired.increment(deliveries);
    }
}
