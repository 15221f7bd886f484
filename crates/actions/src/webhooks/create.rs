//! A new webhook.

use std::collections::BTreeMap;

use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{TargetKind, TargetStatus};
use claimwire_model::webhook::Secrets;
use claimwire_model::{Target, TargetNo, Webhook};
use claimwire_store::PageRequest;
use claimwire_store::directory::Once;
use uuid::Uuid;

use super::secret::secret;
use super::settings::{WebhookFields, WebhookView};
use super::view::{Filter, list};
use super::{build, checks};
use crate::access::{As, Editor};
use crate::call::{Call, conflicting, valued};
use crate::idempotency::{CREATED, Keyed};
use crate::kept::Saved;
use crate::limits::Limit;
use crate::merge::Patch;
use crate::refusal::Refusal;

/// Makes a webhook: the patch is applied to its dialect's defaults. The answer holds the secret, for
/// this once.
///
/// # Errors
/// Settings that cannot be, or a store that cannot commit.
pub async fn create(
    editor: &As<'_, Editor>,
    patch: &Patch<WebhookFields>,
    keyed: Option<Keyed<WebhookView>>,
) -> Result<Once<WebhookView>, Refusal> {
    let call = editor.call();
    let dialect = build::dialect(patch).unwrap_or_default();
    let fields = patch.applied(&WebhookFields::defaults(dialect), WebhookFields::ALSO)?;
    checks::check(&fields, None)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    call.room(Limit::Webhooks, 1).await?;
    let new = blank(call, &fields)?;
    let (target, webhook) = build::apply(new, fields, true, call)?;
    let secret = &webhook.secrets.current;
    let view = WebhookView::of(&target, &webhook, &call.shop.slug, secret, 0);
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    let made = call.store.create_target(target, call.now, record).await;
    Ok(valued(made.map_err(conflicting)?, view))
}

/// The same, where the shop has no webhook for the URL yet; else the one there is, as it is (contract section 8). Shows
/// its secret too: whoever may make a webhook may read it.
///
/// # Errors
/// As [`create`].
pub async fn create_if_absent(
    editor: &As<'_, Editor>,
    patch: &Patch<WebhookFields>,
    keyed: Option<Keyed<WebhookView>>,
) -> Result<Once<Saved<WebhookView>>, Refusal> {
    let call = editor.call();
    let dialect = build::dialect(patch).unwrap_or_default();
    let fields = patch.applied(&WebhookFields::defaults(dialect), WebhookFields::ALSO)?;
    let url = checks::check_url(&*call.ports.sender, &fields.url)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let filter = Filter {
        url: Some(url),
        ..Filter::default()
    };
    let there = list(&editor.viewer(), filter, PageRequest::after(1, None)).await?;
    if let Some(mut webhook) = there.items.into_iter().next() {
        webhook.secret = secret(editor, webhook.uuid).await?.secret;
        return Ok(Once::Now(Saved {
            value: webhook,
            new: false,
        }));
    }
    Ok(match create(editor, patch, keyed).await? {
        Once::Now(value) => Once::Now(Saved { value, new: true }),
        Once::Before(answered) => Once::Before(answered),
    })
}

/// A webhook that has nothing yet but its identity.
pub(super) fn blank(call: &Call<'_>, fields: &WebhookFields) -> Result<(Target, Webhook), Refusal> {
    let webhook = Webhook {
        url: String::new(),
        secrets: Secrets {
            current: String::new(),
            previous: None,
            ed25519_seed: None,
        },
        headers: BTreeMap::new(),
        signing: fields.signing,
        ack: fields.ack,
        verify: false,
        verification_due: false,
        flatten: false,
    };
    let target = Target {
        no: TargetNo(0),
        uuid: Uuid::new_v4(),
        shop: call.shop.no,
        kind: TargetKind::Webhook(webhook.clone()),
        subscription: checks::subscription(fields)?,
        description: None,
        status: TargetStatus::Active,
        timeout_seconds: fields.dialect.default_timeout_seconds(),
        retry: RetryPolicy::of(fields.dialect),
        rate_limit: None,
        max_in_flight: fields.max_in_flight,
        ordering: fields.ordering,
        egress: None,
        health: Health::default(),
        created_at: call.now,
        updated_at: call.now,
        version: 0,
    };
    Ok((target, webhook))
}
