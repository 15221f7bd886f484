//! The door that the store hands deliveries in by.
//!
//! It knows the engine only as long as someone holds that: a store outlives its engine, and what is
//! committed after stays in the store.

use std::sync::{Arc, Weak};

use claimwire_model::TargetNo;
use claimwire_model::webhook::Webhook;
use claimwire_store::{Handed, Intake};

use crate::shared::Shared;

pub(crate) struct Door(pub(crate) Weak<Shared>);

impl Intake for Door {
    fn admit(&self, webhook: &Webhook) -> bool {
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

    fn changed(&self, target: TargetNo, webhook: Option<Arc<Webhook>>) {
        if let Some(shared) = self.0.upgrade() {
            shared.with(|dispatch, now| dispatch.changed(target, webhook, now));
        }
    }
}
