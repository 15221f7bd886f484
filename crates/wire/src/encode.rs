//! Event → body.

use bytes::Bytes;
use claimwire_model::{Dialect, Event, Shop, Timestamp};

use crate::{claimable, claimport, cloudevents, karla, standard};

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

impl Encoded {
    /// A JSON body.
    pub(crate) fn json(event_id: String, body: Bytes) -> Self {
        Self {
            body,
            event_id,
            headers: vec![("Content-Type", "application/json".to_owned())],
        }
    }
}

/// The event as this dialect sends it, or `None` when the dialect has no name for it.
#[must_use]
pub fn encode(dialect: Dialect, event: &Event, shop: &Shop) -> Option<Encoded> {
    match dialect {
        Dialect::Karla => karla::encode(event, shop),
        Dialect::Claimport => claimport::encode(event),
        Dialect::Claimable => claimable::encode(event),
        Dialect::Standard => standard::encode(event),
        Dialect::Cloudevents => cloudevents::encode(event, shop),
    }
}

/// The event that checks an endpoint: `webhook.test` in claimport's form; in the other dialects a
/// sample of `ref` from the catalogue.
#[must_use]
pub fn test_event(
    dialect: Dialect,
    _ref: Option<&str>,
    _shop: &Shop,
    now: Timestamp,
) -> Option<Encoded> {
    match dialect {
        Dialect::Claimport => Some(claimport::test_event(now)),
        _ => None,
    }
}
