//! A new connector.

use claimwire_model::connector::Connector;
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::{Dialect, Target};
use claimwire_store::directory::Once;
use serde_json::Map;
use uuid::Uuid;

use super::fields::{ConnectorFields, ConnectorView, RETRIES_AS};
use super::view::with_hook;
use super::{build, checks};
use crate::access::{As, Editor};
use crate::call::{Call, conflicting, valued};
use crate::idempotency::{CREATED, Keyed};
use crate::limits::Limit;
use crate::merge::Patch;
use crate::refusal::Refusal;

/// Makes a connector.
///
/// # Errors
/// A kind that there is not, settings that cannot be, or a store that cannot commit.
pub async fn create(
    editor: &As<'_, Editor>,
    patch: &Patch<ConnectorFields>,
    keyed: Option<Keyed<ConnectorView>>,
) -> Result<Once<ConnectorView>, Refusal> {
    let call = editor.call();
    let vendor = build::named(call.ports, patch)?;
    let fields = patch.applied(&ConnectorFields::default(), ConnectorFields::ALSO)?;
    checks::check(&fields, None)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    call.room(Limit::Connectors, 1).await?;
    let (target, connector) = blank(call, vendor.about().kind)?;
    let (target, connector) = build::apply(target, connector, vendor, &fields, call)?;
    let view = ConnectorView::of(&target, &connector, &call.shop.slug, 0);
    let view = with_hook(view, call, &connector);
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    call.note_target("connector.created", &target).await?;
    let made = call.store.create_target(target, call.now, record).await;
    Ok(valued(made.map_err(conflicting)?, view))
}

/// One that has nothing yet but its identity.
pub(super) fn blank(call: &Call<'_>, kind: &str) -> Result<(Target, Connector), Refusal> {
    let connector = Connector {
        vendor: kind.to_owned(),
        settings: build::object(&Map::new())?,
        credentials: build::object(&Map::new())?,
        hook_token: call.ports.random_name()?,
    };
    let target = Target {
        timeout_seconds: 1,
        retry: RETRIES_AS.retry_policy(),
        max_in_flight: 1,
        ..Target::new(
            call.shop.no,
            Uuid::new_v4(),
            TargetKind::Connector(connector.clone()),
            Subscription::everything(Dialect::Standard),
            call.now,
        )
    };
    Ok((target, connector))
}
