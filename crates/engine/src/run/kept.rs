//! What a run reads from the store and puts there. While the store cannot, it is asked again for as long as the lease
//! lasts.

use std::sync::Arc;

use claimwire_model::delivery::{Attempt, SavedState};
use claimwire_model::target::Kind;
use claimwire_store::queue::{Saved, Ticket};
use claimwire_store::{Handed, StoreError};

use super::broken::Broken;
use crate::job::Start;
use crate::shared::Shared;

/// What is kept of the event's claim at its target: read as the run begins, since a run of the same claim
/// may have ended while this delivery waited in memory. A webhook has none.
pub(super) async fn ticket(shared: &Shared, start: &Start) -> Result<Option<SavedState>, Broken> {
    if start.target.kind() == Kind::Webhook {
        return Ok(None);
    }
    let handed = &start.job.handed;
    let Some(claim) = handed.event.fact.claim() else {
        return Ok(None);
    };
    while shared.clock.now() < handed.expires {
        match shared
            .store
            .ticket(handed.id.target, claim.to_string())
            .await
        {
            Ok(ticket) => return Ok(ticket),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Unknown(_))) => {
                shared.store_failed("read a ticket", &error).await;
            }
            Err(error) => {
                tracing::error!(delivery = %handed.id, %error, "the store refuses to read a ticket");
                return Err(Broken::Lost);
            }
        }
    }
    Err(Broken::Lost)
}

/// Saves, with the lease renewed. While the store cannot, it is tried again for as long as the lease lasts.
/// `None`: the delivery is no longer this process's.
pub(super) async fn save(
    shared: &Arc<Shared>,
    handed: &mut Handed,
    attempt: Option<Arc<Attempt>>,
    state: Option<SavedState>,
    ticket: Option<Ticket>,
) -> Option<()> {
    let saved = Saved {
        id: handed.id,
        lease: handed.lease,
        lease_for: shared.limits.lease,
        attempt,
        state,
        ticket,
    };
    let mut now = shared.clock.now();
    // Asked again, it may have been done the first time: the lease is sure to last until then.
    let expires = now.plus(shared.limits.lease);
    while now < handed.expires {
        match shared.store.save(saved.clone(), now).await {
            Ok(Some(lease)) => {
                handed.lease = lease;
                handed.expires = expires;
                return Some(());
            }
            Ok(None) => return None,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Unknown(_))) => {
                shared.store_failed("save a step", &error).await
            }
            Err(error) => {
                tracing::error!(delivery = %handed.id, %error, "the store refuses to save a step");
                return None;
            }
        }
        now = shared.clock.now();
    }
    None
}
