//! A new webhook.

use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, Target, Webhook};
use claimwire_store::directory::Once;
use claimwire_store::{PageRequest, StoreError};
use ring::digest::{Context, SHA256};
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
    let fields = given(patch)?;
    checks::check(&fields, None)?;
    checks::check_dialect(fields.dialect, Dialect::default())?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let made = make(call, fields, keyed.as_ref(), Uuid::new_v4()).await?;
    made.ok_or_else(|| StoreError::Exists.into())
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
    let fields = given(patch)?;
    let url = checks::check_url(&*call.ports.sender, &fields.url)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let there = |value| Once::Now(Saved { value, new: false });
    if let Some(webhook) = with_url(editor, &url).await? {
        return Ok(there(webhook));
    }
    checks::check(&fields, None)?;
    checks::check_dialect(fields.dialect, Dialect::default())?;
    // Of two at once one finds the id taken. So it is too after a webhook of this URL was deleted; then any other will do.
    let id = id_of(call, &url);
    let mut made = make(call, fields.clone(), keyed.as_ref(), id).await?;
    if made.is_none() {
        if let Some(webhook) = with_url(editor, &url).await? {
            return Ok(there(webhook));
        }
        made = make(call, fields, keyed.as_ref(), Uuid::new_v4()).await?;
    }
    match made.ok_or(StoreError::Exists)? {
        Once::Now(value) => Ok(Once::Now(Saved { value, new: true })),
        Once::Before(answered) => Ok(Once::Before(answered)),
    }
}

/// What the patch makes of its dialect's defaults.
fn given(patch: &Patch<WebhookFields>) -> Result<WebhookFields, Refusal> {
    let dialect = build::dialect(patch).unwrap_or_default();
    patch.applied(&WebhookFields::defaults(dialect), WebhookFields::ALSO)
}

/// Keeps a new webhook under this id. None: the id is taken.
async fn make(
    call: &Call<'_>,
    fields: WebhookFields,
    keyed: Option<&Keyed<WebhookView>>,
    uuid: Uuid,
) -> Result<Option<Once<WebhookView>>, Refusal> {
    call.room(Limit::Webhooks, 1).await?;
    let (target, webhook) = blank(call, &fields)?;
    let new = (Target { uuid, ..target }, webhook);
    let (target, webhook) = build::apply(new, fields, true, call)?;
    let secret = &webhook.secrets.current;
    let view = WebhookView::of(&target, &webhook, &call.shop.slug, secret, 0);
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    call.note_target("webhook.created", &target).await?;
    match call.store.create_target(target, call.now, record).await {
        Ok(made) => Ok(Some(valued(made, view))),
        Err(StoreError::Exists) => Ok(None),
        Err(error) => Err(conflicting(error)),
    }
}

/// The shop's webhook with this URL, with its secret.
async fn with_url(editor: &As<'_, Editor>, url: &str) -> Result<Option<WebhookView>, Refusal> {
    let filter = Filter {
        url: Some(url.to_owned()),
        ..Filter::default()
    };
    let found = list(&editor.viewer(), filter, PageRequest::after(1, None)).await?;
    let Some(mut webhook) = found.items.into_iter().next() else {
        return Ok(None);
    };
    webhook.secret = secret(editor, webhook.uuid).await?.secret;
    Ok(Some(webhook))
}

/// The same id for the same URL in the same shop: a store keeps one webhook of an id.
fn id_of(call: &Call<'_>, url: &str) -> Uuid {
    let mut context = Context::new(&SHA256);
    context.update(call.shop.id.as_bytes());
    context.update(url.as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A webhook that has nothing yet but its identity.
pub(super) fn blank(call: &Call<'_>, fields: &WebhookFields) -> Result<(Target, Webhook), Refusal> {
    let webhook = Webhook {
        signing: fields.signing,
        ack: fields.ack,
        ..Webhook::new("", Secrets::new(""))
    };
    let target = Target {
        max_in_flight: fields.max_in_flight,
        ordering: fields.ordering,
        ..Target::new(
            call.shop.no,
            Uuid::new_v4(),
            TargetKind::Webhook(webhook.clone()),
            checks::subscription(fields)?,
            call.now,
        )
    };
    Ok((target, webhook))
}
