//! Which events are about what. A row for it, written with each event, would change a page of its own somewhere in the
//! tree: half of all that a group wrote. So it is kept in memory at first, and written behind the commits many at once,
//! in the order of subjects, so that neighbours share a page. What a crash takes is read from the events again.

use std::collections::BTreeSet;
use std::iter::repeat;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::{EventNo, ShopNo};
use rusqlite::{Connection, params};

use crate::error::Result;

/// How many are kept in memory: the more, the more of them share a page when they are written.
const KEPT: usize = if cfg!(test) { 100 } else { 16_384 };
/// How many are written at once at least, and by a group that somebody waits for at most, unless it brings more itself.
const FEW: usize = 64;
/// As many as are written at once where nobody waits.
const MANY: usize = 1024;
/// So often all are written, in notes of how far everything is: what a start reads again is bounded by it.
const ROUND: usize = 8;

/// That an event is about something; ordered as the rows are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventSubject {
    shop: ShopNo,
    /// The first bytes of the subject as a number. Most subjects differ in them, and those that are compared lie side by side
    /// in the set: few texts are looked up elsewhere in memory.
    begins: u64,
    subject: Box<str>,
    pub(crate) event: EventNo,
}

impl EventSubject {
    pub(crate) fn new(shop: ShopNo, subject: &str, event: EventNo) -> Self {
        let bytes = subject.as_bytes().iter().copied();
        let begins = bytes.chain(repeat(0)).take(size_of::<u64>());
        Self {
            shop,
            begins: begins.fold(0, |number, byte| number << 8 | u64::from(byte)),
            subject: subject.into(),
            event,
        }
    }
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

#[derive(Default)]
struct Kept {
    unwritten: BTreeSet<EventSubject>,
    /// The last that was written.
    seen: Option<EventSubject>,
    /// So many more are written, however few are kept.
    owed: usize,
    /// Notes of how far everything is since the last round began.
    notes: usize,
}

/// Those that have no row yet.
#[derive(Default)]
pub(crate) struct EventSubjects(Mutex<Kept>);

impl EventSubjects {
    /// What an earlier process left without a row.
    pub(crate) fn left(conn: &Connection) -> Result<Self> {
        let mut statement = conn.prepare(
            "SELECT shop, subject_id, no FROM events
             WHERE no > (SELECT event FROM settled WHERE no = 2) AND subject_id IS NOT NULL",
        )?;
        let found = statement.query_map([], |row| {
            let subject = row.get_ref(1)?.as_str()?;
            Ok(EventSubject::new(
                ShopNo(row.get(0)?),
                subject,
                EventNo(row.get(2)?),
            ))
        })?;
        let unwritten = found.collect::<rusqlite::Result<_>>()?;
        Ok(Self(Mutex::new(Kept {
            unwritten,
            ..Kept::default()
        })))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events about something in a range of numbers that may have no row, oldest first. To be asked before the snapshot
    /// begins in which rows are read: then what is not here is there.
    pub(crate) fn of(&self, shop: ShopNo, subject: &str, (from, below): (i64, i64)) -> Vec<i64> {
        if from >= below {
            return Vec::new();
        }
        let at = |event| EventSubject::new(shop, subject, EventNo(event));
        let kept = self.kept();
        let found = kept.unwritten.range(at(from)..at(below));
        found.map(|entry| entry.event.0).collect()
    }

    /// What is to be written with a group that brings so many new ones, in the order of rows, going round. Where memory has no
    /// room for more, a group writes at least as many as it brings, so that none are left to a later one. They stay until
    /// they are [`published`](Self::publish).
    pub(crate) fn due(&self, new: usize, pace: Pace) -> Vec<EventSubject> {
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

    /// After a commit: those of its events, those that it wrote, and those whose events it removed.
    pub(crate) fn publish(
        &self,
        new: impl IntoIterator<Item = EventSubject>,
        written: Vec<EventSubject>,
        gone: &[EventSubject],
    ) {
        let mut kept = self.kept();
        kept.unwritten.extend(new);
        kept.owed = kept.owed.saturating_sub(written.len());
        for entry in written.iter().chain(gone) {
            kept.unwritten.remove(entry);
        }
        if let Some(last) = written.into_iter().next_back() {
            kept.seen = Some(last);
        }
    }

    /// The oldest event without a row.
    pub(crate) fn oldest(&self) -> Option<EventNo> {
        let kept = self.kept();
        kept.unwritten.iter().map(|entry| entry.event).min()
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

/// Writes their rows.
pub(crate) fn insert(conn: &Connection, entries: &[EventSubject]) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO event_subjects (shop, subject, event) VALUES (?1, ?2, ?3)",
    )?;
    for entry in entries {
        insert.execute(params![entry.shop.0, entry.subject, entry.event.0])?;
    }
    Ok(())
}

/// Removes the rows of events that are gone.
pub(crate) fn remove(conn: &Connection, entries: &[EventSubject]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut remove = conn.prepare_cached(
        "DELETE FROM event_subjects WHERE shop = ?1 AND subject = ?2 AND event = ?3",
    )?;
    for entry in entries {
        remove.execute(params![entry.shop.0, entry.subject, entry.event.0])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: usize) -> EventSubject {
        let subject = format!("{:04}", n * 7_919 % 10_000);
        EventSubject::new(ShopNo(1), &subject, EventNo(i64::try_from(n).unwrap()))
    }

    #[test]
    fn those_that_are_too_many_are_written_in_their_order_going_round() {
        let subjects = EventSubjects::default();
        subjects.publish((0..KEPT).map(entry), Vec::new(), &[]);
        assert!(subjects.due(1, Pace::Idle).is_empty(), "there is room");
        let mut left: BTreeSet<_> = (0..=KEPT).map(entry).collect();
        subjects.publish([entry(KEPT)], Vec::new(), &[]);
        let mut last = None;
        for round in 1..10 {
            let due = subjects.due(FEW, Pace::Least);
            let (before, behind): (Vec<_>, Vec<_>) = left
                .iter()
                .cloned()
                .partition(|entry| last.as_ref().is_some_and(|last| entry <= last));
            let expected = behind.iter().chain(&before).take(FEW);
            assert!(due.iter().eq(expected), "in round {round}");
            last = due.last().cloned();
            left.retain(|entry| !due.contains(entry));
            let new = (0..FEW).map(|n| entry(round * 1000 + n));
            left.extend(new.clone());
            subjects.publish(new, due, &[]);
        }
    }

    #[test]
    fn memory_is_bounded_and_who_waits_waits_for_few() {
        let subjects = EventSubjects::default();
        let mut next = 0;
        for group in [1000, 1000, 1, 1, 1000, 64, 65, 3, 1000] {
            let due = subjects.due(group, Pace::Least);
            assert!(due.len() <= group.max(FEW), "{} with {group}", due.len());
            subjects.publish((next..next + group).map(entry), due, &[]);
            next += group;
            assert!(subjects.kept().unwritten.len() <= KEPT + 1000);
        }
        for _ in 0..ROUND {
            subjects.noted();
        }
        assert_eq!(subjects.due(1, Pace::Awaited).len(), FEW);
        let all = subjects.kept().unwritten.len();
        assert_eq!(subjects.due(1, Pace::Idle).len(), all.min(MANY));
    }

    #[test]
    fn they_are_ordered_as_their_rows_are() {
        let subjects = [
            "",
            "a",
            "a\0",
            "a\0b",
            "ab",
            "abcdefgh",
            "abcdefgha",
            "abcdefghb",
            "b",
            "ü",
            "￿",
        ];
        let all = [1, 2].into_iter().flat_map(move |shop| {
            let events = move |subject| {
                [1, 2].map(|no| EventSubject::new(ShopNo(shop), subject, EventNo(no)))
            };
            subjects.into_iter().flat_map(events)
        });
        assert!(all.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn all_are_written_after_some_notes_and_none_that_is_gone() {
        let subjects = EventSubjects::default();
        subjects.publish((0..3).map(entry), Vec::new(), &[]);
        for _ in 1..ROUND {
            subjects.noted();
        }
        assert!(subjects.due(1, Pace::Idle).is_empty());
        assert_eq!(subjects.oldest(), Some(EventNo(0)));
        subjects.noted();
        subjects.publish([], Vec::new(), &[entry(0)]);
        assert!(subjects.due(1, Pace::Least).is_empty(), "there is room");
        let due = subjects.due(1, Pace::Awaited);
        assert_eq!(due.len(), 2);
        subjects.publish([], due, &[]);
        assert_eq!(subjects.oldest(), None);
        assert!(subjects.due(1, Pace::Idle).is_empty());
    }
}
