//! Reads: documents go out as the store keeps them, which is the API's shape.

use claimwire_model::SubjectKind;
use claimwire_model::json::RawJson;
use claimwire_store::{Page, PageRequest, StoreError};
use serde_json::value::RawValue;

use crate::call::Call;
use crate::refusal::Refusal;

/// One subject's JSON.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn one(call: &Call<'_>, kind: SubjectKind, id: &str) -> Result<String, Refusal> {
    match call.store.document(call.shop.no, kind, id).await {
        Ok(document) => Ok(document.json),
        Err(StoreError::NotFound) => Err(not_found(kind, id)),
        Err(error) => Err(error.into()),
    }
}

/// A page of the shop's subjects of a kind as JSON, newest first; with `parent` only those that hang
/// on it.
///
/// # Errors
/// Only the store's.
pub async fn list(
    call: &Call<'_>,
    kind: SubjectKind,
    parent: Option<&str>,
    page: PageRequest,
) -> Result<Page<RawJson>, Refusal> {
    let page = call
        .store
        .documents(call.shop.no, kind, parent, page)
        .await?;
    let items = page.items.into_iter().map(|document| {
        let damaged = |e| StoreError::Damaged(format!("{} {}: {e}", kind.as_str(), document.id));
        RawValue::from_string(document.json).map_err(damaged)
    });
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        next: page.next,
    })
}

/// The refusal for a subject that is not in the shop.
#[must_use]
pub fn not_found(kind: SubjectKind, id: &str) -> Refusal {
    let key = match kind {
        SubjectKind::Claim => "claim_not_found",
        SubjectKind::Order => "order_not_found",
        SubjectKind::Shipment => "shipment_not_found",
        SubjectKind::Contact => "contact_not_found",
        SubjectKind::Message => "message_not_found",
        SubjectKind::Webhook => "webhook_not_found",
    };
    Refusal::NotFound {
        key,
        what: format!("{} {id}", kind.as_str()),
    }
}
