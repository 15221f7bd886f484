//! The queue of deliveries.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::Tested;
use claimwire_model::{DeliveryId, Target, TargetNo, Timestamp};

use super::MemoryStore;
use super::ownership::Ownership;
use crate::error::StoreResult;
use crate::handed::Handed;
use crate::handed::Returned;
use crate::intake::Intake;
use crate::ownership::{Claim, Claimed, Targets};
use crate::queue::{Outcome, Pruned, Queue, Saved, Scan, Stepped, Take, Taken, Verified};

#[async_trait]
impl Queue for MemoryStore {
    fn attach(&self, intake: Arc<dyn Intake>) {
        self.tables().hinted.add(self.node, &intake);
        *self.intake.write().unwrap_or_else(PoisonError::into_inner) = Some(intake);
    }

    async fn claim(&self, claim: Claim) -> StoreResult<Claimed> {
        Ok(self.tables().ownership.claim(self.node, &claim))
    }

    async fn waiting(
        &self,
        targets: Targets,
        now: Timestamp,
    ) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
        let mut tables = self.tables();
        if matches!(tables.ownership, Ownership::Alone) {
            for lease in tables
                .deliveries
                .values_mut()
                .flat_map(|row| &mut row.lease)
            {
                *lease = lease.over();
            }
        }
        let mut due = BTreeMap::new();
        for no in tables.targets.keys().filter(|no| targets.include(**no)) {
            let Ok(row) = tables.target(*no) else {
                continue;
            };
            let owes_test = row.kept.owes_test().then_some(now);
            let first = tables.first_due(row, now);
            if let Some(at) = owes_test.into_iter().chain(first).min() {
                due.insert(*no, at);
            }
        }
        Ok(Vec::from_iter(due))
    }

    async fn scan(&self, after: TargetNo, limit: usize, now: Timestamp) -> StoreResult<Scan> {
        Ok(self.tables().scan(self.node, after, limit, now))
    }

    async fn target(&self, target: TargetNo) -> StoreResult<Arc<Target>> {
        self.tables().target(target).map(|row| row.kept.clone())
    }

    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>> {
        let mut tables = self.tables();
        let taken = |take| Ok(tables.take(self.node, take, now, lease_for));
        Ok(takes.iter().map(taken).collect())
    }

    async fn take_named(
        &self,
        deliveries: &[DeliveryId],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<Handed>> {
        let tables = self.tables();
        Ok(tables.take_named(self.node, deliveries, now, lease_for))
    }

    async fn release(&self, deliveries: Vec<Returned>) -> StoreResult<()> {
        let mut tables = self.tables();
        for returned in deliveries {
            tables.change_delivery(returned.id, |row| {
                if row.lease == Some(returned.lease) {
                    row.lease = returned.in_doubt.then(|| returned.lease.over());
                }
            });
        }
        Ok(())
    }

    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()> {
        self.write(|tables, notifications| {
            outcomes
                .iter()
                .try_for_each(|outcome| tables.record(outcome.clone(), now, notifications))
        })
    }

    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        Ok(self.tables().save(saved, now))
    }

    async fn ticket(&self, target: TargetNo, claim: String) -> StoreResult<Option<SavedState>> {
        let tables = self.tables();
        let kept = tables.tickets.get(&(target, claim));
        Ok(kept.map(|row| row.state.clone()))
    }

    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()> {
        self.write(|tables, notifications| {
            let Ok(row) = tables.target(verified.target) else {
                return Ok(());
            };
            match row.kept.tested(verified.version, verified.passed, now) {
                Tested::Nothing => {}
                Tested::Settled(webhook) => {
                    if let Some(row) = tables.targets.get_mut(&verified.target) {
                        row.kept = Arc::new(webhook);
                    }
                }
                Tested::Activated(changed) => {
                    tables.put_target(changed, now, notifications)?;
                }
            }
            Ok(())
        })
    }

    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<Stepped> {
        self.write(|tables, notifications| Ok(tables.step_replays(limit, now, notifications)))
    }

    async fn prune(&self, before: Timestamp, limit: usize, now: Timestamp) -> StoreResult<Pruned> {
        Ok(self.tables().prune(before, limit, now))
    }
}
