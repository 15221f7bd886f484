//! The queue of deliveries.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::ownership::Targets;
use claimwire_store::queue::{Outcome, Pruned, Saved, Stepped, Taken, Verified};
use claimwire_store::{Intake, Queue, StoreError, StoreResult};

use crate::store::PostgresStore;

fn unfinished<T>() -> StoreResult<T> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}

#[async_trait]
impl Queue for PostgresStore {
    fn attach(&self, intake: Arc<dyn Intake>) {
        self.shared.attach(intake);
    }

    async fn waiting(&self, _: Targets, _: Timestamp) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
        unfinished()
    }

    async fn target(&self, _: TargetNo) -> StoreResult<Arc<Target>> {
        unfinished()
    }

    async fn take(&self, _: TargetNo, _: usize, _: Timestamp, _: Duration) -> StoreResult<Taken> {
        unfinished()
    }

    async fn release(&self, _: Vec<(DeliveryId, Lease)>) -> StoreResult<()> {
        unfinished()
    }

    async fn record(&self, _: Vec<Outcome>, _: Timestamp) -> StoreResult<()> {
        unfinished()
    }

    async fn save(&self, _: Saved, _: Timestamp) -> StoreResult<Option<Lease>> {
        unfinished()
    }

    async fn ticket(&self, _: TargetNo, _: String) -> StoreResult<Option<SavedState>> {
        unfinished()
    }

    async fn verified(&self, _: Verified, _: Timestamp) -> StoreResult<()> {
        unfinished()
    }

    async fn step_replays(&self, _: usize, _: Timestamp) -> StoreResult<Stepped> {
        unfinished()
    }

    async fn prune(&self, _: Timestamp, _: usize, _: Timestamp) -> StoreResult<Pruned> {
        unfinished()
    }
}
