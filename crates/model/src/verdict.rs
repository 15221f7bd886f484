//! What follows from an attempt. Pure: the time and the dice come in.
//!
//! The engine asks after every attempt; the store makes true what the verdict says, all of it in one
//! commit (contract sections 3, 5 and 6, promises 3 and 6).

mod effect;
mod limits;
mod retry_after;

pub use effect::Effect;

use std::time::Duration;

use crate::health::Health;
use crate::time::Timestamp;
use crate::webhook::{Ack, Webhook};

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

impl Ending {
    /// Whether it counts as delivered with a webhook that acknowledges like this.
    #[must_use]
    pub fn acknowledged(&self, ack: Ack) -> bool {
        match (ack, self) {
            (Ack::Any2xx, Self::Answered { status, .. }) => (200..300).contains(status),
            (Ack::Exactly200, Self::Answered { status, .. }) => *status == 200,
            (_, Self::Unanswered { .. }) => false,
        }
    }

    /// Whether no host was found to answer, as when it is down: by name, connection, TLS or time.
    #[must_use]
    pub fn found_no_host(&self) -> bool {
        match self {
            Self::Answered { .. } => false,
            Self::Unanswered { error } => {
                matches!(error.as_str(), "dns" | "connect" | "timeout") || error.starts_with("tls")
            }
        }
    }

    /// The name of a failure: `redirect_refused` for 3xx, `status_500` and the like for other answers,
    /// and for no answer the stage that failed (`dns`, `timeout`, …).
    #[must_use]
    pub fn error_name(&self) -> String {
        match self {
            Self::Answered {
                status: 300..=399, ..
            } => "redirect_refused".to_owned(),
            Self::Answered { status, .. } => format!("status_{status}"),
            Self::Unanswered { error } => error.clone(),
        }
    }
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
///
/// A manual attempt never moves the delivery's own schedule, but what its answer says of the endpoint
/// (410, a pause, time without a success) counts as any other's.
#[must_use]
pub fn judge(
    webhook: &Webhook,
    health: &Health,
    standing: Standing,
    ending: &Ending,
    now: Timestamp,
    dice: f64,
) -> Verdict {
    if ending.acknowledged(webhook.ack) {
        return Verdict {
            next: Next::Delivered,
            disable: None,
            warn: None,
            pause_until: None,
        };
    }
    let manual = standing.manual;
    if let Ending::Answered { status: 410, .. } = ending {
        let next = if manual {
            Next::Unchanged
        } else {
            Next::GiveUp
        };
        let disable = Some("the endpoint answered 410 Gone".to_owned());
        return Verdict {
            next,
            disable,
            warn: None,
            pause_until: None,
        };
    }
    let pause_until = pause(ending, now);
    let failures = standing.failures.saturating_add(1);
    let next = match webhook.retry.delay(failures, dice) {
        _ if manual => Next::Unchanged,
        Some(delay) => Next::RetryAt(now.plus(delay).max(pause_until.unwrap_or(now))),
        None => Next::GiveUp,
    };
    let failures = (!manual).then_some(failures);
    let failing = now.since(health.failing_since.unwrap_or(now));
    let (disable, warn) = limits::check(&webhook.retry, failures, failing);
    Verdict {
        next,
        disable,
        warn: warn.filter(|_| health.warned_at.is_none()),
        pause_until,
    }
}

/// Until when a 429 or 503 asks for quiet; none when it does not say, or says a time that is past.
fn pause(ending: &Ending, now: Timestamp) -> Option<Timestamp> {
    let Ending::Answered {
        status: 429 | 503,
        retry_after: Some(text),
    } = ending
    else {
        return None;
    };
    let until = retry_after::parse(text, now)?.min(now.plus(RETRY_AFTER_AT_MOST));
    (until > now).then_some(until)
}
