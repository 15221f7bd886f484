//! One event's bodies: made when the first attempt needs one, once per form, and shared by all that get that
//! form.

use std::sync::OnceLock;

use claimwire_model::dialect::Own;
use claimwire_model::{Dialect, Event, Shop};

use crate::encode::try_encode;
use crate::encoded::{Encoded, Unencodable};

/// A body, or why there is none.
type Made = OnceLock<Result<Encoded, Unencodable>>;

/// A body in each dialect.
#[derive(Default)]
struct InDialects {
    built_in: [Made; Dialect::ALL.len()],
    /// In those of the operator's own, where there are any.
    own: OnceLock<Box<[Made]>>,
}

impl InDialects {
    fn of(
        &self,
        dialect: Dialect,
        make: impl FnOnce() -> Result<Encoded, Unencodable>,
    ) -> Result<&Encoded, &Unencodable> {
        let made = match dialect {
            Dialect::Own(own) => {
                let all = || Own::all().iter().map(|_| Made::new()).collect();
                self.own.get_or_init(all).get(own.place())
            }
            _ => {
                let mut all = Dialect::ALL.iter();
                let place = all.position(|other| *other == dialect);
                place.and_then(|place| self.built_in.get(place))
            }
        };
        let made = made.ok_or(&Unencodable::NoName)?;
        made.get_or_init(make).as_ref()
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
    /// The body in this dialect. `flatten`: with the subject in the root. To be asked with the same event and shop
    /// each time.
    ///
    /// # Errors
    /// The event has no form in the dialect.
    pub fn of(
        &self,
        dialect: Dialect,
        flatten: bool,
        event: &Event,
        shop: &Shop,
    ) -> Result<&Encoded, &Unencodable> {
        let make = || try_encode(dialect, event, shop);
        if !flatten {
            return self.nested.of(dialect, make);
        }
        let flat = self.flat.get_or_init(Box::default);
        flat.of(dialect, || {
            let nested = self.nested.of(dialect, make).cloned();
            Ok(nested.map_err(Clone::clone)?.flattened(dialect))
        })
    }
}
