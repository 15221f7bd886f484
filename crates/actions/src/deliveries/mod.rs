//! The log of deliveries, and one more attempt by hand.

mod about;
mod bulk;
mod timing;
mod view;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::{DeliveryId, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Page, PageRequest, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use bulk::{AT_ONCE, Counted, Retried, count, retry_all};
pub use timing::TimingView;
pub use view::{AttemptView, DeliveryView};

use crate::access::{As, Editor, Viewer};
use crate::call::valued;
use crate::idempotency::{ACCEPTED, Keyed};
use crate::read::missing;
use crate::refusal::{FieldError, Refusal};
use crate::{connectors, webhooks};

/// Which deliveries: those for which all that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this webhook.
    pub webhook: Option<Uuid>,
    /// Of this connector.
    pub connector: Option<Uuid>,
    /// Of this event.
    pub event: Option<String>,
    /// Of events about this claim.
    pub claim: Option<Uuid>,
    /// Of events about the claim with this number.
    pub claim_number: Option<u64>,
    /// Of events about this customer, and their claims, orders and shipments; in small letters or capitals.
    pub customer_email: Option<String>,
    /// Of events about this order, and its shipments and claims.
    pub order_number: Option<String>,
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
/// [`Refusal::NotFound`] when the filter's webhook or connector is not there.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<DeliveryView>, Refusal> {
    let call = viewer.call();
    let target = match (filter.webhook, filter.connector) {
        (None, None) => None,
        (Some(uuid), None) => Some(webhooks::find(call, uuid).await?.0.no),
        (None, Some(id)) => Some(connectors::find(call, id).await?.0.no),
        (Some(_), Some(_)) => {
            let message = "cannot be given together with `webhook`: a delivery goes to one of them";
            return Err(Refusal::Invalid {
                key: "query_invalid",
                errors: vec![FieldError {
                    field: "/connector".to_owned(),
                    message: message.to_owned(),
                }],
            });
        }
    };
    let about = about::subjects(call, &filter).await?;
    let filter = DeliveryFilter {
        about,
        target,
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

/// One delivery with its latest attempts, or those before the attempt of this number.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(
    viewer: &As<'_, Viewer>,
    id: DeliveryId,
    before: Option<u32>,
) -> Result<DeliveryView, Refusal> {
    let call = viewer.call();
    let found = call.store.delivery(call.shop.no, id, call.now).await;
    let (delivery, mut attempts) = found.map_err(not_found(id))?;
    if let Some(before) = before {
        let earlier = call.store.attempts(call.shop.no, id, before).await;
        attempts = earlier.map_err(not_found(id))?;
    }
    let first = attempts.first().map(|attempt| attempt.number);
    Ok(DeliveryView {
        attempts: Some(attempts.into_iter().map(AttemptView::from).collect()),
        attempts_cursor: first
            .filter(|first| *first > 1)
            .map(|first| first.to_string()),
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
