//! Who has what in hand. One process uses the database, so a lease need not be written: it lives in
//! this memory, ends with the process, and costs no commit.
//!
//! Exact against the reading side: a delivery that was let go of while a take was reading is not
//! handed out by that take, which may still see it as it was before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::by_number::{ByNumber, Numbers};
use claimwire_model::lease::Lease;
use claimwire_model::{DeliveryId, Timestamp};

#[derive(Default)]
struct Held {
    leases: ByNumber<DeliveryId, Timestamp>,
    /// There while a take reads: what was let go of since it began.
    let_go: Option<Numbers<DeliveryId>>,
}

/// All leases of this process.
#[derive(Default)]
pub(crate) struct Leases(Mutex<Held>);

impl Leases {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when a delivery is leased, also when that is past; none when it is in nobody's hands.
    pub(crate) fn until(&self, id: DeliveryId) -> Option<Timestamp> {
        self.held().leases.get(&id).copied()
    }

    /// All leases, also those that have ended by time.
    pub(crate) fn newest_first(&self) -> Vec<DeliveryId> {
        let mut ids: Vec<_> = self.held().leases.keys().copied().collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }

    /// Leases a delivery, in place of an older lease.
    pub(crate) fn lease(&self, id: DeliveryId, until: Timestamp) {
        self.held().leases.insert(id, until);
    }

    /// These leases end later: each named by when it would have ended, and when it does now.
    pub(crate) fn renew(
        &self,
        leases: impl IntoIterator<Item = (DeliveryId, (Timestamp, Timestamp))>,
    ) {
        let mut held = self.held();
        for (id, (until, renewed)) in leases {
            if let Some(lease) = held.leases.get_mut(&id).filter(|lease| **lease == until) {
                *lease = renewed;
            }
        }
    }

    /// Ends these leases, each only if it is still the one with that end.
    pub(crate) fn let_go(&self, ids: impl IntoIterator<Item = (DeliveryId, Timestamp)>) {
        let mut held = self.held();
        for (id, until) in ids {
            let same = held.leases.get(&id) == Some(&until);
            if same
                && held.leases.remove(&id).is_some()
                && let Some(let_go) = &mut held.let_go
            {
                let_go.insert(id);
            }
        }
    }

    /// Ends this lease, if it is still the one with that end, of a delivery that stays in doubt.
    pub(crate) fn leave(&self, id: DeliveryId, until: Timestamp) {
        let over = Lease::alone(until).over().until;
        self.renew([(id, (until, over))]);
    }

    /// Ends all of them: what was in someone's hands stays in doubt.
    pub(crate) fn leave_all(&self) {
        for until in self.held().leases.values_mut() {
            *until = Lease::alone(*until).over().until;
        }
    }

    /// To be called before a take reads; the take ends when the answer is dropped.
    pub(crate) fn taking(&self) -> Taking<'_> {
        self.held().let_go = Some(Numbers::default());
        Taking(self)
    }
}

/// What keeps a take from a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Free,
    /// In someone's hands until then.
    Leased(Timestamp),
    /// Let go of since the take began: what the take read of it may be old.
    Unclear,
}

/// A take under way; there is one at a time.
pub(crate) struct Taking<'a>(&'a Leases);

impl Taking<'_> {
    /// Whether the take may have this delivery at `now`.
    pub(crate) fn standing(&self, id: DeliveryId, now: Timestamp) -> Standing {
        let held = self.0.held();
        match held.leases.get(&id) {
            Some(until) if *until > now => Standing::Leased(*until),
            _ if held
                .let_go
                .as_ref()
                .is_some_and(|let_go| let_go.contains(&id)) =>
            {
                Standing::Unclear
            }
            _ => Standing::Free,
        }
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        self.0.held().let_go = None;
    }
}

#[cfg(test)]
mod tests {
    use claimwire_model::{EventNo, TargetNo};

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(NOW + ms)
    }

    #[test]
    fn what_is_let_go_while_a_take_reads_is_not_for_that_take() {
        let leases = Leases::default();
        let id = DeliveryId {
            event: EventNo(1),
            target: TargetNo(1),
        };
        leases.lease(id, at(10));
        let taking = leases.taking();
        assert_eq!(taking.standing(id, at(0)), Standing::Leased(at(10)));
        leases.let_go([(id, at(10))]);
        assert_eq!(taking.standing(id, at(0)), Standing::Unclear);
        drop(taking);
        assert_eq!(leases.taking().standing(id, at(0)), Standing::Free);
    }

    #[test]
    fn a_lease_ends_by_time_and_only_the_named_one_is_let_go() {
        let leases = Leases::default();
        let id = DeliveryId {
            event: EventNo(1),
            target: TargetNo(1),
        };
        leases.lease(id, at(10));
        leases.let_go([(id, at(9))]);
        assert_eq!(leases.until(id), Some(at(10)));
        assert_eq!(leases.taking().standing(id, at(10)), Standing::Free);
    }
}
