//! Lanes: what must be delivered one after another.
//!
//! One definition for the engine, which keeps a lane to one attempt at a time, and for every store, which
//! takes of each lane no more than its beginning.

use crate::event::Event;
use crate::hash::fnv1a;
use crate::id::EventNo;
use crate::subject::Subject;
use crate::target::Ordering;

/// Deliveries of one target with the same lane go one at a time, in event order. Stores keep the number,
/// so it is the same in every version of the program. Two subjects may share a lane by chance of the
/// hash, which costs a wait and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub i64);

impl Lane {
    /// The lane of an event for a target with this ordering; none: it waits for nothing. An event without
    /// a subject has a lane to itself.
    #[must_use]
    pub fn of(ordering: Ordering, event: &Event) -> Option<Self> {
        Self::of_subject(ordering, event.no, event.fact.subject.as_ref())
    }

    /// The same for an event of which no more is known than what it is about.
    #[must_use]
    pub fn of_subject(
        ordering: Ordering,
        event: EventNo,
        subject: Option<&Subject>,
    ) -> Option<Self> {
        match (ordering, subject) {
            (Ordering::None, _) => None,
            (Ordering::Webhook, _) => Some(Self(0)),
            (Ordering::Subject, None) => Some(Self(event.0)),
            (Ordering::Subject, Some(subject)) => {
                let kind = subject.kind.as_str().bytes();
                Some(Self(fnv1a(kind.chain([b'/']).chain(subject.id.bytes()))))
            }
        }
    }
}
