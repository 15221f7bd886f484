//! Rows that only serve lists, written behind the commits. A row for each event or delivery, written with it, would change a
//! page of its own somewhere in the tree: much of what a group wrote. So they are kept in memory at first, and written
//! many at once, in their order, so that neighbours share a page. What a crash takes is read again from what they index.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::EventNo;
use rusqlite::Connection;

use crate::error::Result;

/// How many are kept in memory: the more, the more of them share a page when they are written.
const KEPT: usize = if cfg!(test) { 100 } else { 16_384 };
/// How many are written at once at least, and by a group that somebody waits for at most, unless it brings more itself.
const FEW: usize = 64;
/// As many as are written at once where nobody waits.
const MANY: usize = 1024;
/// So often all are written, in notes of how far everything is: what a start reads again is bounded by it.
const ROUND: usize = 8;

/// What becomes a row; ordered as the rows are.
pub(crate) trait Entry: Ord + Clone {
    /// The event that it is of.
    fn event(&self) -> EventNo;

    /// Writes the rows of these; those that are there stay.
    fn insert(conn: &Connection, entries: &[Self]) -> Result<()>;

    /// Removes the rows of these, where they have them.
    fn remove(conn: &Connection, entries: &[Self]) -> Result<()>;
}

/// How much a group may do beside what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Only what memory has no room for.
    Least,
    /// Somebody waits for it.
    Awaited,
    /// Nobody waits.
    Idle,
}

/// What a group does to the entries of one kind.
pub(crate) struct Changes<E> {
    /// They may have their row later.
    pub(crate) new: Vec<E>,
    /// They have to have it with the group.
    pub(crate) now: Vec<E>,
    /// Earlier ones that it gave theirs.
    written: Vec<E>,
    /// What they are of is gone.
    pub(crate) gone: Vec<E>,
}

impl<E> Default for Changes<E> {
    fn default() -> Self {
        Self {
            new: Vec::new(),
            now: Vec::new(),
            written: Vec::new(),
            gone: Vec::new(),
        }
    }
}

struct Kept<E> {
    unwritten: BTreeSet<E>,
    /// The oldest event of these; none: there is none, or the one that was known has gone.
    oldest: Option<EventNo>,
    /// The last that was written.
    seen: Option<E>,
    /// So many more are written, however few are kept.
    owed: usize,
    /// Notes of how far everything is since the last round began.
    notes: usize,
}

impl<E: Entry> Kept<E> {
    fn add(&mut self, new: impl Iterator<Item = E>) {
        let found = self.oldest.is_some() || self.unwritten.is_empty();
        for entry in new {
            if found {
                let event = entry.event();
                self.oldest = Some(self.oldest.map_or(event, |oldest| oldest.min(event)));
            }
            self.unwritten.insert(entry);
        }
    }

    fn remove(&mut self, entry: &E) {
        self.unwritten.remove(entry);
        if self.oldest == Some(entry.event()) {
            self.oldest = None;
        }
    }

    /// Looks through all only if the last oldest one has gone since.
    fn oldest(&mut self) -> Option<EventNo> {
        if self.oldest.is_none() {
            self.oldest = self.unwritten.iter().map(Entry::event).min();
        }
        self.oldest
    }
}

/// Those that have no row yet.
pub(crate) struct WriteBehind<E>(Mutex<Kept<E>>);

impl<E: Entry> WriteBehind<E> {
    /// With what an earlier process left without a row.
    pub(crate) fn new(unwritten: BTreeSet<E>) -> Self {
        Self(Mutex::new(Kept {
            unwritten,
            oldest: None,
            seen: None,
            owed: 0,
            notes: 0,
        }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept<E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `read` makes of those in a range that may have no row, in their order. To be asked before the snapshot begins in
    /// which rows are read: then what is not here is there.
    pub(crate) fn read<R>(&self, range: Range<E>, read: impl FnMut(&E) -> R) -> Vec<R> {
        if range.is_empty() {
            return Vec::new();
        }
        self.kept().unwritten.range(range).map(read).collect()
    }

    /// What is to be written with a group that brings so many new ones, in the order of rows, going round. Where memory has no
    /// room for more, a group writes at least as many as it brings, so that none are left to a later one. They stay until
    /// they are [`published`](Self::publish).
    fn due(&self, new: usize, pace: Pace) -> Vec<E> {
        let kept = self.kept();
        let excess = kept.unwritten.len().saturating_sub(KEPT);
        let most = match pace {
            Pace::Least => 0,
            Pace::Awaited => FEW,
            Pace::Idle => MANY,
        };
        let must = if excess > 0 { new.max(FEW) } else { 0 };
        let may = excess.max(kept.owed).min(most);
        if must == 0 && may == 0 {
            return Vec::new();
        }
        let after = kept.seen.as_ref().map_or(Unbounded, Excluded);
        let rest = kept.unwritten.range((after, Unbounded));
        let round = rest.chain(&kept.unwritten).take(kept.unwritten.len());
        round.take(must.max(may).max(FEW)).cloned().collect()
    }

    /// Writes what is due with a group, and removes what it made go.
    pub(crate) fn write(
        &self,
        conn: &Connection,
        changes: &mut Changes<E>,
        pace: Pace,
    ) -> Result<()> {
        changes.written = self.due(changes.new.len(), pace);
        E::insert(conn, &changes.written)?;
        E::insert(conn, &changes.now)?;
        E::remove(conn, &changes.gone)
    }

    /// After a group's commit.
    pub(crate) fn publish(&self, changes: &mut Changes<E>) {
        let mut kept = self.kept();
        kept.add(changes.new.drain(..));
        kept.owed = kept.owed.saturating_sub(changes.written.len());
        for entry in changes.written.iter().chain(&changes.gone) {
            kept.remove(entry);
        }
        if let Some(last) = changes.written.drain(..).next_back() {
            kept.seen = Some(last);
        }
        changes.now.clear();
        changes.gone.clear();
    }

    /// The oldest event that has one without a row, those of a group included.
    pub(crate) fn oldest(&self, changes: &Changes<E>) -> Option<EventNo> {
        let kept = self.kept().oldest();
        let new = changes.new.iter().map(Entry::event);
        kept.into_iter().chain(new).min()
    }

    /// It is noted how far everything is.
    pub(crate) fn noted(&self) {
        let mut kept = self.kept();
        kept.notes += 1;
        if kept.notes == ROUND {
            kept.notes = 0;
            kept.owed = kept.unwritten.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of which no row is ever written.
    type Numbers = WriteBehind<(usize, i64)>;

    impl Entry for (usize, i64) {
        fn event(&self) -> EventNo {
            EventNo(self.1)
        }

        fn insert(_: &Connection, _: &[Self]) -> Result<()> {
            Ok(())
        }

        fn remove(_: &Connection, _: &[Self]) -> Result<()> {
            Ok(())
        }
    }

    fn entry(n: usize) -> (usize, i64) {
        (n * 7_919 % 10_000, i64::try_from(n).unwrap())
    }

    fn publish(
        numbers: &Numbers,
        new: impl IntoIterator<Item = usize>,
        written: Vec<(usize, i64)>,
    ) {
        numbers.publish(&mut Changes {
            new: new.into_iter().map(entry).collect(),
            written,
            ..Changes::default()
        });
    }

    #[test]
    fn those_that_are_too_many_are_written_in_their_order_going_round() {
        let numbers = Numbers::new(BTreeSet::new());
        publish(&numbers, 0..KEPT, Vec::new());
        assert!(numbers.due(1, Pace::Idle).is_empty(), "there is room");
        let mut left: BTreeSet<_> = (0..=KEPT).map(entry).collect();
        publish(&numbers, [KEPT], Vec::new());
        let mut last = None;
        for round in 1..10 {
            let due = numbers.due(FEW, Pace::Least);
            let (before, behind): (Vec<_>, Vec<_>) = left
                .iter()
                .copied()
                .partition(|entry| last.as_ref().is_some_and(|last| entry <= last));
            let expected = behind.iter().chain(&before).take(FEW);
            assert!(due.iter().eq(expected), "in round {round}");
            last = due.last().copied();
            left.retain(|entry| !due.contains(entry));
            let new = round * 1000..round * 1000 + FEW;
            left.extend(new.clone().map(entry));
            publish(&numbers, new, due);
        }
    }

    #[test]
    fn memory_is_bounded_and_who_waits_waits_for_few() {
        let numbers = Numbers::new(BTreeSet::new());
        let mut next = 0;
        for group in [1000, 1000, 1, 1, 1000, 64, 65, 3, 1000] {
            let due = numbers.due(group, Pace::Least);
            assert!(due.len() <= group.max(FEW), "{} with {group}", due.len());
            publish(&numbers, next..next + group, due);
            next += group;
            assert!(numbers.kept().unwritten.len() <= KEPT + 1000);
        }
        for _ in 0..ROUND {
            numbers.noted();
        }
        assert_eq!(numbers.due(1, Pace::Awaited).len(), FEW);
        let all = numbers.kept().unwritten.len();
        assert_eq!(numbers.due(1, Pace::Idle).len(), all.min(MANY));
    }

    #[test]
    fn the_oldest_is_known_whatever_comes_and_goes() {
        let numbers = Numbers::new((500..600).map(entry).collect());
        let mut left: BTreeSet<_> = (500..600).map(entry).collect();
        for round in 0..100 {
            // Older ones come after newer ones, and go in the order of their rows.
            let new: Vec<_> = (0..5).map(|n| (round * 37 + n * 211) % 499).collect();
            let written: Vec<_> = left.iter().take(7).copied().collect();
            left.extend(new.iter().copied().map(entry));
            left.retain(|entry| !written.contains(entry));
            publish(&numbers, new, written);
            let oldest = left.iter().map(Entry::event).min();
            assert_eq!(numbers.oldest(&Changes::default()), oldest, "after {round}");
        }
    }

    #[test]
    fn all_are_written_after_some_notes_and_none_that_is_gone() {
        let numbers = Numbers::new((0..3).map(entry).collect());
        for _ in 1..ROUND {
            numbers.noted();
        }
        assert!(numbers.due(1, Pace::Idle).is_empty());
        let mut changes = Changes::default();
        assert_eq!(numbers.oldest(&changes), Some(EventNo(0)));
        changes.new.push((0, -1));
        assert_eq!(numbers.oldest(&changes), Some(EventNo(-1)), "of the group");
        changes.new.clear();
        numbers.noted();
        changes.gone.push(entry(0));
        numbers.publish(&mut changes);
        assert!(numbers.due(1, Pace::Least).is_empty(), "there is room");
        let due = numbers.due(1, Pace::Awaited);
        assert_eq!(due.len(), 2);
        publish(&numbers, [], due);
        assert_eq!(numbers.oldest(&changes), None);
        assert!(numbers.due(1, Pace::Idle).is_empty());
    }
}
