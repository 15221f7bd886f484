//! Scans a store that several nodes share for what this node was not notified of: deliveries that another
//! node made due or that a dead node had leased, and changes of the webhooks whose deliveries wait in
//! this node's memory. Only what this node owns is looked at. A store with a single node needs no scan.

use std::sync::Arc;

use claimwire_model::TargetNo;
use claimwire_store::{StoreError, StoreResult};

use crate::shared::Shared;

/// Scans until it is aborted.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut after = TargetNo(0);
    loop {
        pause(&shared).await;
        match step(&shared, after).await {
            Ok(next) => after = next,
            Err(error) => shared.store_failed("scan for what waits", &error).await,
        }
    }
}

/// One bounded step. Returns where the next one continues.
async fn step(shared: &Arc<Shared>, after: TargetNo) -> StoreResult<TargetNo> {
    let limit = shared.limits.scan_step;
    let scan = shared.store.scan(after, limit, shared.clock.now()).await?;
    shared.with(|dispatch, now| dispatch.found_waiting(&scan.waiting, now));
    for target in shared.with(|dispatch, _| dispatch.holding(limit)) {
        let webhook = match shared.store.target(target).await {
            Ok(webhook) => Some(webhook),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error),
        };
        shared.with(|dispatch, now| dispatch.refreshed(target, webhook, now));
    }
    Ok(scan.next.unwrap_or(TargetNo(0)))
}

/// Around [`crate::Limits::scan_every`], so that the nodes do not look in step.
async fn pause(shared: &Shared) {
    let pause = shared.limits.scan_every.mul_f64(0.5 + shared.dice.roll());
    let until = shared.clock.now().plus(pause);
    shared.clock.sleep_until(until).await;
}
