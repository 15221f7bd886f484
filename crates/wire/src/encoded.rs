//! What an encoder makes of an event.

use bytes::Bytes;
use claimwire_model::{Dialect, Webhook};

use crate::flatten::flattened;

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
    /// The same with the subject's members in the root of the body, as [`Webhook::flatten`] asks for.
    #[must_use]
    pub fn flattened(self, dialect: Dialect) -> Self {
        let body = flattened(dialect, &self.body);
        Self { body, ..self }
    }

    /// As this webhook of the dialect gets it.
    #[must_use]
    pub fn for_webhook(self, dialect: Dialect, webhook: &Webhook) -> Self {
        if webhook.flatten {
            self.flattened(dialect)
        } else {
            self
        }
    }

    /// A JSON body.
    pub(crate) fn json(event_id: String, body: Bytes) -> Self {
        Self {
            body,
            event_id,
            headers: vec![("Content-Type", "application/json".to_owned())],
        }
    }
}

/// Why an event has no form in a dialect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unencodable {
    /// The dialect has no name for it.
    #[error("the webhook's dialect has no form of this event")]
    NoName,
    /// A template of an operator's own dialect fails on it: which, and why.
    #[error("the dialect cannot write this event: {0}")]
    Fails(String),
}
