//! Event → body.

use bytes::Bytes;
use claimwire_model::{Dialect, Event, Shop, Timestamp};

/// A body in one dialect, with the headers that depend on the event alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The exact bytes to send and to sign.
    pub body: Bytes,
    /// The id that goes into signed content where the dialect signs one: the event's.
    pub event_id: String,
    /// `Event-Name` for claimable, `Content-Type`; not the signature, not ours.
    pub headers: Vec<(&'static str, String)>,
}

/// The event as this dialect sends it, or `None` when the dialect has no name for it.
#[must_use]
pub fn encode(_dialect: Dialect, _event: &Event, _shop: &Shop) -> Option<Encoded> {
    None
}

/// The event that checks an endpoint: `webhook.test` in claimport's form; in the other dialects a
/// sample of `ref` from the catalogue.
#[must_use]
pub fn test_event(_dialect: Dialect, _ref: Option<&str>, _shop: &Shop, _now: Timestamp) -> Option<Encoded> {
    None
}
