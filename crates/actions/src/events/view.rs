//! An event as the API shows it.

use std::sync::Arc;

use claimwire_model::subject::Subject;
use claimwire_model::{Event, PerformedBy, Source, Timestamp};
use claimwire_store::{Page, PageRequest, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::call::Call;
use crate::refusal::Refusal;

/// An event, derived from a change here or posted (contract section 2, shapes).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView<'a> {
    /// The poster's own id, or ours.
    id: String,
    /// What happened.
    r#ref: &'a str,
    /// The notification bucket.
    event_group: Option<&'a str>,
    /// When it happened.
    triggered_at: Timestamp,
    /// What it is about; null for a posted event whose data does not say.
    subject: Option<&'a Subject>,
    /// The subject at that moment.
    #[schema(value_type = Object)]
    event_data: &'a RawValue,
    /// Order, customer, shipments and claims at that moment.
    #[schema(value_type = Option<Object>)]
    context: Option<&'a RawValue>,
    /// What differs: `{field: {before, after}}`.
    #[schema(value_type = Option<Object>)]
    changes: Option<&'a RawValue>,
    /// Through a user interface or the API.
    source: Source,
    /// Who did it.
    performed_by: &'a PerformedBy,
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

/// One event.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(call: &Call<'_>, id: &str) -> Result<Arc<Event>, Refusal> {
    match call.store.event(call.shop.no, id).await {
        Err(StoreError::NotFound) => Err(Refusal::NotFound {
            key: "event_not_found",
            what: format!("event {id}"),
        }),
        other => Ok(other?),
    }
}

/// A page of the shop's events, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(call: &Call<'_>, page: PageRequest) -> Result<Page<Arc<Event>>, Refusal> {
    Ok(call.store.events(call.shop.no, page).await?)
}
