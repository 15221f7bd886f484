//! What the store tells: the other side of [`claimwire_store::Intake`].

use std::sync::Arc;

use claimwire_model::webhook::WebhookStatus;
use claimwire_model::{TargetNo, Timestamp, Webhook};
use claimwire_store::Handed;

use super::Dispatch;
use crate::bodies::Bodies;
use crate::house::House;
use crate::job::Job;

impl Dispatch {
    /// See [`claimwire_store::Intake::admit`].
    pub(crate) fn admit(&mut self, webhook: &Webhook, now: Timestamp) -> bool {
        let house = House::new(&self.held, Some(webhook.shop), &self.limits);
        let keeper = self.keepers.entry(webhook.no).or_default();
        if self.open && !self.stopped {
            keeper.admit(webhook, now, &self.limits, house)
        } else {
            keeper.waits.refused();
            false
        }
    }

    /// See [`claimwire_store::Intake::withdraw`].
    pub(crate) fn withdraw(&mut self, target: TargetNo, promises: usize, now: Timestamp) {
        if let Some(keeper) = self.keepers.get_mut(&target) {
            keeper.withdraw(promises);
            self.look_at(target, now);
        }
    }

    /// See [`claimwire_store::Intake::hand`]. Deliveries of one event are to stand side by side, so that
    /// they share its bodies.
    pub(crate) fn hand(&mut self, deliveries: Vec<Handed>, now: Timestamp) {
        let mut latest = None;
        for handed in deliveries {
            let target = handed.id.target;
            let bodies: Arc<Bodies> = match latest.take() {
                Some((event, bodies)) if event == handed.id.event => bodies,
                _ => Arc::default(),
            };
            latest = Some((handed.id.event, Arc::clone(&bodies)));
            let keeper = self.keepers.entry(target).or_default();
            keeper.withdraw(1);
            keeper.queue(Job::new(handed, bodies, now));
            if self.stopped {
                keeper.give_all_back();
            }
            self.look_at(target, now);
        }
    }

    /// See [`claimwire_store::Intake::wake`].
    pub(crate) fn committed(&mut self, targets: &[TargetNo], now: Timestamp) {
        for target in targets {
            self.keepers.entry(*target).or_default().waits.committed();
            self.look_at(*target, now);
        }
    }

    /// See [`claimwire_store::Intake::changed`].
    pub(crate) fn changed(
        &mut self,
        target: TargetNo,
        webhook: Option<Arc<Webhook>>,
        now: Timestamp,
    ) {
        match webhook {
            Some(webhook) => {
                if !self.keepers.contains_key(&target) {
                    // It may have been off, with much that piled up.
                    self.keepers.entry(target).or_default().begin_slowly();
                }
                self.learn(&webhook);
                self.keepers.entry(target).or_default().waits.woken();
                self.look_at(target, now);
            }
            None => self.forget(target),
        }
    }

    /// A webhook is gone, and with it what waits for it.
    pub(super) fn forget(&mut self, target: TargetNo) {
        if let Some(keeper) = self.keepers.remove(&target) {
            keeper.close(&mut self.held);
        }
    }

    /// Learns a webhook's settings; a test event that it is owed is sent once per version.
    pub(super) fn learn(&mut self, webhook: &Arc<Webhook>) {
        let owed = webhook.status == WebhookStatus::Unverified && webhook.verification_due;
        if owed && !self.stopped && self.verifying.insert((webhook.no, webhook.version)) {
            self.errands.verifications.push(Arc::clone(webhook));
        }
        self.keepers.entry(webhook.no).or_default().learn(webhook);
    }

    /// The test event of this version was answered, and the answer is on record.
    pub(crate) fn verified(&mut self, target: TargetNo, version: u64) {
        self.verifying.remove(&(target, version));
    }
}
