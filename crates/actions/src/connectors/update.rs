//! A connector's settings changed.

use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use uuid::Uuid;

use super::fields::{ConnectorFields, ConnectorView};
use super::view::{find, not_found, shown, vendor};
use super::{build, checks};
use crate::access::{As, Editor};
use crate::call::TRIES;
use crate::merge::Patch;
use crate::refusal::Refusal;

/// Applies the patch; credentials merge as settings do. Made anew when someone else changed the connector meanwhile.
///
/// # Errors
/// When the connector is not there, settings that cannot be, or a store that cannot commit.
pub async fn update(
    editor: &As<'_, Editor>,
    id: Uuid,
    patch: &Patch<ConnectorFields>,
) -> Result<ConnectorView, Refusal> {
    let call = editor.call();
    for tried in 0..TRIES {
        let (before, connector) = find(call, id).await?;
        let vendor = vendor(call, &connector)?;
        let fields = ConnectorFields::of(&before, &connector);
        let fields = patch.applied(&fields, ConnectorFields::ALSO)?;
        checks::check(&fields, Some(before.status))?;
        let (after, connector) = build::apply((*before).clone(), connector, vendor, &fields, call)?;
        if tried == 0 {
            call.note_target("connector.changed", &after).await?;
        }
        match call.store.update_target(after, call.now, None).await {
            Ok(Once::Now(target)) => return shown(call, &target, &connector).await,
            Ok(Once::Before(_)) | Err(StoreError::Stale) => {}
            Err(error) => return Err(not_found(id)(error)),
        }
    }
    let contended = format!("connector {id} is being changed by too many at once");
    Err(StoreError::Unavailable(contended).into())
}
