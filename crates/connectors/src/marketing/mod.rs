//! Marketing tools: an event of ours becomes an event of theirs, for the profile with the customer's e-mail
//! address (contract section 7). What they have in common is here; what each takes is in its folder.
//!
//! A delivery makes one event, or two where the owner wants every way of being delivered to be told by one
//! name too. How many are made is on record before the next is, so none is made twice by a retry.

mod bulk;
mod connector;
mod flat;
mod judge;
mod news;
mod state;
#[cfg(test)]
mod tests;
mod tool;

pub(crate) use crate::account::Account;
pub(crate) use connector::{Marketing, send};
pub(crate) use flat::flat_texts;
pub(crate) use judge::{in_seconds, refused};
pub(crate) use news::News;
pub(crate) use state::{Prepared, Progress};
pub(crate) use tool::{Ask, Asked, Bulk, Tool};

use crate::vendor::{Field, FieldKind};

/// What marketing tools hear of unless told otherwise.
pub(crate) const EVENTS: &[&str] = &["shipments", "claims"];

/// How old a shipment event may be.
pub(crate) const STALE_AFTER_HOURS: Field = Field {
    name: "stale_after_hours",
    help: "Shipment events that the carrier dates further back than so many hours are not sent; 0 sends all.",
    kind: FieldKind::Number,
    required: false,
    default: "4",
};

/// Whether each way of being delivered is also told by one name.
pub(crate) const DELIVERED_ALL_EVENTS: Field = Field {
    name: "delivered_all_events",
    help: "`true` sends `shipment_delivered_all_events` as well with each event that means delivered.",
    kind: FieldKind::Choice(&["false", "true"]),
    required: false,
    default: "false",
};
