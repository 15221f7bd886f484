//! One event's bodies: made when the first attempt needs one, once per dialect, and shared by all that
//! go to that dialect.

use std::sync::OnceLock;

use claimwire_model::{Dialect, Event, Shop};
use claimwire_wire::{Encoded, encode};

/// The bodies of one event.
#[derive(Default)]
pub(crate) struct Bodies([OnceLock<Option<Encoded>>; Dialect::ALL.len()]);

impl Bodies {
    /// The body in this dialect; `None` when the dialect has no name for the event.
    pub(crate) fn of(&self, dialect: Dialect, event: &Event, shop: &Shop) -> Option<&Encoded> {
        self.0
            .get(dialect as usize)?
            .get_or_init(|| encode(dialect, event, shop))
            .as_ref()
    }
}
