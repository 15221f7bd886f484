//! One event's bodies: made when the first attempt needs one, once per dialect, and shared by all that
//! go to that dialect.

use std::sync::OnceLock;

use claimwire_model::{Dialect, Event, Shop};

use crate::encode::encode;
use crate::encoded::Encoded;

/// The bodies of one event.
#[derive(Default)]
pub struct Bodies([OnceLock<Option<Encoded>>; Dialect::ALL.len()]);

impl Bodies {
    /// The body in this dialect; `None` when the dialect has no name for the event. To be asked with the
    /// same event and shop each time.
    #[must_use]
    pub fn of(&self, dialect: Dialect, event: &Event, shop: &Shop) -> Option<&Encoded> {
        self.0
            .get(dialect as usize)?
            .get_or_init(|| encode(dialect, event, shop))
            .as_ref()
    }
}
