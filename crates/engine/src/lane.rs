//! What must go one at a time.

use std::hash::{DefaultHasher, Hash, Hasher};

use claimwire_model::webhook::Ordering;
use claimwire_model::{Event, Webhook};

/// Deliveries of one webhook with the same lane go one at a time, in event order. Two subjects may share
/// a lane by chance of the hash, which costs a wait and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lane(u64);

impl Lane {
    /// The lane of an event for this webhook; `None`: it waits for nothing.
    pub(crate) fn of(webhook: &Webhook, event: &Event) -> Option<Self> {
        match webhook.ordering {
            Ordering::None => None,
            Ordering::Webhook => Some(Self(0)),
            Ordering::Subject => event.fact.subject.as_ref().map(|subject| {
                let mut hasher = DefaultHasher::new();
                subject.hash(&mut hasher);
                Self(hasher.finish())
            }),
        }
    }
}
