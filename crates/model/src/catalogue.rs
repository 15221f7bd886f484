//! The event catalogue as data: every ref of contract section 4, its group, its name in each dialect,
//! its JSON Schema and an example.
//!
//! One table serves filters, posted events, the dialects' names and `GET /v1/event-types`. Shipment
//! events are open: carriers invent names, so a well-formed `shipments/{phase}/{NAME}` that is not
//! listed is as good as one that is; it only has no group of its own.

mod description;
pub(crate) mod groups;
mod names;
mod refs;
pub mod samples;
mod schema;
mod shipments;
mod subjects;

pub use description::{Description, Names};
pub use groups::{group, known_group};
pub use names::{expresses, name_in, ref_of};
pub(crate) use names::{expresses_some, expresses_traits, same_dotted};
pub use refs::{RefKind, UnknownRef, is_ref_prefix, is_under, parse_ref};
pub use samples::sample;
pub use shipments::{PHASES, phase_of};

use crate::subject::SubjectKind;

/// Where a row comes from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A name that the platforms themselves use.
    Platform,
    /// A name of ours: for what carriers commonly report beyond those, and for our own webhooks.
    Ours,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// `claims/created`, `shipments/delivered/SUCCESSFULLY_DELIVERED`.
    pub r#ref: &'static str,
    /// When it fires, for people.
    pub description: &'static str,
    /// What its `event_data` is.
    pub subject: SubjectKind,
    /// The notification bucket; of a shipment event, on the way to the customer.
    pub event_group: Option<&'static str>,
    /// The notification bucket of a shipment event on the way back to the merchant.
    pub return_event_group: Option<&'static str>,
    /// Whose name it is.
    pub origin: Origin,
    claimport: Option<&'static str>,
    claimable: Option<&'static str>,
    cloudevents: &'static str,
}

/// Every row, in the contract's order.
pub fn all() -> impl Iterator<Item = &'static EventType> {
    let (before, after) = subjects::EVENTS.split_at(subjects::BEFORE_SHIPMENTS);
    before.iter().chain(shipments::EVENTS).chain(after)
}

/// The row of a ref; none for a shipment event that is not listed.
#[must_use]
pub fn find(r#ref: &str) -> Option<&'static EventType> {
    let row = match r#ref.strip_prefix("shipments/") {
        Some(rest) => shipments::find(rest.split_once('/')?.1),
        None => subjects::EVENTS.iter().find(|row| row.r#ref == r#ref),
    };
    row.filter(|row| row.r#ref == r#ref)
}
