//! The backlog of one webhook: what the engine knows of the deliveries that wait in the store. Whether some
//! may be due, when to take them, and whether a take is under way.
//!
//! No wake-up is lost: whatever happens while a take is under way leads to another take.

use std::time::Duration;

use claimwire_model::Timestamp;

/// When the store says that something is due but leases nothing (another node has it, or it waits behind
/// one that is under way), the engine asks again after this, unless something happens before.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What waits in the store, as far as is known.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// Something may be due.
    behind: bool,
    /// A delivery was refused; its commit's wake-up is still to come.
    refused: bool,
    taking: bool,
    /// Something came while a take was under way.
    woken: bool,
    /// Calls under way that give deliveries back.
    returning: u32,
    /// When the earliest of the others is due.
    next_due: Option<Timestamp>,
}

impl Backlog {
    /// Whether a new delivery would overtake none that is due by coming in memory.
    pub(crate) fn caught_up(&self, now: Timestamp) -> bool {
        let none_due = self.next_due.is_none_or(|due| due > now);
        !self.behind && !self.refused && !self.taking && self.returning == 0 && none_due
    }

    /// Whether nothing at all waits.
    pub(crate) fn nothing(&self) -> bool {
        !self.behind && !self.refused && self.next_due.is_none()
    }

    /// Whether the store holds something, or a take that is under way may say so.
    pub(crate) fn may_bring(&self) -> bool {
        self.taking || !self.nothing()
    }

    /// Whether a call to the store is under way.
    pub(crate) fn is_moving(&self) -> bool {
        self.taking || self.returning > 0
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.next_due
    }

    /// A new delivery was refused, so that it will be in the store.
    pub(crate) fn refused(&mut self) {
        self.refused = true;
    }

    /// What was refused is committed.
    pub(crate) fn committed(&mut self) {
        self.refused = false;
        self.woken();
    }

    /// Something may be due.
    pub(crate) fn woken(&mut self) {
        if self.taking {
            self.woken = true;
        } else {
            self.behind = true;
        }
    }

    /// Something is due then.
    pub(crate) fn due(&mut self, at: Timestamp) {
        self.next_due = Some(self.next_due.map_or(at, |due| due.min(at)));
    }

    /// Deliveries are being given back.
    pub(crate) fn returning(&mut self) {
        self.returning += 1;
    }

    /// They are back.
    pub(crate) fn returned(&mut self) {
        self.returning = self.returning.saturating_sub(1);
        self.woken();
    }

    /// Whether to take now.
    pub(crate) fn wants_take(&self, now: Timestamp) -> bool {
        !self.taking && (self.behind || self.next_due.is_some_and(|due| due <= now))
    }

    /// A take begins; what is noted from now on counts beside its answer.
    pub(crate) fn take_begins(&mut self) {
        self.taking = true;
        self.behind = false;
        self.next_due = None;
    }

    /// A take brought so many; of the rest the earliest is due then.
    pub(crate) fn take_ended(&mut self, taken: usize, next_due: Option<Timestamp>, now: Timestamp) {
        self.taking = false;
        self.behind = std::mem::take(&mut self.woken);
        match next_due {
            Some(due) if due <= now && taken > 0 => self.behind = true,
            Some(due) if due <= now => self.due(now.plus(ASK_AGAIN_AFTER)),
            Some(due) => self.due(due),
            None => {}
        }
    }

    /// A take failed: try again then.
    pub(crate) fn take_failed(&mut self, again: Timestamp, now: Timestamp) {
        self.take_ended(0, Some(again), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    #[test]
    fn what_is_refused_while_a_take_is_under_way_is_taken_after_its_commit() {
        let mut backlog = Backlog::default();
        backlog.woken();
        backlog.take_begins();
        backlog.refused();
        backlog.take_ended(3, None, at(0));
        assert!(
            !backlog.caught_up(at(0)),
            "the refused one is not in memory"
        );
        assert!(!backlog.wants_take(at(0)), "and not committed yet");
        backlog.committed();
        assert!(backlog.wants_take(at(0)));
        backlog.take_begins();
        backlog.take_ended(1, None, at(0));
        assert!(backlog.caught_up(at(0)));
    }

    #[test]
    fn a_wake_up_during_a_take_leads_to_another() {
        let mut backlog = Backlog::default();
        backlog.take_begins();
        backlog.committed();
        assert!(!backlog.wants_take(at(0)));
        backlog.take_ended(0, None, at(0));
        assert!(backlog.wants_take(at(0)));
    }

    #[test]
    fn what_is_recorded_during_a_take_may_set_free_what_it_did_not_bring() {
        let mut backlog = Backlog::default();
        assert!(!backlog.may_bring());
        backlog.take_begins();
        assert!(backlog.may_bring());
        backlog.take_ended(0, Some(at(120_000)), at(0));
        assert!(backlog.may_bring());
    }

    #[test]
    fn a_retry_noted_during_a_take_is_kept() {
        let mut backlog = Backlog::default();
        backlog.take_begins();
        backlog.due(at(500));
        backlog.take_ended(1, Some(at(900)), at(0));
        assert_eq!(backlog.next_due(), Some(at(500)));
    }

    #[test]
    fn what_is_due_later_is_overtaken() {
        let mut backlog = Backlog::default();
        backlog.due(at(500));
        assert!(backlog.caught_up(at(0)));
        assert!(!backlog.caught_up(at(500)));
    }

    #[test]
    fn what_is_due_but_not_handed_out_is_not_asked_for_without_end() {
        let mut backlog = Backlog::default();
        backlog.take_begins();
        backlog.take_ended(0, Some(at(-5)), at(0));
        assert!(!backlog.wants_take(at(0)));
        assert!(backlog.wants_take(at(1000)));
    }
}
