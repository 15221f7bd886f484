//! Gives deliveries back to the store that will not be attempted now.

use std::sync::Arc;

use crate::dispatch::Return;
use crate::shared::Shared;

/// Tries until the store answers.
pub(crate) async fn run(shared: Arc<Shared>, returned: Return) {
    let Return {
        target,
        epoch,
        deliveries,
    } = returned;
    loop {
        match shared.store.release(deliveries.clone()).await {
            Err(error) if error.is_passing() => {
                shared.store_failed("give deliveries back", &error).await
            }
            Err(error) => {
                tracing::error!(%error, "cannot give deliveries back; they come back when their lease ends");
                break;
            }
            Ok(()) => break,
        }
    }
    shared.with(|dispatch, now| dispatch.returned(target, epoch, now));
}
