//! Webhooks, read: what is shown of them, and how they have been doing.

use std::sync::Arc;

use claimwire_model::target::{Kind, TargetStatus};
use claimwire_model::{Role, Target, Webhook};
use claimwire_store::directory::TargetFilter;
use claimwire_store::{Page, PageRequest, StoreError};
use uuid::Uuid;

use super::settings::WebhookView;
use crate::access::{As, Viewer};
use crate::call::Call;
use crate::read::missing;
use crate::refusal::Refusal;

/// What stands for a secret. Too short to be one, so that it is never taken for one.
pub(crate) const MASK: &str = "********";

/// One webhook.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(viewer: &As<'_, Viewer>, uuid: Uuid) -> Result<WebhookView, Refusal> {
    let (target, webhook) = find(viewer.call(), uuid).await?;
    masked(viewer.call(), &target, &webhook).await
}

/// What people know a target by, of any kind: a webhook's URL. None: it is gone.
///
/// # Errors
/// Only the store's.
pub async fn label(viewer: &As<'_, Viewer>, uuid: Uuid) -> Result<Option<String>, Refusal> {
    let call = viewer.call();
    match call.store.target_of(call.shop.no, uuid).await {
        Ok(target) => Ok(Some(target.label().to_owned())),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The shop's newest targets of a kind, by id, and what people know each by. From memory when warm: it counts nothing that
/// waits.
///
/// # Errors
/// Only the store's.
pub async fn labels(
    viewer: &As<'_, Viewer>,
    kind: Kind,
    limit: usize,
) -> Result<Vec<(Uuid, String)>, Refusal> {
    let (call, page) = (viewer.call(), PageRequest::first(limit));
    let filter = TargetFilter::of(kind);
    let page = call.store.targets(call.shop.no, filter, page).await?;
    let named = page.items.iter();
    Ok(named
        .map(|target| (target.uuid, target.label().to_owned()))
        .collect())
}

/// Which webhooks: those for which all that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// This one.
    pub uuid: Option<Uuid>,
    /// With this status.
    pub status: Option<TargetStatus>,
    /// With this URL, character by character.
    pub url: Option<String>,
}

/// A page of the shop's webhooks, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<WebhookView>, Refusal> {
    let call = viewer.call();
    let Filter { uuid, status, url } = filter;
    let filter = TargetFilter {
        kind: Kind::Webhook,
        uuid,
        status,
        url,
    };
    let page = call.store.targets(call.shop.no, filter, page).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for target in &page.items {
        if let Some(webhook) = target.webhook() {
            items.push(masked(call, target, webhook).await?);
        }
    }
    Ok(Page {
        items,
        next: page.next,
    })
}

/// A webhook with its secret masked, and for those who only read the values of its headers too, since
/// these hold tokens (contract section 3). None wait for one that was deleted a moment ago.
pub(super) async fn masked(
    call: &Call<'_>,
    target: &Target,
    webhook: &Webhook,
) -> Result<WebhookView, Refusal> {
    let pending = match call.store.pending(target.no).await {
        Err(StoreError::NotFound) => 0,
        other => other?,
    };
    let slug = &call.shop.slug;
    let mut view = WebhookView::of(target, webhook, slug, MASK, pending);
    if call.caller.role() < Role::Editor {
        for value in view.headers.values_mut() {
            MASK.clone_into(value);
        }
    }
    Ok(view)
}

/// The shop's webhook: as the target that it is, and what it has as a webhook.
pub(crate) async fn find(call: &Call<'_>, uuid: Uuid) -> Result<(Arc<Target>, Webhook), Refusal> {
    let found = call.store.target_of(call.shop.no, uuid).await;
    let target = found.map_err(not_found(uuid))?;
    match target.webhook().cloned() {
        Some(webhook) => Ok((target, webhook)),
        None => Err(not_found(uuid)(StoreError::NotFound)),
    }
}

/// The store's "not found" for a webhook.
pub(super) fn not_found(uuid: Uuid) -> impl Fn(StoreError) -> Refusal {
    missing("webhook_not_found", move || format!("webhook {uuid}"))
}
