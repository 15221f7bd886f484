//! What an encoder makes of an event.

use bytes::Bytes;

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
