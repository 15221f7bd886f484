//! Connectors, read.

use std::sync::Arc;

use claimwire_connectors::{FieldKind, Vendor};
use claimwire_model::connector::Connector;
use claimwire_model::target::{Kind, TargetKind, TargetStatus};
use claimwire_model::{Role, Target};
use claimwire_store::directory::TargetFilter;
use claimwire_store::{Page, PageRequest, StoreError};
use serde_json::Value;
use uuid::Uuid;

use super::fields::ConnectorView;
use crate::access::{As, Viewer};
use crate::call::Call;
use crate::read::missing;
use crate::refusal::Refusal;
use crate::webhooks::MASK;

/// One connector.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn get(viewer: &As<'_, Viewer>, id: Uuid) -> Result<ConnectorView, Refusal> {
    let (target, connector) = find(viewer.call(), id).await?;
    shown(viewer.call(), &target, &connector).await
}

/// Which connectors.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With this status.
    pub status: Option<TargetStatus>,
}

/// A page of the shop's connectors, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<ConnectorView>, Refusal> {
    let call = viewer.call();
    let filter = TargetFilter {
        status: filter.status,
        ..TargetFilter::of(Kind::Connector)
    };
    let page = call.store.targets(call.shop.no, filter, page).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for target in &page.items {
        if let TargetKind::Connector(connector) = &target.kind {
            items.push(shown(call, target, connector).await?);
        }
    }
    Ok(Page {
        items,
        next: page.next,
    })
}

/// A connector without its credentials; for those who only read the values of its headers are masked too, since
/// these hold tokens. None wait for one that was deleted a moment ago.
pub(super) async fn shown(
    call: &Call<'_>,
    target: &Target,
    connector: &Connector,
) -> Result<ConnectorView, Refusal> {
    let pending = match call.store.pending(target.no).await {
        Err(StoreError::NotFound) => 0,
        other => other?,
    };
    let mut view = ConnectorView::of(target, connector, &call.shop.slug, pending);
    if call.caller.role() >= Role::Editor {
        return Ok(with_hook(view, call, connector));
    }
    let about = call.ports.vendor(&connector.vendor).map(|v| v.about());
    let settings = about.map(|about| about.settings).unwrap_or_default();
    for field in settings.iter().filter(|f| f.kind == FieldKind::Texts) {
        if let Some(Value::Object(texts)) = view.settings.get_mut(field.name) {
            texts.values_mut().for_each(|value| *value = MASK.into());
        }
    }
    Ok(view)
}

/// With the place where a helpdesk tells of its tickets.
pub(super) fn with_hook(
    mut view: ConnectorView,
    call: &Call<'_>,
    connector: &Connector,
) -> ConnectorView {
    let vendor = call.ports.vendor(&connector.vendor);
    if vendor.is_some_and(|vendor| vendor.about().hears_back) {
        let (base, id, token) = (&call.ports.public_url, view.id, &connector.hook_token);
        view.hook_url = Some(format!("{base}/v1/hooks/{id}/{token}"));
    }
    view
}

/// The shop's connector: as the target that it is, and what it has as a connector.
pub(crate) async fn find(call: &Call<'_>, id: Uuid) -> Result<(Arc<Target>, Connector), Refusal> {
    let found = call.store.target_of(call.shop.no, id).await;
    let target = found.map_err(not_found(id))?;
    match &target.kind {
        TargetKind::Connector(connector) => Ok((Arc::clone(&target), connector.clone())),
        TargetKind::Webhook(_) => Err(not_found(id)(StoreError::NotFound)),
    }
}

/// The connector's vendor.
pub(super) fn vendor(
    call: &Call<'_>,
    connector: &Connector,
) -> Result<&'static dyn Vendor, Refusal> {
    let kind = &connector.vendor;
    call.ports.vendor(kind).ok_or_else(|| {
        Refusal::field(
            "/kind",
            format!("this version of the server has no `{kind}`"),
        )
    })
}

/// The store's "not found" for a connector.
pub(super) fn not_found(id: Uuid) -> impl Fn(StoreError) -> Refusal {
    missing("connector_not_found", move || format!("connector {id}"))
}
