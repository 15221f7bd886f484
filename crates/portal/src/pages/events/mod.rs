//! What happened, and what each dialect sends of it.

pub(crate) mod list;
pub(crate) mod show;

use claimwire_model::event::Event;
use claimwire_model::{Source, SubjectKind};

/// Who did it, and by which way.
pub(crate) fn by(event: &Event) -> String {
    let by = &event.fact.performed_by;
    let way = match by.source {
        Source::Ui => "by hand",
        Source::Api => "through the API",
    };
    let name = by.name.as_deref().unwrap_or("someone");
    format!("{name}, {way}")
}

/// The path, below the shop's, of the pages of a kind of subject; none: it has none of its own.
pub(crate) fn pages_of(kind: &SubjectKind) -> Option<&'static str> {
    match kind {
        SubjectKind::Claim => Some("/claims"),
        SubjectKind::Order => Some("/orders"),
        SubjectKind::Shipment => Some("/shipments"),
        SubjectKind::Contact => Some("/contacts"),
        SubjectKind::Webhook => Some("/webhooks"),
        SubjectKind::Message => None,
    }
}
