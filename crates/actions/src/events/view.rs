//! Events, read.

use std::sync::Arc;

use claimwire_model::Event;
use claimwire_store::{Page, PageRequest, StoreError};

use crate::call::Call;
use crate::refusal::Refusal;

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
