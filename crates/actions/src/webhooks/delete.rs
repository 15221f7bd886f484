//! A webhook deleted.

use uuid::Uuid;

use super::view::{find, not_found};
use crate::access::{As, Editor};
use crate::refusal::Refusal;

/// Deletes the webhook; what waits for it is cancelled.
///
/// # Errors
/// When the webhook is not there, or the store cannot commit.
pub async fn delete(editor: &As<'_, Editor>, uuid: Uuid) -> Result<(), Refusal> {
    let call = editor.call();
    let (target, _) = find(call, uuid).await?;
    call.note_target("webhook.deleted", &target).await?;
    let done = call.store.delete_target(call.shop.no, uuid, call.now);
    done.await.map_err(not_found(uuid))
}
