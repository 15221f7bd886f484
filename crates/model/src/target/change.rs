//! How a target changes: by its owner, by us, by the answer to a test event. Every store keeps what comes
//! out of these.

use super::{Kind, Ordering, Target, TargetStatus};
use crate::health::Health;
use crate::time::Timestamp;

/// A target under its next version, and what that means for what waits for it.
#[derive(Debug, Clone)]
pub struct Changed {
    /// To be kept in place of the one before.
    pub target: Target,
    /// It became active: all that waits for it goes out
    /// ([`due_when_activated`](crate::delivery::due_when_activated)).
    pub activated: bool,
    /// What waits for it is ordered otherwise now.
    pub reordered: bool,
}

/// What the answer to a test event does.
#[derive(Debug, Clone)]
pub enum Tested {
    /// Nothing: it was for another version, or none is owed.
    Nothing,
    /// No test event is owed any more; nothing else changed, and the version is the same.
    Settled(Target),
    /// It is verified.
    Activated(Changed),
}

impl Target {
    /// A new one, as it is first kept; its number is the store's to give.
    #[must_use]
    pub fn made(self, now: Timestamp) -> Self {
        Self {
            version: 1,
            created_at: now,
            updated_at: now,
            ..self
        }
    }

    /// The owner's update of it, read at some version. `None`: it was changed since.
    #[must_use]
    pub fn updated_by(&self, new: Self, now: Timestamp) -> Option<Changed> {
        let health = self.health.updated_by(&new.health);
        (new.version == self.version).then(|| self.changed(Self { health, ..new }, now))
    }

    /// The same with what an attempt made of its health, disabled.
    #[must_use]
    pub fn disabled(&self, health: Health, now: Timestamp) -> Changed {
        let disabled = Self {
            status: TargetStatus::Disabled,
            health,
            ..self.clone()
        };
        self.changed(disabled, now)
    }

    /// The answer to a test event that was sent at `version`.
    #[must_use]
    pub fn tested(&self, version: u64, passed: bool, now: Timestamp) -> Tested {
        if self.version != version {
            return Tested::Nothing;
        }
        let settled = || {
            let mut settled = self.clone();
            settled.test_answered();
            settled
        };
        if passed && self.status == TargetStatus::Unverified {
            let active = Self {
                status: TargetStatus::Active,
                ..settled()
            };
            Tested::Activated(self.changed(active, now))
        } else if self.owes_test() {
            Tested::Settled(settled())
        } else {
            Tested::Nothing
        }
    }

    /// Whether a new delivery may be handed over past the store. What is paused waits, and what comes in
    /// an order may have something before it: only a take can tell.
    #[must_use]
    pub fn may_be_handed(&self, now: Timestamp) -> bool {
        self.status == TargetStatus::Active
            && self.ordering == Ordering::None
            && !self.health.is_paused(now)
    }

    /// Whether the node that owns it may fetch a new delivery by name, past what waits: as [`Target::may_be_handed`], but
    /// of a connector only a take makes sure that what is in doubt is known as such after a crash.
    #[must_use]
    pub fn may_be_offered(&self, now: Timestamp) -> bool {
        self.kind() == Kind::Webhook && self.may_be_handed(now)
    }

    fn changed(&self, new: Self, now: Timestamp) -> Changed {
        let mut target = Self {
            no: self.no,
            created_at: self.created_at,
            updated_at: now,
            version: self.version + 1,
            ..new
        };
        let activated =
            target.status == TargetStatus::Active && self.status != TargetStatus::Active;
        if activated {
            target.health.begin_anew();
        }
        Changed {
            activated,
            reordered: target.ordering != self.ordering,
            target,
        }
    }
}
