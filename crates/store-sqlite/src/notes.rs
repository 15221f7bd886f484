//! What only shows how a webhook is doing is written now and then, not with every group of outcomes: its
//! counted attempts, and its health while it does nothing but succeed. A crash forgets what was not
//! written yet: half a minute of counts, and that the last success was so recent.
//!
//! Written in the order of webhooks, so that many that did a little share pages.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::TargetNo;
use claimwire_model::health::Health;
use claimwire_store::stats::Counted;

/// How long a note waits, about.
pub(crate) const WAIT: Duration = Duration::from_secs(30);
/// Attempts in one note, about, at most.
const ATTEMPTS: usize = 512;
/// Notes that one group writes at most, unless it is the last.
const AT_ONCE: usize = 64;
/// Notes that wait at most, about.
const NOTES: usize = 64 << 10;

/// What is to be written of a webhook.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// The number of its row in `timings`: all rows of the webhook before it have smaller ones.
    pub(crate) no: i64,
    pub(crate) counted: Vec<Counted>,
    pub(crate) health: Option<Health>,
    since: Instant,
}

#[derive(Default)]
struct Kept {
    notes: BTreeMap<TargetNo, Note>,
    /// When they began, oldest first; with some that are written by now.
    due: VecDeque<(TargetNo, Instant)>,
    /// Whose notes are full; told once, they are due by age if that fails.
    full: Vec<TargetNo>,
    /// The last that was written.
    seen: Option<TargetNo>,
}

impl Kept {
    fn is_due(&mut self) -> bool {
        while let Some((target, since)) = self.due.front()
            && self
                .notes
                .get(target)
                .is_none_or(|note| note.since != *since)
        {
            self.due.pop_front();
        }
        let oldest = self.due.front().map(|(_, since)| since.elapsed());
        oldest.is_some_and(|age| age >= WAIT) || self.notes.len() >= NOTES
    }
}

/// All notes that are not written yet.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Kept>);

impl Notes {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to a webhook's note; `no` is its number if it is new.
    pub(crate) fn add(
        &self,
        target: TargetNo,
        no: i64,
        counted: Vec<Counted>,
        health: Option<Health>,
    ) {
        let mut kept = self.kept();
        let Kept {
            notes, due, full, ..
        } = &mut *kept;
        let note = notes.entry(target).or_insert_with(|| {
            let since = Instant::now();
            due.push_back((target, since));
            Note {
                no,
                counted: Vec::new(),
                health: None,
                since,
            }
        });
        note.counted.extend(counted);
        if note.counted.len() >= ATTEMPTS {
            full.push(target);
        }
        note.health = health.or(note.health.take());
    }

    /// Whether nothing is noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept().notes.is_empty()
    }

    /// The health of a webhook has been written.
    pub(crate) fn forget_health(&self, target: TargetNo) {
        if let Some(note) = self.kept().notes.get_mut(&target) {
            note.health = None;
        }
    }

    /// What is to be written now; it stays until it is [`written`](Self::written).
    pub(crate) fn due(&self, all: bool) -> Vec<(TargetNo, Note)> {
        let mut kept = self.kept();
        if all {
            return kept.notes.clone().into_iter().collect();
        }
        if kept.is_due() {
            let after = kept.seen.map_or(Unbounded, Excluded);
            let rest = kept.notes.range((after, Unbounded));
            let round = rest.chain(&kept.notes).take(AT_ONCE.min(kept.notes.len()));
            return round
                .map(|(target, note)| (*target, note.clone()))
                .collect();
        }
        let mut full = std::mem::take(&mut kept.full);
        full.sort_unstable();
        full.dedup();
        let notes = full
            .iter()
            .filter_map(|target| kept.notes.get_key_value(target));
        notes
            .map(|(target, note)| (*target, note.clone()))
            .collect()
    }

    /// After the commit that wrote them.
    pub(crate) fn written(&self, written: &[(TargetNo, Note)]) {
        let mut kept = self.kept();
        for (target, _) in written {
            kept.notes.remove(target);
            kept.seen = Some(*target);
        }
    }

    /// A webhook's attempts that are not written yet, and the number that their row will have.
    pub(crate) fn of(&self, target: TargetNo) -> Option<(i64, Vec<Counted>)> {
        let kept = self.kept();
        let note = kept.notes.get(&target)?;
        Some((note.no, note.counted.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(notes: &Notes, target: i64, count: usize) {
        let one = Counted {
            started_at: claimwire_model::Timestamp::from_millis(0),
            duration: Duration::ZERO,
            delivered: true,
        };
        notes.add(TargetNo(target), target, vec![one; count], None);
    }

    fn targets(due: &[(TargetNo, Note)]) -> Vec<i64> {
        due.iter().map(|(target, _)| target.0).collect()
    }

    #[test]
    fn a_full_note_is_due_at_once_and_no_other() {
        let notes = Notes::default();
        noted(&notes, 1, 1);
        for _ in 0..2 {
            noted(&notes, 2, ATTEMPTS);
        }
        let due = notes.due(false);
        assert_eq!(targets(&due), [2]);
        notes.written(&due);
        assert_eq!(notes.of(TargetNo(2)).map(|(no, _)| no), None);
        assert_eq!(targets(&notes.due(true)), [1]);
    }

    #[test]
    fn many_are_written_in_the_order_of_webhooks_and_round() {
        let notes = Notes::default();
        for target in (0..NOTES as i64).rev() {
            noted(&notes, target, 1);
        }
        notes.kept().seen = Some(TargetNo(NOTES as i64 - 3));
        let due = notes.due(false);
        assert_eq!(due.len(), AT_ONCE);
        let first = [NOTES as i64 - 2, NOTES as i64 - 1, 0, 1];
        assert_eq!(targets(&due)[..4], first);
        notes.written(&due);
        assert!(notes.due(false).is_empty(), "there is room again");
        assert!(!notes.is_empty());
    }
}
