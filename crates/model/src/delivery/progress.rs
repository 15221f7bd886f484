//! How far a delivery is, and what attempts, replays and people do to that. Every store applies these
//! steps to what it keeps, so that all of them answer alike.

use std::time::Duration;

use crate::id::{EventNo, time_of_number};
use crate::target::TargetStatus;
use crate::time::Timestamp;
use crate::verdict::Next;

use super::DeliveryStatus;

/// How much longer than the retention a held delivery that was dropped is shown as `expired`.
pub const EXPIRED_SHOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// What a delivery came to by itself; `held`, `cancelled` and `delivering` follow from its target and its
/// lease, see [`Stage::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The schedule goes on.
    Waiting,
    /// Acknowledged.
    Delivered,
    /// Given up.
    Failed,
    /// Held for longer than the retention.
    Expired,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Failed, Self::Expired];

    /// Those in which a target's deliveries with a status may be, by [`status`](Self::status); all, where none is asked for.
    pub fn with_status(
        asked: Option<DeliveryStatus>,
        target: Option<TargetStatus>,
    ) -> impl Iterator<Item = Self> {
        let has = move |stage: Self, asked| {
            [false, true]
                .into_iter()
                .any(|leased| stage.status(target, || leased) == asked)
        };
        Self::ALL
            .into_iter()
            .filter(move |stage| asked.is_none_or(|asked| has(*stage, asked)))
    }

    /// What people see. `target` is the status of its target; none: that is deleted. `leased`: whether a
    /// lease is live.
    #[must_use]
    pub fn status(
        self,
        target: Option<TargetStatus>,
        leased: impl FnOnce() -> bool,
    ) -> DeliveryStatus {
        match (self, target) {
            (Self::Delivered, _) => DeliveryStatus::Delivered,
            (Self::Failed, _) => DeliveryStatus::Failed,
            (Self::Expired, _) => DeliveryStatus::Expired,
            (Self::Waiting, None) => DeliveryStatus::Cancelled,
            (Self::Waiting, Some(_)) if leased() => DeliveryStatus::Delivering,
            (Self::Waiting, Some(TargetStatus::Active)) => DeliveryStatus::Pending,
            (Self::Waiting, Some(_)) => DeliveryStatus::Held,
        }
    }

    /// Whether nothing needs the delivery of an event of that time any more, when what is older than
    /// `before` goes; as long as it is leased it stays all the same. `gone`: its target is deleted.
    #[must_use]
    pub fn is_over(self, committed: Timestamp, before: Timestamp, gone: bool) -> bool {
        match self {
            Self::Delivered | Self::Failed => committed < before,
            Self::Expired => committed < before.minus(EXPIRED_SHOWN),
            Self::Waiting => gone && committed < before,
        }
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it came to.
    pub stage: Stage,
    /// Of the next scheduled attempt; there exactly while it waits.
    pub due: Option<Timestamp>,
    /// Scheduled attempts that failed since it was armed, while its target was in this
    /// [`activation`](Self::activation); see [`Progress::failures_in`].
    pub failures: u32,
    /// The [`Health::activation`](crate::health::Health::activation) that the failures were counted in.
    pub activation: u32,
    /// Attempts ordered by hand and not recorded yet.
    pub manual: u32,
    /// Attempts on record, manual ones too.
    pub attempts: u32,
    /// When it was acknowledged.
    pub delivered_at: Option<Timestamp>,
}

/// An attempt, as far as the delivery goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// It was made under the lease that the delivery still has; else it is late.
    pub ours: bool,
    /// It was ordered by hand.
    pub manual: bool,
    /// When it ended.
    pub ended: Timestamp,
    /// What was decided.
    pub next: Next,
    /// The activation of the target that it was decided in
    /// ([`Verdict::activation`](crate::verdict::Verdict::activation)).
    pub activation: u32,
}

impl Recorded {
    /// Whether the target's health counts it and what else was decided holds: not when it is late and
    /// did not get through.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.ours || self.next == Next::Delivered
    }
}

impl Progress {
    /// A new delivery, due at once.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            stage: Stage::Waiting,
            due: Some(now),
            failures: 0,
            activation: 0,
            manual: 0,
            attempts: 0,
            delivered_at: None,
        }
    }

    /// The failures that count for a target that is in this activation: when it becomes active again, each
    /// delivery's schedule and count begin anew (contract section 3, `disable_after`).
    #[must_use]
    pub fn failures_in(&self, activation: u32) -> u32 {
        if self.activation == activation {
            self.failures
        } else {
            0
        }
    }

    /// An attempt goes on record. What is delivered stays so; a late one that did not get through leaves
    /// everything but the count of attempts as it is.
    pub fn record(&mut self, recorded: &Recorded) {
        let Recorded {
            ours,
            manual,
            ended,
            next,
            activation,
        } = *recorded;
        self.attempts = self.attempts.saturating_add(1);
        if ours && manual {
            self.manual = self.manual.saturating_sub(1);
        }
        let scheduled = ours && self.stage == Stage::Waiting;
        match next {
            Next::Delivered => {
                self.stage = Stage::Delivered;
                self.due = None;
                self.delivered_at.get_or_insert(ended);
            }
            Next::RetryAt(at) if scheduled => {
                self.fail(activation);
                self.due = Some(at);
            }
            Next::GiveUp if scheduled => {
                self.fail(activation);
                self.stage = Stage::Failed;
                self.due = None;
            }
            Next::RetryAt(_) | Next::GiveUp | Next::Unchanged => {}
        }
    }

    fn fail(&mut self, activation: u32) {
        self.failures = self.failures_in(activation).saturating_add(1);
        self.activation = activation;
    }

    /// A request on the way goes on record: the end of its run says what becomes of the delivery.
    pub fn step(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }

    /// A replay sends it again: due now, its failures forgotten, its attempts and what is owed by hand kept.
    pub fn rearm(&mut self, now: Timestamp) {
        *self = Self {
            manual: self.manual,
            attempts: self.attempts,
            ..Self::new(now)
        };
    }

    /// One attempt more is owed, whatever became of it and on top of its schedule.
    pub fn order_by_hand(&mut self) {
        self.manual = self.manual.saturating_add(1);
    }

    /// It was held for too long.
    pub fn expire(&mut self) {
        if self.stage == Stage::Waiting {
            self.stage = Stage::Expired;
            self.due = None;
        }
    }

    /// Whether it stands in its target's queue: its schedule goes on, or an attempt is owed by hand.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage == Stage::Waiting || self.manual > 0
    }
}

/// When a delivery is due whose target became active at `activated`: what waits for a retry goes out with
/// what was held, at its place among it.
#[must_use]
pub fn due_when_activated(due: Timestamp, event: EventNo, activated: Timestamp) -> Timestamp {
    if due > activated {
        time_of_number(event.0)
    } else {
        due
    }
}
