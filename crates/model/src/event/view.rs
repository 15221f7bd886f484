//! An event as the API shows it.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Event;
use crate::change::ContextView;
use crate::performed_by::{PerformedBy, Source};
use crate::subject::Subject;
use crate::time::Timestamp;

/// An event, derived from a change here or posted (contract section 2, shapes).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView<'a> {
    /// The poster's own id, or ours.
    pub id: String,
    /// What happened.
    pub r#ref: &'a str,
    /// The notification bucket.
    pub event_group: Option<&'a str>,
    /// When it happened.
    pub triggered_at: Timestamp,
    /// What it is about; null for a posted event whose data does not say.
    pub subject: Option<&'a Subject>,
    /// The subject at that moment.
    #[schema(value_type = Object)]
    pub event_data: &'a RawValue,
    /// Order, customer, shipments and claims at that moment.
    #[schema(value_type = Option<ContextView<'_>>)]
    pub context: Option<&'a RawValue>,
    /// What differs: `{field: {before, after}}`.
    #[schema(value_type = Option<Object>)]
    pub changes: Option<&'a RawValue>,
    /// Through a user interface or the API.
    pub source: Source,
    /// Who did it.
    pub performed_by: &'a PerformedBy,
}

impl<'a> From<&'a Event> for EventView<'a> {
    fn from(event: &'a Event) -> Self {
        let fact = &event.fact;
        Self {
            id: event.id(),
            r#ref: &fact.r#ref,
            event_group: fact.event_group.as_deref(),
            triggered_at: fact.triggered_at,
            subject: fact.subject.as_ref(),
            event_data: &fact.event_data,
            context: fact.context.as_deref(),
            changes: fact.changes.as_deref(),
            source: fact.source(),
            performed_by: &fact.performed_by,
        }
    }
}
