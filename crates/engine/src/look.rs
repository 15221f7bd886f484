//! On a store that several nodes share, looks round for what nobody told this node of: what another
//! node made due, what a node that died had in hand, and what was changed of the webhooks that this
//! node holds deliveries of. Where one node has the store to itself there is nothing to look for.

use std::sync::Arc;

use claimwire_model::TargetNo;
use claimwire_store::{StoreError, StoreResult};

use crate::shared::Shared;

/// Looks until it is torn down, or until the store says that there is no need.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut after = TargetNo(0);
    loop {
        pause(&shared).await;
        match round(&shared, after).await {
            Ok(Some(goes_on)) => after = goes_on,
            Ok(None) => return,
            Err(error) => {
                shared
                    .store_failed("look round for what waits", &error)
                    .await
            }
        }
    }
}

/// One bounded step. Answers with where the next one goes on; `None`: no more steps.
async fn round(shared: &Arc<Shared>, after: TargetNo) -> StoreResult<Option<TargetNo>> {
    let limit = shared.limits.look_step;
    let Some(look) = shared.store.look(after, limit, shared.clock.now()).await? else {
        return Ok(None);
    };
    shared.with(|dispatch, now| dispatch.seen_waiting(&look.waiting, now));
    for target in shared.with(|dispatch, _| dispatch.holding(limit)) {
        let webhook = match shared.store.target(target).await {
            Ok(webhook) => Some(webhook),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error),
        };
        shared.with(|dispatch, now| dispatch.seen(target, webhook, now));
    }
    Ok(Some(look.goes_on.unwrap_or(TargetNo(0))))
}

/// Around [`crate::Limits::look_every`], so that the nodes do not look in step.
async fn pause(shared: &Shared) {
    let pause = shared.limits.look_every.mul_f64(0.5 + shared.dice.roll());
    let until = shared.clock.now().plus(pause);
    shared.clock.sleep_until(until).await;
}
