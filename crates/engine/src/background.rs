//! Background work: replays, and pruning what is older than the retention. It goes in bounded steps with a
//! pause between them, so that live traffic goes first.

use std::sync::Arc;
use std::time::Duration;

use claimwire_store::queue::Stepped;

use crate::shared::Shared;

/// Continues replays until it is aborted.
pub(crate) async fn replay(shared: Arc<Shared>) {
    let limits = &shared.limits;
    loop {
        let now = shared.clock.now();
        let length = match shared.store.step_replays(limits.replay_step, now).await {
            Ok(Stepped::Worked) => limits.replay_pause,
            Ok(Stepped::Full) => limits.step_pause,
            Ok(Stepped::Nothing) => limits.replay_every,
            Err(error) => {
                shared.store_failed("continue replays", &error).await;
                continue;
            }
        };
        pause(&shared, length).await;
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
        let length = match pruned {
            Ok(pruned) if pruned.more => limits.step_pause,
            Ok(_) => limits.prune_every,
            Err(error) => {
                shared.store_failed("prune", &error).await;
                continue;
            }
        };
        pause(&shared, length).await;
    }
}

async fn pause(shared: &Shared, length: Duration) {
    let until = shared.clock.now().plus(length);
    shared.clock.sleep_until(until).await;
}
