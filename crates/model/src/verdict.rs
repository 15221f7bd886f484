//! What follows from an attempt. Pure: the time and the dice come in.

use std::time::Duration;

use crate::health::Health;
use crate::time::Timestamp;
use crate::webhook::Webhook;

/// How an attempt ended, as far as judging goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The receiver answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// The answer's `Retry-After` header, as sent.
        retry_after: Option<String>,
    },
    /// There was no answer: DNS, connect, TLS, timeout, a refused address, …
    Unanswered {
        /// The error's name.
        error: String,
    },
}

/// What becomes of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Delivered,
    /// It is tried again, not before then.
    RetryAt(Timestamp),
    /// It ends `failed`.
    GiveUp,
    /// It was a manual attempt that failed: nothing changes.
    Unchanged,
}

/// What follows from one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// For the delivery.
    pub next: Next,
    /// The webhook is to be disabled, with this reason.
    pub disable: Option<String>,
    /// The shop is to be warned, with this reason.
    pub warn: Option<String>,
    /// No request to the webhook before then (429, 503).
    pub pause_until: Option<Timestamp>,
}

/// What judging needs to know of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Scheduled attempts that failed before this one.
    pub failures: u32,
    /// Someone pressed "retry": the schedule is not to be disturbed.
    pub manual: bool,
}

/// `Retry-After` is honoured up to this (contract section 6, promise 3).
pub const RETRY_AFTER_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// What follows from an attempt that ended at `now`. `health` is the webhook's before this attempt.
/// `dice` is uniform in 0..1.
#[must_use]
pub fn judge(
    _webhook: &Webhook,
    _health: &Health,
    _standing: Standing,
    _ending: &Ending,
    _now: Timestamp,
    _dice: f64,
) -> Verdict {
    Verdict { next: Next::GiveUp, disable: None, warn: None, pause_until: None }
}
