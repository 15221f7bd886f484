//! What follows from an attempt. Pure: the time and the randomness come in.
//!
//! The engine asks after every attempt; the store makes true what the verdict says, all of it in one
//! commit (contract sections 3, 5 and 6, promises 3 and 6).

mod effect;
mod limits;
mod retry_after;

pub use effect::Effect;

use std::time::Duration;

use crate::health::Health;
use crate::retry::RetryPolicy;
use crate::time::Timestamp;
use crate::webhook::Ack;

/// How an attempt ended, as its target's driver makes it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The event is delivered.
    Delivered,
    /// It is not: the retry table says when it is tried again.
    Failed {
        /// The target asks for quiet until then; see [`throttled_until`].
        throttled_until: Option<Timestamp>,
    },
    /// It never will be: no further attempt is made.
    Refused {
        /// Nothing else will be either, for this reason: the target is to be disabled.
        disable: Option<String>,
    },
}

impl Ending {
    /// Nothing came back, or nothing that says more than that.
    pub const FAILED: Self = Self::Failed {
        throttled_until: None,
    };

    /// What an answer at `now` means from a webhook that acknowledges like this: 410 is for good, 429
    /// and 503 may ask for quiet (contract section 6, promise 3).
    #[must_use]
    pub fn of_answer(ack: Ack, status: u16, retry_after: Option<&str>, now: Timestamp) -> Self {
        match (ack, status) {
            (Ack::Any2xx, 200..=299) | (Ack::Exactly200, 200) => Self::Delivered,
            (_, 410) => Self::Refused {
                disable: Some("the endpoint answered 410 Gone".to_owned()),
            },
            (_, 429 | 503) => Self::Failed {
                throttled_until: retry_after.and_then(|text| throttled_until(text, now)),
            },
            _ => Self::FAILED,
        }
    }
}

/// Until when a `Retry-After` header asks for quiet, at most [`RETRY_AFTER_AT_MOST`]; none when it says
/// no time or one that is past.
#[must_use]
pub fn throttled_until(retry_after: &str, now: Timestamp) -> Option<Timestamp> {
    let until = retry_after::parse(retry_after, now)?.min(now.plus(RETRY_AFTER_AT_MOST));
    (until > now).then_some(until)
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
    /// The target is to be disabled, with this reason.
    pub disable: Option<String>,
    /// The shop is to be warned, with this reason.
    pub warn: Option<String>,
    /// No request to the target before then.
    pub pause_until: Option<Timestamp>,
    /// The target's [`Health::activation`] that it was reached in. In a later one it neither warns
    /// nor disables, and the failure does not count for the delivery.
    pub activation: u32,
}

impl Verdict {
    /// This for the delivery, and nothing for its target.
    #[must_use]
    pub fn only(next: Next) -> Self {
        Self {
            next,
            disable: None,
            warn: None,
            pause_until: None,
            activation: 0,
        }
    }
}

/// What judging needs to know of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Scheduled attempts that failed before this one, in the target's present activation.
    pub failures: u32,
    /// Someone pressed "retry": the schedule is not to be disturbed.
    pub manual: bool,
}

/// `Retry-After` is honoured up to this (contract section 6, promise 3).
pub const RETRY_AFTER_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// What follows from an attempt that ended at `now`. `retry` and `health` are the target's, the latter
/// from before this attempt. `random` is uniform in 0..1.
///
/// A manual attempt never moves the delivery's own schedule, but what its answer says of the target
/// (gone, a pause, time without a success) counts as any other's.
#[must_use]
pub fn judge(
    retry: &RetryPolicy,
    health: &Health,
    standing: Standing,
    ending: &Ending,
    now: Timestamp,
    random: f64,
) -> Verdict {
    let manual = standing.manual;
    let activation = health.activation;
    let pause_until = match ending {
        Ending::Delivered => {
            return Verdict {
                activation,
                ..Verdict::only(Next::Delivered)
            };
        }
        Ending::Refused { disable } => {
            let next = if manual {
                Next::Unchanged
            } else {
                Next::GiveUp
            };
            return Verdict {
                disable: disable.clone(),
                activation,
                ..Verdict::only(next)
            };
        }
        Ending::Failed { throttled_until } => *throttled_until,
    };
    let failures = standing.failures.saturating_add(1);
    let next = match retry.delay(failures, random) {
        _ if manual => Next::Unchanged,
        Some(delay) => Next::RetryAt(now.plus(delay).max(pause_until.unwrap_or(now))),
        None => Next::GiveUp,
    };
    let failures = (!manual).then_some(failures);
    let failing = now.since(health.failing_since.unwrap_or(now));
    let (disable, warn) = limits::check(retry, failures, failing);
    Verdict {
        next,
        disable,
        warn: warn.filter(|_| health.warned_at.is_none()),
        pause_until,
        activation,
    }
}
