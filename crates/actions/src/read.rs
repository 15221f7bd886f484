//! Reads: documents go out as the store keeps them, which is the API's shape.

use claimwire_model::SubjectKind;
use claimwire_store::{Page, PageRequest, StoreError};

use crate::call::Call;
use crate::kept::Kept;
use crate::refusal::Refusal;

/// One subject.
pub(crate) async fn one<T>(
    call: &Call<'_>,
    kind: SubjectKind,
    id: &str,
) -> Result<Kept<T>, Refusal> {
    match call.store.document(call.shop.no, kind, id).await {
        Ok(document) => Kept::of_text(kind, id, document.json),
        Err(StoreError::NotFound) => Err(not_found(kind, id)),
        Err(error) => Err(error.into()),
    }
}

/// A page of the shop's subjects of a kind, newest first; with `parent` only those that hang on it.
pub(crate) async fn list<T>(
    call: &Call<'_>,
    kind: SubjectKind,
    parent: Option<&str>,
    page: PageRequest,
) -> Result<Page<Kept<T>>, Refusal> {
    let page = call
        .store
        .documents(call.shop.no, kind, parent, page)
        .await?;
    let items = page.items.into_iter();
    let items = items.map(|document| Kept::of_text(kind, &document.id, document.json));
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        next: page.next,
    })
}

/// The refusal for a subject that is not in the shop.
pub(crate) fn not_found(kind: SubjectKind, id: &str) -> Refusal {
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

/// The store's "not found", where it can be one thing alone.
pub(crate) fn missing(
    key: &'static str,
    what: impl Fn() -> String,
) -> impl Fn(StoreError) -> Refusal {
    move |error| match error {
        StoreError::NotFound => Refusal::NotFound { key, what: what() },
        other => crate::call::conflicting(other),
    }
}
