//! Fetching from the store what did not come in memory: at the start, after a refusal, when a retry is due.

use std::sync::Arc;

use claimwire_model::{TargetNo, Timestamp, Webhook};
use claimwire_store::queue::Taken;

use super::Dispatch;
use crate::house::House;
use crate::job::Job;

/// A fetch to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fetch {
    /// For which webhook.
    pub(crate) target: TargetNo,
    /// At most so many.
    pub(crate) limit: usize,
    /// Its settings are not known yet.
    pub(crate) unknown: bool,
}

impl Dispatch {
    /// Notes what the store held at the start.
    pub(crate) fn found(&mut self, waiting: &[(TargetNo, Timestamp)], now: Timestamp) {
        for (target, due) in waiting {
            let waits = &mut self.keepers.entry(*target).or_default().waits;
            if *due > now {
                waits.due(*due);
            } else {
                waits.woken();
            }
        }
    }

    /// A look round found that these have something that could be taken.
    pub(crate) fn seen_waiting(&mut self, targets: &[TargetNo], now: Timestamp) {
        if !self.open || self.stopped {
            return;
        }
        for target in targets {
            self.keepers.entry(*target).or_default().waits.woken();
            self.look_at(*target, now);
        }
    }

    /// Webhooks of which deliveries wait in memory, at most so many.
    pub(crate) fn holding(&self, limit: usize) -> Vec<TargetNo> {
        let holding = self
            .keepers
            .iter()
            .filter(|(_, keeper)| keeper.is_holding());
        holding.map(|(target, _)| *target).take(limit).collect()
    }

    /// A look round found this of a webhook of which deliveries wait in memory. A test event that it is
    /// owed is sent by the node that made it so.
    pub(crate) fn seen(&mut self, target: TargetNo, webhook: Option<Arc<Webhook>>, now: Timestamp) {
        match (webhook, self.keepers.get_mut(&target)) {
            (Some(webhook), Some(keeper)) => {
                keeper.learn(&webhook);
                self.look_at(target, now);
            }
            (None, _) => self.forget(target),
            (Some(_), None) => {}
        }
    }

    /// Everything that the store held at the start is noted: work begins. Answers with the webhooks to
    /// [`Dispatch::visit`].
    pub(crate) fn open(&mut self) -> Vec<TargetNo> {
        self.open = true;
        self.keepers.keys().copied().collect()
    }

    /// Looks at each of these.
    pub(crate) fn visit(&mut self, targets: &[TargetNo], now: Timestamp) {
        for target in targets {
            self.look_at(*target, now);
        }
    }

    /// The next fetch; `None`: there is none, and the task that asks ends.
    pub(crate) fn next_fetch(&mut self, now: Timestamp) -> Option<Fetch> {
        while let Some(target) = self.line.next().filter(|_| !self.stopped) {
            let Some(keeper) = self.keepers.get_mut(&target) else {
                continue;
            };
            keeper.in_line = false;
            let house = House::new(&self.held, keeper.shop(), &self.limits);
            if let Some(limit) = keeper.take_size(now, &self.limits, house) {
                keeper.waits.take_begins();
                return Some(Fetch {
                    target,
                    limit,
                    unknown: keeper.webhook().is_none(),
                });
            }
            self.look_at(target, now);
        }
        self.takers -= 1;
        None
    }

    /// The settings of a webhook of which only the number was known. False: there is nothing to fetch.
    pub(crate) fn introduced(&mut self, webhook: &Arc<Webhook>, now: Timestamp) -> bool {
        self.learn(webhook);
        let keeper = self.keepers.entry(webhook.no).or_default();
        let active = keeper.is_active();
        if !active {
            keeper.waits.take_ended(0, None, now);
            self.look_at(webhook.no, now);
        }
        active
    }

    /// A fetch brought this.
    pub(crate) fn taken(&mut self, target: TargetNo, taken: Taken, now: Timestamp) {
        // Deleted while the fetch was under way: what it brought is cancelled.
        let Some(keeper) = self.keepers.get_mut(&target) else {
            return;
        };
        keeper
            .waits
            .take_ended(taken.deliveries.len(), taken.next_due, now);
        for handed in taken.deliveries {
            keeper.queue(Job::new(handed, Arc::default(), now));
        }
        if self.stopped {
            keeper.give_all_back();
        }
        self.look_at(target, now);
    }

    /// A fetch failed: it is made again after a pause.
    pub(crate) fn not_taken(&mut self, target: TargetNo, now: Timestamp) {
        let again = now.plus(self.limits.store_pause);
        if let Some(keeper) = self.keepers.get_mut(&target) {
            keeper.waits.take_failed(again, now);
            self.look_at(target, now);
        }
    }

    /// There is no such webhook.
    pub(crate) fn unknown(&mut self, target: TargetNo) {
        self.forget(target);
    }

    /// Deliveries are back in the store.
    pub(crate) fn returned(&mut self, target: TargetNo, now: Timestamp) {
        self.returning = self.returning.saturating_sub(1);
        if let Some(keeper) = self.keepers.get_mut(&target) {
            keeper.waits.returned();
            self.look_at(target, now);
        }
    }
}
