//! A connector deleted.

use uuid::Uuid;

use super::view::{find, not_found};
use crate::access::{As, Editor};
use crate::refusal::Refusal;

/// Deletes the connector; what waits for it is cancelled. What it made at the vendor stays there.
///
/// # Errors
/// When the connector is not there, or the store cannot commit.
pub async fn delete(editor: &As<'_, Editor>, id: Uuid) -> Result<(), Refusal> {
    let call = editor.call();
    let (target, _) = find(call, id).await?;
    call.note_target("connector.deleted", &target).await?;
    let done = call.store.delete_target(call.shop.no, id, call.now);
    done.await.map_err(not_found(id))
}
