//! Answers the store's calls of [`claimwire_store::Intake`].

use std::sync::Arc;

use claimwire_model::target::TargetStatus;
use claimwire_model::{ShopNo, Target, TargetNo, Timestamp};
use claimwire_store::Handed;

use super::Dispatch;
use crate::admission::Admission;
use crate::job::Job;
use crate::limits::Limits;
use crate::target_queue::TargetQueue;

impl Dispatch {
    /// See [`claimwire_store::Intake::admit`].
    pub(crate) fn admit(&mut self, webhook: &Target, now: Timestamp) -> bool {
        let Some((queue, limits, admission)) = self.admitting(webhook.no, Some(webhook.shop))
        else {
            return false;
        };
        let Some(admission) = admission else {
            queue.backlog.refused();
            return false;
        };
        queue.admit(webhook, now, limits, admission)
    }

    /// The queue of a target that this node owns, with the limits and how full the engine is to it; no admission: nothing
    /// of the target may begin now. `shop`: the target's, as far as the caller knows.
    pub(super) fn admitting(
        &mut self,
        target: TargetNo,
        shop: Option<ShopNo>,
    ) -> Option<(&mut TargetQueue, &Limits, Option<Admission>)> {
        let epoch = self.ownership.epoch(target)?;
        let may_begin = self.ownership.may_begin(target) && !self.stopped;
        let queue = self.queues.entry(target);
        let queue = queue.or_insert_with(|| TargetQueue::owned_in(epoch));
        let shop = shop.or_else(|| queue.shop());
        let admission = may_begin.then(|| Admission::new(&self.held, shop, &self.limits));
        Some((queue, &self.limits, admission))
    }

    /// See [`claimwire_store::Intake::withdraw`].
    pub(crate) fn withdraw(&mut self, target: TargetNo, promises: usize, now: Timestamp) {
        if let Some(queue) = self.queues.get_mut(&target) {
            queue.withdraw(promises);
            self.advance(target, now);
        }
    }

    /// See [`claimwire_store::Intake::hand`]. Deliveries of one event are to stand side by side, so that
    /// they share its bodies and it counts once.
    pub(crate) fn hand(&mut self, deliveries: Vec<Handed>, now: Timestamp) {
        let mut latest = None;
        for handed in deliveries {
            let target = handed.id.target;
            let gives_back = self.stopped || self.ownership.is_draining(target);
            // Leased in an epoch that is over, it is free for whoever owns it now.
            let epoch = self.ownership.epoch(target);
            if epoch != Some(handed.lease.epoch) {
                continue;
            }
            let content = match latest.take() {
                Some((event, content)) if event == handed.id.event => content,
                _ => self.held.content(handed.target.shop, &handed.event),
            };
            latest = Some((handed.id.event, Arc::clone(&content)));
            let Some(queue) = self.queue(target) else {
                continue;
            };
            queue.withdraw(1);
            queue.push(Job::new(handed, content, now));
            if gives_back {
                queue.give_all_back();
            }
            self.advance(target, now);
        }
    }

    /// See [`claimwire_store::Intake::wake`].
    pub(crate) fn committed(&mut self, targets: &[TargetNo], now: Timestamp) {
        for target in targets {
            if let Some(queue) = self.queue(*target) {
                queue.backlog.committed();
                self.advance(*target, now);
            }
        }
    }

    /// See [`claimwire_store::Intake::changed`].
    pub(crate) fn changed(
        &mut self,
        target: TargetNo,
        webhook: Option<Arc<Target>>,
        now: Timestamp,
    ) {
        match webhook {
            Some(webhook) => {
                let is_known = self.queues.contains_key(&target);
                if let Some(queue) = self.queue(target).filter(|_| !is_known) {
                    // It may have been off, with much that piled up.
                    queue.begin_slowly();
                }
                self.learn(&webhook);
                if let Some(queue) = self.queue(target) {
                    queue.backlog.woken();
                    self.advance(target, now);
                }
            }
            None => self.forget(target),
        }
    }

    /// A webhook is gone, and with it what waits for it.
    pub(super) fn forget(&mut self, target: TargetNo) {
        if let Some(queue) = self.queues.remove(&target) {
            queue.close(&mut self.held);
        }
    }

    /// Learns a webhook's settings; a test event that it is owed is sent once per version, by the node
    /// that made it so, whoever owns the webhook.
    pub(super) fn learn(&mut self, webhook: &Arc<Target>) {
        let owed = webhook.status == TargetStatus::Unverified && webhook.owes_test();
        if owed && !self.stopped && self.verifying.insert((webhook.no, webhook.version)) {
            self.effects.verifications.push(Arc::clone(webhook));
        }
        if let Some(queue) = self.queue(webhook.no) {
            queue.learn(webhook);
        }
    }

    /// The test event of this version was answered, and the answer is on record.
    pub(crate) fn verified(&mut self, target: TargetNo, version: u64) {
        self.verifying.remove(&(target, version));
    }
}
