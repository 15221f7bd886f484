//! Fields → connector.

use claimwire_connectors::Vendor;
use claimwire_model::connector::Connector;
use claimwire_model::filter::SourceFilter;
use claimwire_model::target::{TargetKind, TargetStatus};
use claimwire_model::{Dialect, Target};
use claimwire_store::StoreError;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::checks;
use super::fields::ConnectorFields;
use crate::call::Call;
use crate::merge::Patch;
use crate::ports::Ports;
use crate::refusal::Refusal;
use crate::webhooks::{check_egress, compile};

/// The vendor of the kind that a request for a new connector names.
pub(super) fn named(
    ports: &Ports,
    patch: &Patch<ConnectorFields>,
) -> Result<&'static dyn Vendor, Refusal> {
    #[derive(Deserialize)]
    struct Named {
        kind: Option<String>,
    }
    let named = serde_json::from_str::<Named>(patch.as_str());
    let kind = named.ok().and_then(|named| named.kind).unwrap_or_default();
    ports.vendor(&kind).ok_or_else(|| {
        let kinds: Vec<_> = ports.vendors.iter().map(|v| v.about().kind).collect();
        let kinds = kinds.join(", ");
        Refusal::field(
            "/kind",
            format!("is none of the kinds that there are: {kinds}"),
        )
    })
}

/// A connector with these fields. Nothing of what it was but its identity and history is kept.
pub(super) fn apply(
    mut target: Target,
    connector: Connector,
    vendor: &dyn Vendor,
    fields: &ConnectorFields,
    call: &Call<'_>,
) -> Result<(Target, Connector), Refusal> {
    let (about, sender) = (vendor.about(), &*call.ports.sender);
    if fields.kind != about.kind {
        let message = "cannot be changed: make another connector";
        return Err(Refusal::field("/kind", message));
    }
    checks::check_kind(vendor, sender, fields)?;
    if let Some(egress) = &fields.egress
        && fields.egress != target.egress
    {
        check_egress(sender, egress)?;
    }
    let (dialect, source) = (Dialect::Standard, SourceFilter::default());
    target.subscription = compile(dialect, source, fields.events(about))?;
    target.status = match (fields.status, target.status) {
        (Some(TargetStatus::Active), _) => TargetStatus::Active,
        (Some(TargetStatus::Inactive), _) => TargetStatus::Inactive,
        (_, was) => was,
    };
    target.forgive();
    target.description.clone_from(&fields.description);
    target.timeout_seconds = fields.timeout_seconds.unwrap_or(about.timeout_seconds);
    target.retry = fields.retries();
    target.rate_limit = fields.rate(about);
    target.max_in_flight = fields.in_flight();
    target.ordering = about.ordering;
    target.egress.clone_from(&fields.egress);
    target.updated_at = call.now;
    let connector = Connector {
        settings: object(&fields.settings)?,
        credentials: object(&fields.credentials)?,
        ..connector
    };
    target.kind = TargetKind::Connector(connector.clone());
    Ok((target, connector))
}

pub(super) fn object(members: &Map<String, Value>) -> Result<Box<RawValue>, Refusal> {
    Ok(to_raw_value(members).map_err(|error| StoreError::Damaged(error.to_string()))?)
}
