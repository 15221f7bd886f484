//! Reads: documents go out as the store keeps them, which is the API's shape.

use claimwire_model::{SubjectKind, search};
use claimwire_store::document::Document;
use claimwire_store::{DocumentFilter, Page, PageRequest, StoreError};

use crate::call::Call;
use crate::kept::Kept;
use crate::refusal::{FieldError, Refusal};

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

/// Characters of what is searched for.
pub const SEARCH_CHARS: usize = 200;

/// A page of the shop's subjects of a kind that the filter names, newest first.
pub(crate) async fn find<T>(
    call: &Call<'_>,
    kind: SubjectKind,
    filter: DocumentFilter,
    page: PageRequest,
) -> Result<Page<Kept<T>>, Refusal> {
    let found = call.store.find_documents(call.shop.no, kind, filter, page);
    kept(kind, found.await?)
}

/// The terms of the words of `q`: none for none.
pub(crate) fn words(q: Option<&str>) -> Result<Vec<String>, Refusal> {
    let Some(q) = q else {
        return Ok(Vec::new());
    };
    let terms = search::query(q);
    if terms.is_empty() || q.chars().count() > SEARCH_CHARS {
        let message =
            format!("Words to search for: 1 to {SEARCH_CHARS} characters, with a letter or digit.");
        return Err(Refusal::Invalid {
            key: "query_invalid",
            errors: vec![FieldError {
                field: "/q".to_owned(),
                message,
            }],
        });
    }
    Ok(terms)
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
    kept(kind, page)
}

fn kept<T>(kind: SubjectKind, page: Page<Document>) -> Result<Page<Kept<T>>, Refusal> {
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
