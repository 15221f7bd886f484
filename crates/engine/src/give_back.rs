//! Gives deliveries back to the store that will not be attempted now.

use std::sync::Arc;

use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::StoreError;

use crate::shared::Shared;

/// Tries until the store answers.
pub(crate) async fn run(
    shared: Arc<Shared>,
    target: TargetNo,
    deliveries: Vec<(DeliveryId, Timestamp)>,
) {
    loop {
        match shared.store.release(deliveries.clone()).await {
            Err(error @ StoreError::Unavailable(_)) => {
                shared.store_failed("give deliveries back", &error).await
            }
            Err(error) => {
                tracing::error!(%error, "cannot give deliveries back; they come back when their lease ends");
                break;
            }
            Ok(()) => break,
        }
    }
    shared.with(|dispatch, now| dispatch.returned(target, now));
}
