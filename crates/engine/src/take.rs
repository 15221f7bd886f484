//! Fetches deliveries from the store, for one webhook after the other in the order of the fetch queue.

use std::sync::Arc;

use claimwire_store::StoreError;

use crate::dispatch::Fetch;
use crate::shared::Shared;

/// Fetches until the fetch queue is empty.
pub(crate) async fn run(shared: Arc<Shared>) {
    while let Some(fetch) = shared.with(|dispatch, now| dispatch.next_fetch(now)) {
        if let Err(error) = one(&shared, fetch).await {
            tracing::warn!(target_no = fetch.target.0, %error, "cannot take deliveries from the store; trying again in a moment");
            shared.with(|dispatch, now| dispatch.not_taken(fetch, now));
        }
    }
}

async fn one(shared: &Arc<Shared>, fetch: Fetch) -> Result<(), StoreError> {
    let Fetch {
        target,
        limit,
        unknown,
        ..
    } = fetch;
    if unknown {
        match shared.store.target(target).await {
            Ok(webhook) => {
                if !shared.with(|dispatch, now| dispatch.introduced(fetch, &webhook, now)) {
                    return Ok(());
                }
            }
            Err(StoreError::NotFound) => {
                shared.with(|dispatch, _| dispatch.unknown(target));
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    let now = shared.clock.now();
    let taken = shared
        .store
        .take(target, limit, now, shared.limits.lease)
        .await?;
    shared.with(|dispatch, now| dispatch.taken(fetch, taken, now));
    Ok(())
}
