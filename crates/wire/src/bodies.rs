//! One event's bodies: made when the first attempt needs one, once per form, and shared by all that get that
//! form.

use std::sync::OnceLock;

use claimwire_model::{Dialect, Event, Shop};

use crate::encode::encode;
use crate::encoded::Encoded;

/// A body in each dialect.
#[derive(Default)]
struct InDialects([OnceLock<Option<Encoded>>; Dialect::ALL.len()]);

impl InDialects {
    fn of(&self, dialect: Dialect, make: impl FnOnce() -> Option<Encoded>) -> Option<&Encoded> {
        self.0.get(dialect as usize)?.get_or_init(make).as_ref()
    }
}

/// The bodies of one event.
#[derive(Default)]
pub struct Bodies {
    nested: InDialects,
    /// Few webhooks ask for them.
    flat: OnceLock<Box<InDialects>>,
}

impl Bodies {
    /// The body in this dialect; `None` when the dialect has no name for the event. `flatten`: with the
    /// subject in the root. To be asked with the same event and shop each time.
    #[must_use]
    pub fn of(
        &self,
        dialect: Dialect,
        flatten: bool,
        event: &Event,
        shop: &Shop,
    ) -> Option<&Encoded> {
        let nested = || self.nested.of(dialect, || encode(dialect, event, shop));
        if !flatten {
            return nested();
        }
        let flat = self.flat.get_or_init(Box::default);
        flat.of(dialect, || Some(nested()?.clone().flattened(dialect)))
    }
}
