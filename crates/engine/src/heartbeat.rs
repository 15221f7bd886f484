//! Tells the store again and again that this node lives and what it owns, and what follows from the
//! answer. A store that one node has to itself is asked once.

use std::sync::Arc;

use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::ownership::{Claimed, Targets};
use claimwire_store::{StoreError, StoreResult};

use crate::dispatch::Dispatch;
use crate::ownership::Deadline;
use crate::scan;
use crate::shared::Shared;

/// Webhooks advanced under one hold of the lock.
const TARGETS_AT_ONCE: usize = 256;

/// Keeps what this node owns until it is aborted, or until it owns everything.
pub(crate) async fn run(shared: Arc<Shared>) {
    let everything = loop {
        match beat(&shared).await {
            Ok(everything) => break everything,
            Err(error) => failed(&shared, &error).await,
        }
    };
    if everything {
        open(&shared).await;
    } else {
        tokio::join!(
            beats(&shared),
            watch(&shared),
            scan::run(Arc::clone(&shared))
        );
    }
}

async fn beats(shared: &Arc<Shared>) {
    loop {
        // Not all nodes at once.
        let pause = shared
            .limits
            .heartbeat_every
            .mul_f64(0.75 + shared.rng.uniform() / 4.0);
        tokio::select! {
            biased;
            () = shared.heartbeat.notified() => {}
            () = shared.clock.sleep(pause) => {}
        }
        while shared.with(|dispatch, _| dispatch.records_before_claiming()) {
            shared.clock.sleep(shared.limits.store_pause).await;
        }
        if let Err(error) = beat(shared).await {
            failed(shared, &error).await;
        }
    }
}

/// One heartbeat. True: this node owns everything for good.
async fn beat(shared: &Arc<Shared>) -> StoreResult<bool> {
    let deadline = Deadline::of(shared.clock.now(), shared.clock.elapsed());
    let claim = shared.with(|dispatch, _| dispatch.claim());
    match shared.store.claim(claim.clone()).await? {
        Claimed::Everything => {
            shared.with(|dispatch, _| dispatch.owns_everything());
            Ok(true)
        }
        Claimed::Shared(owned) => {
            let gained =
                shared.with(|dispatch, now| dispatch.claimed(&claim, &owned, deadline, now));
            if !gained.is_empty() {
                tracing::info!(
                    partitions = gained.len(),
                    "this node works for more targets"
                );
                tokio::spawn(open_gained(Arc::clone(shared), gained));
            }
            Ok(false)
        }
    }
}

async fn failed(shared: &Shared, error: &StoreError) {
    tracing::warn!(%error, "the store did not answer a heartbeat; asking again in a moment");
    shared.clock.sleep(shared.limits.store_pause).await;
}

/// Sees to it that ownership ends in time also when nothing else happens.
async fn watch(shared: &Arc<Shared>) {
    loop {
        let left = shared.with(|dispatch, _| dispatch.ownership_left(shared.clock.elapsed()));
        let pause = left.unwrap_or(shared.limits.heartbeat_every);
        shared.clock.sleep(pause).await;
    }
}

/// Learns what waits in a store that this node has to itself, and begins.
async fn open(shared: &Arc<Shared>) {
    let waiting = loop {
        match waiting(shared, Targets::All).await {
            Ok(waiting) => break waiting,
            Err(error) => shared.store_failed("find out what waits", &error).await,
        }
    };
    tracing::info!(webhooks = waiting.len(), "the engine has started");
    note(shared, &waiting).await;
    let all = shared.with(|dispatch, _| dispatch.open());
    advance(shared, &all).await;
}

/// Learns what waits in partitions that are new, and begins there.
async fn open_gained(shared: Arc<Shared>, gained: Vec<(Partition, Epoch)>) {
    loop {
        let owned = shared.with(|dispatch, _| dispatch.still_owned(&gained));
        if owned.is_empty() {
            return;
        }
        let partitions = owned.iter().map(|(partition, _)| *partition).collect();
        match waiting(&shared, Targets::Of(partitions)).await {
            Ok(waiting) => {
                let owned = shared.with(|dispatch, _| dispatch.still_owned(&owned));
                note(&shared, &waiting).await;
                let opened = shared.with(|dispatch, _| dispatch.open_partitions(&owned));
                return advance(&shared, &opened).await;
            }
            Err(error) => shared.store_failed("find out what waits", &error).await,
        }
    }
}

async fn waiting(shared: &Shared, targets: Targets) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
    shared.store.waiting(targets, shared.clock.now()).await
}

async fn note(shared: &Arc<Shared>, waiting: &[(TargetNo, Timestamp)]) {
    for part in waiting.chunks(TARGETS_AT_ONCE) {
        shared.with(|dispatch, now| dispatch.found(part, now));
        tokio::task::yield_now().await;
    }
}

async fn advance(shared: &Arc<Shared>, targets: &[TargetNo]) {
    for part in targets.chunks(TARGETS_AT_ONCE) {
        shared.with(|dispatch: &mut Dispatch, now| dispatch.advance_all(part, now));
        tokio::task::yield_now().await;
    }
}
