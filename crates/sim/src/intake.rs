//! The intake of a node's process: what its store notifies it of.

use std::sync::Arc;

use claimwire_model::{DeliveryId, Target, TargetNo};
use claimwire_store::{Handed, Intake};

use crate::clock::WallClock;
use crate::context::Context;
use crate::process::Process;
use crate::trace::TraceEvent;

/// Passes the store's notifications on to the engine, unless they are lost.
pub struct NodeIntake {
    /// The engine's.
    pub inner: Arc<dyn Intake>,
    /// Whose.
    pub process: Arc<Process>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// Where.
    pub context: Arc<Context>,
}

impl Intake for NodeIntake {
    fn admit(&self, webhook: &Target) -> bool {
        let admitted = !self.process.is_dead() && self.inner.admit(webhook);
        if admitted {
            self.process.promised(webhook.no);
        }
        admitted
    }

    fn withdraw(&self, target: TargetNo, promises: usize) {
        if self.process.is_notified() {
            self.inner.withdraw(target, promises);
        }
    }

    fn hand(&self, deliveries: Vec<Handed>) {
        for handed in &deliveries {
            self.context.history.note(TraceEvent::Granted {
                process: self.process.no,
                handed: handed.clone(),
                told: self.wall.shows(),
            });
        }
        if self.process.is_notified() {
            self.inner.hand(deliveries);
        }
    }

    fn wake(&self, targets: &[TargetNo]) {
        if self.process.is_notified() {
            self.inner.wake(targets);
        }
    }

    fn offer(&self, deliveries: &[DeliveryId]) {
        if self.process.is_notified() {
            self.inner.offer(deliveries);
        }
    }

    fn changed(&self, target: TargetNo, webhook: Option<Arc<Target>>) {
        if self.process.is_notified() {
            self.inner.changed(target, webhook);
        }
    }
}
