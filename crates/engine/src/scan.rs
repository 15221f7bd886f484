//! Scans a store that several nodes share for what this node was not notified of: deliveries that another
//! node made due or that a dead node had leased, and changes of the webhooks whose deliveries wait in
//! this node's memory. Only what this node owns is looked at. A store with a single node needs no scan.

use std::sync::Arc;

use claimwire_model::TargetNo;
use claimwire_store::{StoreError, StoreResult};

use crate::shared::Shared;

/// Scans until it is aborted.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut at = Places {
        scanned: TargetNo(0),
        refreshed: TargetNo(0),
    };
    loop {
        pause(&shared).await;
        if let Err(error) = step(&shared, &mut at).await {
            shared.store_failed("scan for what waits", &error).await;
        }
    }
}

/// Where the next step continues: behind these.
struct Places {
    /// In the store.
    scanned: TargetNo,
    /// Among the webhooks whose deliveries wait in memory.
    refreshed: TargetNo,
}

/// One bounded step.
async fn step(shared: &Arc<Shared>, at: &mut Places) -> StoreResult<()> {
    let limit = shared.limits.scan_step;
    let now = shared.clock.now();
    let scan = shared.store.scan(at.scanned, limit, now).await?;
    shared.with(|dispatch, now| dispatch.found_waiting(&scan.waiting, now));
    at.scanned = scan.next.unwrap_or(TargetNo(0));
    let holding = shared.with(|dispatch, _| dispatch.holding(at.refreshed, limit));
    let is_last = holding.len() < limit;
    for target in holding {
        let webhook = match shared.store.target(target).await {
            Ok(webhook) => Some(webhook),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error),
        };
        shared.with(|dispatch, now| dispatch.refreshed(target, webhook, now));
        at.refreshed = target;
    }
    if is_last {
        at.refreshed = TargetNo(0);
    }
    Ok(())
}

/// Around [`crate::Limits::scan_every`], so that the nodes do not look in step.
async fn pause(shared: &Shared) {
    let pause = shared.limits.scan_every.mul_f64(0.5 + shared.rng.uniform());
    let until = shared.clock.now().plus(pause);
    shared.clock.sleep_until(until).await;
}
