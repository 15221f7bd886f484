//! What a life of a node hears from its store.

use std::sync::Arc;

use claimwire_model::{TargetNo, Webhook};
use claimwire_store::{Handed, Intake};

use crate::clock::WallClock;
use crate::history::Deed;
use crate::life::Life;
use crate::scene::Scene;

/// Passes on to the engine what the store tells, as long as the life hears.
pub struct Ear {
    /// The engine's.
    pub inner: Arc<dyn Intake>,
    /// Whose.
    pub life: Arc<Life>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// Where.
    pub scene: Arc<Scene>,
}

impl Intake for Ear {
    fn admit(&self, webhook: &Webhook) -> bool {
        let admitted = !self.life.is_dead() && self.inner.admit(webhook);
        if admitted {
            self.life.promised(webhook.no);
        }
        admitted
    }

    fn withdraw(&self, target: TargetNo, promises: usize) {
        if self.life.hears() {
            self.inner.withdraw(target, promises);
        }
    }

    fn hand(&self, deliveries: Vec<Handed>) {
        for handed in &deliveries {
            self.scene.history.note(Deed::Granted {
                life: self.life.no,
                handed: handed.clone(),
                told: self.wall.shows(),
            });
        }
        if self.life.hears() {
            self.inner.hand(deliveries);
        }
    }

    fn wake(&self, targets: &[TargetNo]) {
        if self.life.hears() {
            self.inner.wake(targets);
        }
    }

    fn changed(&self, target: TargetNo, webhook: Option<Arc<Webhook>>) {
        if self.life.hears() {
            self.inner.changed(target, webhook);
        }
    }
}
