//! Settings → webhook.

use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::webhook::{Secrets, Signing, WebhookStatus};
use claimwire_model::{Timestamp, Webhook};
use claimwire_wire::make_secret;

use super::Tools;
use super::checks;
use super::fields::{WebhookFields, verifies};
use super::status::{self, Wish};
use super::view::MASK;
use crate::refusal::Refusal;

/// `webhook` with these settings. Nothing of it but its identity and history is kept; `moved` says
/// that the URL is another one than before (or the first).
pub(super) fn apply(
    mut webhook: Webhook,
    mut fields: WebhookFields,
    mut moved: bool,
    tools: Tools<'_>,
    now: Timestamp,
) -> Result<Webhook, Refusal> {
    if moved {
        fields.url = checks::check_url(tools.sender, &fields.url)?;
        moved = fields.url != webhook.url;
    }
    // A profile that is gone from the configuration does not stand in the way of other changes.
    if let Some(egress) = &fields.egress
        && fields.egress != webhook.egress
    {
        checks::check_egress(tools.sender, egress)?;
    }
    let dialect = fields.dialect;
    webhook.subscription = checks::subscription(&fields)?;
    webhook.secrets = secrets(webhook.secrets, &fields, tools)?;

    let verify = fields.verify.unwrap_or_else(|| verifies(dialect));
    let wish = Wish {
        on: on(fields.status),
        verify,
        moved,
    };
    (webhook.status, webhook.verification_due) =
        status::after((webhook.status, webhook.verification_due), wish);
    if webhook.health.disabled_at.is_some() && webhook.status != WebhookStatus::Disabled {
        webhook.health = Health {
            last_success_at: webhook.health.last_success_at,
            last_failure_at: webhook.health.last_failure_at,
            ..Default::default()
        };
    }

    webhook.url = fields.url;
    webhook.description = fields.description;
    webhook.headers = fields.headers;
    webhook.signing = fields.signing;
    webhook.timeout_seconds = fields
        .timeout_seconds
        .unwrap_or_else(|| dialect.default_timeout_seconds());
    webhook.retry = fields
        .retry
        .map_or_else(|| RetryPolicy::of(dialect), |retry| retry.policy(dialect));
    webhook.rate_limit = fields.rate_limit;
    webhook.max_in_flight = fields.max_in_flight;
    webhook.ordering = fields.ordering;
    webhook.ack = fields.ack;
    webhook.verify = verify;
    webhook.egress = fields.egress;
    webhook.updated_at = now;
    Ok(webhook)
}

/// Status `disabled` and `unverified` are ours to set; given back as they are they say nothing.
fn on(status: Option<WebhookStatus>) -> Option<bool> {
    match status? {
        WebhookStatus::Active => Some(true),
        WebhookStatus::Inactive => Some(false),
        WebhookStatus::Unverified | WebhookStatus::Disabled => None,
    }
}

/// The secret that is given, else the one that is there, else a new one; with a key pair where the
/// signing needs one. A secret that is set this way signs alone from then on; a rotation overlaps.
fn secrets(
    mut secrets: Secrets,
    fields: &WebhookFields,
    tools: Tools<'_>,
) -> Result<Secrets, Refusal> {
    if let Some(given) = fields.secret.as_deref().filter(|given| *given != MASK) {
        secrets.current = given.to_owned();
        secrets.previous = None;
    } else if secrets.current.is_empty() {
        secrets.current = make_secret(fields.dialect, tools.secret);
    }
    checks::check_secret(fields.dialect, &secrets.current)?;
    if fields.signing != Signing::Hmac && secrets.ed25519_seed.is_none() {
        secrets.ed25519_seed = Some(*tools.seed);
    }
    Ok(secrets)
}
