//! Where an attempt's time went, as it is shown.

use std::time::Duration;

use claimwire_model::delivery::Attempt;
use serde::Serialize;
use utoipa::ToSchema;

/// Into what an attempt's time divides, in milliseconds. What was not gone through is null: a kept connection needs no
/// look-up, no connecting and no TLS.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = AttemptTiming)]
pub struct TimingView {
    /// Until the host's name had an address.
    pub dns_ms: Option<f64>,
    /// Until there was a connection.
    pub connect_ms: Option<f64>,
    /// Until it was encrypted.
    pub tls_ms: Option<f64>,
    /// From the request until the first byte of its answer; null: none came.
    pub first_byte_ms: Option<f64>,
    /// All other time: reading the answer, or waiting for one that did not come.
    pub rest_ms: f64,
}

impl TimingView {
    /// Of this attempt; none: it is not known.
    pub(crate) fn of(attempt: &Attempt) -> Option<Self> {
        let stages = attempt.stages()?;
        let known: Duration = stages.all().into_iter().flatten().sum();
        Some(Self {
            dns_ms: stages.dns.map(milliseconds),
            connect_ms: stages.connect.map(milliseconds),
            tls_ms: stages.tls.map(milliseconds),
            first_byte_ms: stages.first_byte.map(milliseconds),
            rest_ms: milliseconds(attempt.duration.saturating_sub(known)),
        })
    }
}

/// To a hundredth.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}
