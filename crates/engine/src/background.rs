//! Background work: replays, and pruning what is older than the retention. It goes in bounded steps with a
//! pause between them, so that live traffic goes first.

use std::sync::Arc;
use std::time::Duration;

use claimwire_store::StoreResult;

use crate::shared::Shared;

/// Continues replays until it is aborted.
pub(crate) async fn replay(shared: Arc<Shared>) {
    let limits = &shared.limits;
    loop {
        let more = shared
            .store
            .step_replays(limits.replay_step, shared.clock.now())
            .await;
        pause(&shared, "continue replays", more, limits.replay_every).await;
    }
}

/// Prunes until it is aborted.
pub(crate) async fn prune(shared: Arc<Shared>) {
    let limits = &shared.limits;
    loop {
        let now = shared.clock.now();
        let pruned = shared
            .store
            .prune(now.minus(limits.retention), limits.prune_step, now)
            .await;
        if let Ok(pruned) = &pruned {
            shared.measures.expired(pruned.expired);
            if pruned.rows > 0 {
                tracing::debug!(rows = pruned.rows, expired = pruned.expired, "pruned");
            }
        }
        pause(
            &shared,
            "prune",
            pruned.map(|pruned| pruned.more),
            limits.prune_every,
        )
        .await;
    }
}

/// The pause after a step: short while there is more to do.
async fn pause(shared: &Shared, what: &'static str, more: StoreResult<bool>, idle: Duration) {
    let pause = match more {
        Ok(true) => shared.limits.step_pause,
        Ok(false) => idle,
        Err(error) => return shared.store_failed(what, &error).await,
    };
    shared
        .clock
        .sleep_until(shared.clock.now().plus(pause))
        .await;
}
