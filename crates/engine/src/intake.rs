//! The engine's [`Intake`]: the store passes it new deliveries and changes of webhooks.
//!
//! It holds the engine weakly: a store outlives its engine, and what is committed after that stays in
//! the store.

use std::sync::{Arc, Weak};

use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, TargetNo};
use claimwire_store::{Handed, Intake};

use crate::shared::Shared;

/// The engine, as its store calls it.
pub(crate) struct EngineIntake(pub(crate) Weak<Shared>);

impl Intake for EngineIntake {
    fn admit(&self, webhook: &Target) -> bool {
        self.0
            .upgrade()
            .is_some_and(|shared| shared.with(|dispatch, now| dispatch.admit(webhook, now)))
    }

    fn withdraw(&self, target: TargetNo, promises: usize) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.withdraw(target, promises, now));
        }
    }

    fn hand(&self, deliveries: Vec<Handed>) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.hand(deliveries, now));
        }
    }

    fn wake(&self, targets: &[TargetNo]) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.committed(targets, now));
        }
    }

    fn offer(&self, deliveries: &[DeliveryId]) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.offered(deliveries, now));
        }
    }

    fn changed(&self, target: TargetNo, webhook: Option<Arc<Target>>) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.changed(target, webhook, now));
        }
    }
}
