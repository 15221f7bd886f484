//! Settings → webhook.

use claimwire_model::target::{TargetKind, TargetStatus};
use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, Target, Webhook};
use claimwire_wire::make_secret;
use serde::Deserialize;

use super::checks;
use super::headers;
use super::settings::{WebhookFields, verifies};
use super::status::{self, Wish};
use super::view::MASK;
use crate::call::Call;
use crate::merge::Patch;
use crate::ports::Ports;
use crate::refusal::Refusal;

/// The dialect that a patch names, whose defaults apply. What is wrong with it is told when the patch
/// is applied.
pub(super) fn dialect(patch: &Patch<WebhookFields>) -> Option<Dialect> {
    #[derive(Deserialize)]
    struct Named {
        dialect: Option<Dialect>,
    }
    serde_json::from_str::<Named>(patch.as_str()).ok()?.dialect
}

/// A webhook with these settings, and what it has of its own. Nothing of what it was but its identity
/// and history is kept; `moved` says that the URL is another one than before (or the first).
pub(super) fn apply(
    (mut target, mut webhook): (Target, Webhook),
    mut fields: WebhookFields,
    mut moved: bool,
    call: &Call<'_>,
) -> Result<(Target, Webhook), Refusal> {
    let sender = &*call.ports.sender;
    if moved {
        fields.url = checks::check_url(sender, &fields.url)?;
        moved = fields.url != webhook.url;
    }
    // A profile that is gone from the configuration does not stand in the way of other changes.
    if let Some(egress) = &fields.egress
        && fields.egress != target.egress
    {
        checks::check_egress(sender, egress)?;
    }
    // A mask that is given back says nothing, as with the secret.
    for (name, value) in &mut fields.headers {
        if let Some(kept) = webhook.headers.get(name).filter(|_| value == MASK) {
            value.clone_from(kept);
        }
    }
    if fields.headers != webhook.headers {
        headers::check_size(&fields.headers)?;
    }
    let dialect = fields.dialect;
    checks::check_dialect(dialect, target.dialect())?;
    target.subscription = checks::subscription(&fields)?;
    webhook.secrets = secrets(webhook.secrets, &fields, call.ports)?;

    let verify = fields.verify.unwrap_or_else(|| verifies(dialect));
    let wish = Wish {
        on: on(fields.status),
        verify,
        moved,
    };
    (target.status, webhook.verification_due) =
        status::after((target.status, webhook.verification_due), wish);
    target.forgive();

    webhook.url = fields.url;
    target.description = fields.description;
    webhook.headers = fields.headers;
    webhook.signing = fields.signing;
    target.timeout_seconds = fields
        .timeout_seconds
        .unwrap_or_else(|| dialect.default_timeout_seconds());
    target.retry = fields
        .retry
        .map_or_else(|| dialect.retry_policy(), |retry| retry.policy(dialect));
    target.rate_limit = fields.rate_limit;
    target.max_in_flight = fields.max_in_flight;
    target.ordering = fields.ordering;
    webhook.ack = fields.ack;
    webhook.flatten = fields.flatten;
    webhook.verify = verify;
    target.egress = fields.egress;
    target.updated_at = call.now;
    target.kind = TargetKind::Webhook(webhook.clone());
    Ok((target, webhook))
}

/// Status `disabled` and `unverified` are ours to set; given back as they are they say nothing.
fn on(status: Option<TargetStatus>) -> Option<bool> {
    match status? {
        TargetStatus::Active => Some(true),
        TargetStatus::Inactive => Some(false),
        TargetStatus::Unverified | TargetStatus::Disabled => None,
    }
}

/// The secret that is given, else the one that is there, else a new one; with a key pair where the
/// signing needs one. A secret that is set this way signs alone from then on; a rotation overlaps.
fn secrets(
    mut secrets: Secrets,
    fields: &WebhookFields,
    ports: &Ports,
) -> Result<Secrets, Refusal> {
    if let Some(given) = fields.secret.as_deref().filter(|given| *given != MASK) {
        secrets.current = given.to_owned();
        secrets.previous = None;
    } else if secrets.current.is_empty() {
        secrets.current = make_secret(fields.dialect, &ports.random_bytes()?);
    }
    checks::check_secret(fields.dialect, &secrets.current)?;
    if fields.signing != Signing::Hmac && secrets.ed25519_seed.is_none() {
        secrets.ed25519_seed = Some(ports.random_bytes()?);
    }
    Ok(secrets)
}
