//! What follows in memory from a transaction, once it is committed or undone.

use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::deferred::UnderWay;
use claimwire_store::stats::Counted;
use claimwire_store::{Handed, Intake};

use crate::shared::Shared;

/// What may be written later of a target.
pub(crate) struct Deferred {
    pub(crate) target: TargetNo,
    /// The number of its row in `timings`, should it get one of its own.
    pub(crate) no: i64,
    pub(crate) counted: Vec<Counted>,
    pub(crate) last_success_at: Option<Timestamp>,
}

/// Gathered while the transaction is worked on.
#[derive(Default)]
pub(crate) struct Effects {
    /// Leased already, to be handed over.
    pub(crate) handed: Vec<Handed>,
    /// Have something new to take.
    pub(crate) woken: Vec<TargetNo>,
    /// Another node's, which may fetch them by name.
    pub(crate) offered: Vec<DeliveryId>,
    /// What the engine is to know of targets; none: deleted.
    pub(crate) changed: Vec<(TargetNo, Option<Arc<Target>>)>,
    /// Deferred writes that it makes. Dropped: nobody knows whether it made them.
    pub(crate) carried: Option<UnderWay>,
    pub(crate) deferred: Vec<Deferred>,
    /// Healths that it writes, by their last success.
    pub(crate) healths: Vec<(TargetNo, Option<Timestamp>)>,
}

impl Effects {
    /// After the commit: defers what may be written later, and notifies the engine and the nodes whose targets have
    /// something to take.
    pub(crate) fn notify(mut self, shared: &Shared) {
        if let Some(carried) = self.carried.take() {
            carried.written();
        }
        for (target, written) in self.healths {
            shared.deferred.forget_success(target, written);
        }
        for more in self.deferred {
            let Deferred {
                target,
                no,
                counted,
                last_success_at,
            } = more;
            shared.deferred.add(target, no, counted, last_success_at);
        }
        let changed = self.changed.iter().map(|(target, _)| *target);
        let waiting = self.woken.iter().copied().chain(changed);
        shared.hints.waiting(waiting);
        let ours = shared.hints.offer(self.offered);
        let Some(intake) = shared.intake() else {
            return;
        };
        for (target, changed) in self.changed {
            intake.changed(target, changed);
        }
        if !self.handed.is_empty() {
            self.handed.sort_by_key(|handed| handed.id);
            intake.hand(self.handed);
        }
        if !ours.is_empty() {
            intake.offer(&ours);
        }
        if !self.woken.is_empty() {
            self.woken.sort_unstable();
            self.woken.dedup();
            intake.wake(&self.woken);
        }
    }

    /// The transaction was certainly undone: what it carried is deferred again.
    pub(crate) fn give_back(&mut self) {
        if let Some(carried) = self.carried.take() {
            carried.failed();
        }
    }

    /// The transaction was undone, or nobody knows: its promises are void.
    pub(crate) fn undo(self, intake: Option<&dyn Intake>) {
        let Some(intake) = intake else { return };
        let mut promises: HashMap<TargetNo, usize> = HashMap::new();
        for handed in &self.handed {
            *promises.entry(handed.id.target).or_default() += 1;
        }
        for (target, promises) in promises {
            intake.withdraw(target, promises);
        }
    }
}
