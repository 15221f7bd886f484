//! Which refs there are.

use super::{EventType, subjects};
use crate::subject::SubjectKind;

/// What a ref stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind<'a> {
    /// A shipment event, listed in the catalogue or not.
    Shipment {
        /// `in_delivery`.
        phase: &'a str,
        /// `OUT_FOR_DELIVERY`.
        event_name: &'a str,
    },
    /// Every other row.
    Row(&'static EventType),
}

impl RefKind<'_> {
    /// What an event with this ref is about.
    #[must_use]
    pub fn subject(&self) -> SubjectKind {
        match self {
            Self::Shipment { .. } => SubjectKind::Shipment,
            Self::Row(row) => row.subject,
        }
    }

    /// `shipments/delivered/*`: in a filter a mistake, though a carrier's event might be called so.
    fn looks_like_a_wildcard(&self) -> bool {
        matches!(
            self,
            Self::Shipment {
                event_name: "*",
                ..
            }
        )
    }
}

/// A ref that no event can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownRef(pub String);

/// What the ref of an event stands for: a row of the table, or a well-formed `shipments/{phase}/{NAME}`
/// with any phase (lower-case letters, digits, `_`) and any name of at most 64 characters.
pub fn parse_ref(r#ref: &str) -> Result<RefKind<'_>, UnknownRef> {
    if let Some(rest) = r#ref.strip_prefix("shipments/") {
        return match rest.split_once('/') {
            Some((phase, event_name)) if is_phase(phase) && is_event_name(event_name) => {
                Ok(RefKind::Shipment { phase, event_name })
            }
            _ => Err(UnknownRef(format!(
                "`{}` is not a shipment event: write shipments/{{phase}}/{{EVENT_NAME}}, as in shipments/in_delivery/OUT_FOR_DELIVERY",
                r#ref.escape_debug()
            ))),
        };
    }
    subjects::EVENTS
        .iter()
        .find(|row| row.r#ref == r#ref)
        .map(RefKind::Row)
        .ok_or_else(|| UnknownRef(format!("`{}` is not an event", r#ref.escape_debug())))
}

/// Whether a text can be the phase of a ref.
fn is_phase(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a text can be the event name of a ref. Names are the carriers' own, so nearly all can.
fn is_event_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 64 && !text.contains(char::is_control)
}

/// Whether a text is a ref, or the first segments of one.
#[must_use]
pub fn is_ref_prefix(text: &str) -> bool {
    match text.strip_prefix("shipments/") {
        Some(rest) => {
            is_phase(rest) || parse_ref(text).is_ok_and(|kind| !kind.looks_like_a_wildcard())
        }
        None => text == "shipments" || subjects::EVENTS.iter().any(|row| is_under(row.r#ref, text)),
    }
}

/// Whether `prefix` is the whole of `ref` or its first segments.
#[must_use]
pub fn is_under(r#ref: &str, prefix: &str) -> bool {
    r#ref
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
