//! What a connector missed, sent again.

use claimwire_store::directory::Once;
use uuid::Uuid;

use super::view::{find, not_found};
use crate::access::{As, Editor};
use crate::idempotency::Keyed;
use crate::refusal::Refusal;
use crate::webhooks::{ReplayRequest, ReplayView, replay_to};

/// Orders a replay, as a webhook's. A claim that has a ticket gets no second one by it.
///
/// # Errors
/// When the connector is not there, a span or filter that cannot be, too many that wait already, or a store that
/// cannot commit.
pub async fn replay(
    editor: &As<'_, Editor>,
    id: Uuid,
    request: ReplayRequest,
    keyed: Option<Keyed<ReplayView>>,
) -> Result<Once<ReplayView>, Refusal> {
    let call = editor.call();
    let (target, _) = find(call, id).await?;
    replay_to(call, &target, request, keyed, not_found(id)).await
}
