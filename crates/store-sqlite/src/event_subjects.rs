//! Which events are about what, in rows that are [written behind](crate::write_behind).

use std::collections::BTreeSet;
use std::iter::repeat;

use claimwire_model::{EventNo, ShopNo};
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::write_behind::{Entry, WriteBehind};

/// That an event is about something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventSubject {
    shop: ShopNo,
    /// The first bytes of the subject as a number. Most subjects differ in them, and those that are compared lie side by side
    /// in the set: few texts are looked up elsewhere in memory.
    begins: u64,
    subject: Box<str>,
    event: EventNo,
}

/// Those that have no row yet.
pub(crate) type EventSubjects = WriteBehind<EventSubject>;

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

/// What an earlier process left without a row.
pub(crate) fn left(conn: &Connection) -> Result<BTreeSet<EventSubject>> {
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
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Events about something in a range of numbers that may have no row, oldest first; see [`WriteBehind::read`].
pub(crate) fn unwritten(
    subjects: &EventSubjects,
    shop: ShopNo,
    subject: &str,
    (from, below): (i64, i64),
) -> Vec<i64> {
    let at = |event| EventSubject::new(shop, subject, EventNo(event));
    subjects.read(at(from)..at(below), |entry| entry.event.0)
}

impl Entry for EventSubject {
    fn event(&self) -> EventNo {
        self.event
    }

    fn insert(conn: &Connection, entries: &[Self]) -> Result<()> {
        let mut insert = conn.prepare_cached(
            "INSERT OR IGNORE INTO event_subjects (shop, subject, event) VALUES (?1, ?2, ?3)",
        )?;
        for entry in entries {
            insert.execute(params![entry.shop.0, entry.subject, entry.event.0])?;
        }
        Ok(())
    }

    fn remove(conn: &Connection, entries: &[Self]) -> Result<()> {
        let mut remove = conn.prepare_cached(
            "DELETE FROM event_subjects WHERE shop = ?1 AND subject = ?2 AND event = ?3",
        )?;
        for entry in entries {
            remove.execute(params![entry.shop.0, entry.subject, entry.event.0])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
