//! Events, read: as they are, as a dialect sends them, and what kinds there are.

use std::sync::Arc;

use claimwire_model::catalogue::{self, Description};
use claimwire_model::{Dialect, Event};
use claimwire_store::{EventFilter, Page, PageRequest};
use claimwire_wire::{Encoded, encode};

use crate::access::{As, Viewer};
use crate::caller::Caller;
use crate::read::missing;
use crate::refusal::{FieldError, Refusal};

/// One event.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(viewer: &As<'_, Viewer>, id: &str) -> Result<Arc<Event>, Refusal> {
    let call = viewer.call();
    let found = call.store.event(call.shop.no, id).await;
    found.map_err(missing("event_not_found", || format!("event {id}")))
}

/// A page of the shop's events that the filter names, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: EventFilter,
    page: PageRequest,
) -> Result<Page<Arc<Event>>, Refusal> {
    let call = viewer.call();
    Ok(call.store.events(call.shop.no, filter, page).await?)
}

/// What a webhook of this dialect gets of an event, byte for byte.
///
/// # Errors
/// When the event is not there, or the dialect has no name for it.
pub async fn sent(viewer: &As<'_, Viewer>, id: &str, dialect: Dialect) -> Result<Encoded, Refusal> {
    let event = get(viewer, id).await?;
    encode(dialect, &event, viewer.call().shop).ok_or_else(|| Refusal::Invalid {
        key: "event_unknown",
        errors: vec![FieldError {
            field: "/dialect".to_owned(),
            message: format!("{dialect} has no name for {}", event.fact.r#ref),
        }],
    })
}

/// Every kind of event, in the order in which several of one change are sent: for anyone with a key.
///
/// # Errors
/// When the catalogue cannot be described, which is a fault of ours.
pub fn types(_: &Caller) -> Result<Vec<Description>, Refusal> {
    catalogue::all()
        .map(|row| row.describe())
        .collect::<Result<_, _>>()
        .map_err(|error| Refusal::Failed(format!("the catalogue cannot be described: {error}")))
}
