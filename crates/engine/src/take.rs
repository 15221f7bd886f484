//! Fetches deliveries from the store, in the order of the fetch queue: for one webhook after the other, or for as many
//! at once as the store has a use for.

use std::sync::Arc;

use claimwire_store::StoreError;

use crate::dispatch::Fetch;
use crate::shared::Shared;

/// Fetches until the fetch queue is empty.
pub(crate) async fn run(shared: Arc<Shared>) {
    let together = shared.store.takes_together();
    loop {
        let fetches = shared.with(|dispatch, now| dispatch.next_fetches(together, now));
        if fetches.is_empty() {
            return;
        }
        fetch(&shared, fetches).await;
    }
}

async fn fetch(shared: &Arc<Shared>, fetches: Vec<Fetch>) {
    let mut known = Vec::with_capacity(fetches.len());
    for fetch in fetches {
        match is_known(shared, &fetch).await {
            Ok(true) => known.push(fetch),
            Ok(false) => {}
            Err(error) => failed(shared, &fetch, &error),
        }
    }
    if known.is_empty() {
        return;
    }
    let takes: Vec<_> = known.iter().map(|fetch| fetch.take.clone()).collect();
    let now = shared.clock.now();
    let taken = shared
        .store
        .take_all(&takes, now, shared.limits.lease)
        .await;
    let taken = taken.unwrap_or_else(|error| vec![Err(error); known.len()]);
    for (fetch, taken) in known.iter().zip(taken) {
        match taken {
            Ok(taken) => shared.with(|dispatch, now| dispatch.taken(fetch, taken, now)),
            Err(error) => failed(shared, fetch, &error),
        }
    }
}

/// Whether there is something to fetch for a webhook; reads its settings, if they are not known yet.
async fn is_known(shared: &Arc<Shared>, fetch: &Fetch) -> Result<bool, StoreError> {
    if !fetch.unknown {
        return Ok(true);
    }
    match shared.store.target(fetch.take.target).await {
        Ok(webhook) => Ok(shared.with(|dispatch, now| dispatch.introduced(fetch, &webhook, now))),
        Err(StoreError::NotFound) => {
            shared.with(|dispatch, _| dispatch.unknown(fetch.take.target));
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn failed(shared: &Arc<Shared>, fetch: &Fetch, error: &StoreError) {
    tracing::warn!(target_no = fetch.take.target.0, %error, "cannot take deliveries from the store; trying again in a moment");
    shared.with(|dispatch, now| dispatch.not_taken(fetch, now));
}
