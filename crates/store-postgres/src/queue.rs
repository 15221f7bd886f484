//! What waits to be sent.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::handed::Returned;
use claimwire_store::ownership::{Claim, Claimed, Targets};
use claimwire_store::queue::{Outcome, Pruned, Saved, Scan, Stepped, Take, Taken, Verified};
use claimwire_store::{Handed, Intake, Queue, StoreResult};

use crate::jobs::{record, release, save, verified};
use crate::store::PostgresStore;
use crate::transaction::transact;
use crate::{ownership, prune, replays, rows, take, waiting};

/// A record is a transaction with a dozen messages, whatever it is of.
const BETWEEN_RECORDS: Duration = Duration::from_millis(40);

/// Targets that one statement takes for.
const TAKES_TOGETHER: usize = 64;

#[async_trait]
impl Queue for PostgresStore {
    fn attach(&self, intake: Arc<dyn Intake>) {
        self.shared.attach(intake);
    }

    async fn claim(&self, claim: Claim) -> StoreResult<Claimed> {
        if self.shared.is_alone() {
            return Ok(Claimed::Everything);
        }
        let owned = transact!(self, tx => ownership::claim(tx, &claim).await)?;
        let partitions = owned.partitions.iter().map(|(partition, _)| *partition);
        self.shared.hints.owns(partitions);
        Ok(Claimed::Shared(owned))
    }

    async fn waiting(
        &self,
        targets: Targets,
        now: Timestamp,
    ) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
        waiting::waiting(self, &targets, now).await
    }

    async fn scan(&self, after: TargetNo, limit: usize, now: Timestamp) -> StoreResult<Scan> {
        waiting::scan(self, after, limit, now).await
    }

    async fn target(&self, target: TargetNo) -> StoreResult<Arc<Target>> {
        let conn = self.connection().await?;
        Ok(rows::webhook::target(&conn, &self.shared, target).await?)
    }

    fn takes_together(&self) -> usize {
        TAKES_TOGETHER
    }

    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>> {
        take::take_all(self, takes, now, lease_for).await
    }

    fn between_records(&self) -> Duration {
        BETWEEN_RECORDS
    }

    async fn take_named(
        &self,
        deliveries: &[DeliveryId],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<Handed>> {
        take::named::take(self, deliveries, now, lease_for).await
    }

    async fn release(&self, deliveries: Vec<Returned>) -> StoreResult<()> {
        release::release(self, &deliveries).await
    }

    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()> {
        record::record(self, &outcomes, now).await
    }

    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        save::save(self, &saved, now).await
    }

    async fn ticket(&self, target: TargetNo, claim: String) -> StoreResult<Option<SavedState>> {
        save::ticket(self, target, &claim).await
    }

    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()> {
        verified::verified(self, &verified, now).await
    }

    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<Stepped> {
        replays::step(self, limit, now).await
    }

    async fn prune(&self, before: Timestamp, limit: usize, now: Timestamp) -> StoreResult<Pruned> {
        prune::prune(self, before, limit, now).await
    }
}
