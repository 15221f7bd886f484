//! The log of deliveries, and one more attempt by hand.

mod timing;
mod view;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::{DeliveryId, SubjectKind, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{AboutSubject, Page, PageRequest, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use timing::TimingView;
pub use view::{AttemptView, DeliveryView};

use crate::access::{As, Editor, Viewer};
use crate::call::{Call, valued};
use crate::idempotency::{ACCEPTED, Keyed};
use crate::read::missing;
use crate::refusal::{FieldError, Refusal};
use crate::{connectors, webhooks};

/// Pages of an order's shipments, and claims, whose deliveries are looked for: the newest.
const PAGES_OF_ORDER: usize = 10;

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
    let about = about(call, filter.claim, filter.order_number.as_deref()).await?;
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

/// What the events are about whose deliveries are asked for; none: no matter what.
async fn about(
    call: &Call<'_>,
    claim: Option<Uuid>,
    order_number: Option<&str>,
) -> Result<Option<Vec<AboutSubject>>, Refusal> {
    let of = |kind, id: &str| AboutSubject {
        kind: Some(kind),
        id: id.to_owned(),
    };
    let claim = claim.map(|claim| of(SubjectKind::Claim, &claim.to_string()));
    let Some(number) = order_number else {
        return Ok(claim.map(|claim| vec![claim]));
    };
    let mut about = vec![of(SubjectKind::Order, number)];
    for kind in [SubjectKind::Shipment, SubjectKind::Claim] {
        let mut request = PageRequest::first(100);
        for _ in 0..PAGES_OF_ORDER {
            let (shop, parent) = (call.shop.no, Some(number));
            let page = call.store.documents(shop, kind, parent, request).await?;
            about.extend(page.items.iter().map(|document| of(kind, &document.id)));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
    }
    if let Some(claim) = claim {
        about.retain(|subject| *subject == claim);
    }
    Ok(Some(about))
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
