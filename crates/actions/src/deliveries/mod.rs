//! The log of deliveries, and one more attempt by hand.

mod view;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::{DeliveryId, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Page, PageRequest, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use view::{AttemptView, DeliveryView};

use crate::access::{As, Editor, Viewer};
use crate::call::valued;
use crate::idempotency::{ACCEPTED, Keyed};
use crate::read::missing;
use crate::refusal::Refusal;
use crate::webhooks;

/// Which deliveries: those for which all that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this webhook.
    pub webhook: Option<Uuid>,
    /// Of this event.
    pub event: Option<String>,
    /// In this state.
    pub status: Option<DeliveryStatus>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
}

/// A page of the shop's deliveries, newest first.
///
/// # Errors
/// [`Refusal::NotFound`] when the filter's webhook is not there.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<DeliveryView>, Refusal> {
    let call = viewer.call();
    let webhook = match filter.webhook {
        None => None,
        Some(uuid) => Some(webhooks::find(call, uuid).await?.0.no),
    };
    let filter = DeliveryFilter {
        target: webhook,
        event: filter.event,
        status: filter.status,
        since: filter.since,
        until: filter.until,
    };
    let page = call.store.deliveries(call.shop.no, filter, page, call.now);
    let page = page.await?;
    Ok(Page {
        items: page.items.into_iter().map(DeliveryView::from).collect(),
        next: page.next,
    })
}

/// One delivery with its attempts.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(viewer: &As<'_, Viewer>, id: DeliveryId) -> Result<DeliveryView, Refusal> {
    let call = viewer.call();
    let found = call.store.delivery(call.shop.no, id, call.now).await;
    let (delivery, attempts) = found.map_err(not_found(id))?;
    Ok(DeliveryView {
        attempts: Some(attempts.into_iter().map(AttemptView::from).collect()),
        ..delivery.into()
    })
}

/// That an attempt was ordered.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetryOrdered {
    /// Of this delivery.
    #[schema(value_type = String)]
    pub id: DeliveryId,
}

/// Attempts it once more, now. Twice asked: two attempts. The schedule stays as it is.
///
/// # Errors
/// When the delivery or its webhook is not there, or the store cannot commit.
pub async fn retry(
    editor: &As<'_, Editor>,
    id: DeliveryId,
    keyed: Option<Keyed<RetryOrdered>>,
) -> Result<Once<RetryOrdered>, Refusal> {
    let call = editor.call();
    let ordered = RetryOrdered { id };
    let record = keyed.map(|keyed| keyed.record(ACCEPTED, &ordered));
    let once = call.store.retry(call.shop.no, id, call.now, record).await;
    Ok(valued(once.map_err(not_found(id))?, ordered))
}

fn not_found(id: DeliveryId) -> impl Fn(StoreError) -> Refusal {
    missing("delivery_not_found", move || format!("delivery {id}"))
}
