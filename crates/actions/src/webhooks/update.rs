//! A webhook's settings changed.

use std::sync::Arc;

use claimwire_model::{Dialect, Target, Webhook};
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use serde::Deserialize;
use uuid::Uuid;

use super::fields::WebhookFields;
use super::{Tools, build, checks, find, not_found};
use crate::call::{Call, TRIES};
use crate::merge;
use crate::refusal::Refusal;

/// Applies the merge patch in `body`. Made anew when someone else changed the webhook meanwhile.
///
/// # Errors
/// When the webhook is not there, settings that cannot be, or a store that cannot commit.
pub async fn update(
    call: &Call<'_>,
    uuid: Uuid,
    body: &[u8],
    tools: Tools<'_>,
) -> Result<(Arc<Target>, Webhook), Refusal> {
    for _ in 0..TRIES {
        let (before, webhook) = find(call, uuid).await?;
        let dialect = dialect(body).unwrap_or(before.dialect());
        let fields = merge::patched(&WebhookFields::of(&before, &webhook, dialect), body)?;
        checks::check(&fields, Some(before.status))?;
        let moved = fields.url != webhook.url;
        let before = ((*before).clone(), webhook);
        let (after, webhook) = build::apply(before, fields, moved, tools, call.now)?;
        match call.store.update_target(after, call.now, None).await {
            Ok(Once::Now(target)) => return Ok((target, webhook)),
            Ok(Once::Before(_)) | Err(StoreError::Stale) => {}
            Err(error) => return Err(not_found(error, uuid)),
        }
    }
    Err(contended(uuid))
}

/// The dialect that the patch moves the webhook to.
fn dialect(body: &[u8]) -> Option<Dialect> {
    #[derive(Deserialize)]
    struct Named {
        dialect: Option<Dialect>,
    }
    serde_json::from_slice::<Named>(body).ok()?.dialect
}

/// After [`TRIES`] tries in vain.
pub(super) fn contended(uuid: Uuid) -> Refusal {
    StoreError::Unavailable(format!(
        "webhook {uuid} is being changed by too many at once"
    ))
    .into()
}
