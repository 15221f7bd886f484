//! A webhook's settings changed.

use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use uuid::Uuid;

use super::settings::{WebhookFields, WebhookView};
use super::view::{find, masked, not_found};
use super::{build, checks};
use crate::access::{As, Editor};
use crate::call::TRIES;
use crate::merge::Patch;
use crate::refusal::Refusal;

/// Applies the patch. Made anew when someone else changed the webhook meanwhile.
///
/// # Errors
/// When the webhook is not there, settings that cannot be, or a store that cannot commit.
pub async fn update(
    editor: &As<'_, Editor>,
    uuid: Uuid,
    patch: &Patch<WebhookFields>,
) -> Result<WebhookView, Refusal> {
    let call = editor.call();
    for tried in 0..TRIES {
        let (before, webhook) = find(call, uuid).await?;
        let dialect = build::dialect(patch).unwrap_or(before.dialect());
        let fields = WebhookFields::of(&before, &webhook, dialect);
        let fields = patch.applied(&fields, WebhookFields::ALSO)?;
        checks::check(&fields, Some(before.status))?;
        let moved = fields.url != webhook.url;
        let before = ((*before).clone(), webhook);
        let (after, webhook) = build::apply(before, fields, moved, call)?;
        if tried == 0 {
            call.note_target("webhook.changed", &after).await?;
        }
        match call.store.update_target(after, call.now, None).await {
            Ok(Once::Now(target)) => return masked(call, &target, &webhook).await,
            Ok(Once::Before(_)) | Err(StoreError::Stale) => {}
            Err(error) => return Err(not_found(uuid)(error)),
        }
    }
    Err(contended(uuid))
}

/// After [`TRIES`] tries in vain.
pub(super) fn contended(uuid: Uuid) -> Refusal {
    StoreError::Unavailable(format!(
        "webhook {uuid} is being changed by too many at once"
    ))
    .into()
}
