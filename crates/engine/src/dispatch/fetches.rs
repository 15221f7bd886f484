//! Fetching from the store what did not come in memory: at the start, after a refusal, when a retry is due.

use std::sync::Arc;

use claimwire_model::lease::Epoch;
use claimwire_model::{Target, TargetNo, Timestamp};
use claimwire_store::queue::{Take, Taken};

use super::{Dispatch, Return};
use crate::admission::Admission;
use crate::job::Job;

/// Fetches that are made together bring about so many deliveries at most.
const DELIVERIES: usize = 2_048;

/// A fetch to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetch {
    /// For which webhook, how many at most, and without which.
    pub(crate) take: Take,
    /// Its settings are not known yet.
    pub(crate) unknown: bool,
    /// Of its partition.
    pub(crate) epoch: Epoch,
}

impl Dispatch {
    /// Notes what the store holds of what is owned from now on.
    pub(crate) fn found(&mut self, waiting: &[(TargetNo, Timestamp)], now: Timestamp) {
        for (target, due) in waiting {
            let Some(queue) = self.queue(*target) else {
                continue;
            };
            if *due > now {
                queue.backlog.due(*due);
            } else {
                queue.backlog.woken();
            }
        }
    }

    /// A scan found that these have something that could be taken.
    pub(crate) fn found_waiting(&mut self, targets: &[TargetNo], now: Timestamp) {
        for target in targets {
            if let Some(queue) = self.queue(*target) {
                queue.backlog.woken();
                self.advance(*target, now);
            }
        }
    }

    /// Webhooks of which deliveries wait in memory: the first of those with a number above `after`, at most so
    /// many, in the order of numbers.
    pub(crate) fn holding(&self, after: TargetNo, limit: usize) -> Vec<TargetNo> {
        let holding = self.queues.iter().filter(|(_, queue)| queue.is_holding());
        let later = holding.map(|(target, _)| *target).filter(|no| *no > after);
        let mut later: Vec<_> = later.collect();
        later.sort_unstable();
        later.truncate(limit);
        later
    }

    /// A scan read a webhook whose deliveries wait in memory; `None`: it was deleted. A test event that it
    /// is owed is sent by the node that made it so.
    pub(crate) fn refreshed(
        &mut self,
        target: TargetNo,
        webhook: Option<Arc<Target>>,
        now: Timestamp,
    ) {
        match (webhook, self.queues.get_mut(&target)) {
            (Some(webhook), Some(queue)) => {
                queue.learn(&webhook);
                self.advance(target, now);
            }
            (None, _) => self.forget(target),
            (Some(_), None) => {}
        }
    }

    /// Everything that the store held at the start is noted: work begins. Answers with the webhooks to
    /// [`Dispatch::advance_all`].
    pub(crate) fn open(&mut self) -> Vec<TargetNo> {
        self.ownership.open();
        self.queues.keys().copied().collect()
    }

    /// Advances each of these.
    pub(crate) fn advance_all(&mut self, targets: &[TargetNo], now: Timestamp) {
        for target in targets {
            self.advance(*target, now);
        }
    }

    /// The next fetches, for this many webhooks at most; none: there are none, and the task that asks ends.
    pub(crate) fn next_fetches(&mut self, webhooks: usize, now: Timestamp) -> Vec<Fetch> {
        let (mut fetches, mut deliveries) = (Vec::new(), 0);
        while fetches.len() < webhooks
            && deliveries < DELIVERIES
            && let Some(fetch) = self.next_fetch(now)
        {
            deliveries += fetch.take.limit;
            fetches.push(fetch);
        }
        if fetches.is_empty() {
            self.takers -= 1;
        }
        fetches
    }

    fn next_fetch(&mut self, now: Timestamp) -> Option<Fetch> {
        while let Some(target) = self.fetch_queue.pop().filter(|_| !self.stopped) {
            let Some(queue) = self.queues.get_mut(&target) else {
                continue;
            };
            queue.in_fetch_queue = false;
            let admission = Admission::new(&self.held, queue.shop(), &self.limits);
            let batch = queue.target().and_then(|target| self.drivers.batch(target));
            if let Some(limit) = queue.take_size(now, &self.limits, admission, batch) {
                queue.backlog.take_begins();
                let in_hand = queue.unwritten.iter().copied().collect();
                return Some(Fetch {
                    take: Take {
                        target,
                        limit,
                        in_hand,
                    },
                    unknown: queue.target().is_none(),
                    epoch: queue.epoch(),
                });
            }
            self.advance(target, now);
        }
        None
    }

    /// The settings of a webhook of which only the number was known. False: there is nothing to fetch.
    pub(crate) fn introduced(
        &mut self,
        fetch: &Fetch,
        webhook: &Arc<Target>,
        now: Timestamp,
    ) -> bool {
        self.learn(webhook);
        let Some(queue) = self.queue_in(webhook.no, fetch.epoch) else {
            return false;
        };
        let active = queue.is_active();
        if !active {
            queue.backlog.take_ended(0, None, now);
            self.advance(webhook.no, now);
        }
        active
    }

    /// A fetch brought this.
    pub(crate) fn taken(&mut self, fetch: &Fetch, taken: Taken, now: Timestamp) {
        let target = fetch.take.target;
        let gives_back = self.stopped || self.ownership.is_draining(target);
        if self.ownership.epoch(target) != Some(fetch.epoch) {
            return self.taken_too_late(target, taken);
        }
        // Deleted while the fetch was under way: what it brought is cancelled.
        let Some(queue) = self.queues.get_mut(&target) else {
            return;
        };
        let deliveries = taken.deliveries.len();
        queue.backlog.take_ended(deliveries, taken.next_due, now);
        queue.took(fetch.take.limit, deliveries, now);
        for handed in taken.deliveries {
            let content = self.held.content(handed.target.shop, &handed.event);
            queue.push(Job::new(handed, content, now));
        }
        if gives_back {
            queue.give_all_back();
        }
        self.advance(target, now);
    }

    /// The target was lost while a fetch was under way. If it is this node's again, what was leased since
    /// then goes back; all else is free.
    fn taken_too_late(&mut self, target: TargetNo, taken: Taken) {
        let Some(epoch) = self.ownership.epoch(target) else {
            return;
        };
        let deliveries = taken.deliveries.into_iter();
        let ours = deliveries.filter(|handed| handed.lease.epoch == epoch);
        let deliveries: Vec<_> = ours.map(|handed| handed.returned()).collect();
        if !deliveries.is_empty() {
            self.effects.returns.push(Return {
                target,
                epoch,
                deliveries,
            });
            self.returning += 1;
            self.ownership.begun(target);
        }
    }

    /// A fetch failed: it is made again after a pause.
    pub(crate) fn not_taken(&mut self, fetch: &Fetch, now: Timestamp) {
        let again = now.plus(self.limits.store_pause);
        let target = fetch.take.target;
        if let Some(queue) = self.queue_in(target, fetch.epoch) {
            queue.backlog.take_failed(again, now);
            self.advance(target, now);
        }
    }

    /// There is no such webhook.
    pub(crate) fn unknown(&mut self, target: TargetNo) {
        self.forget(target);
    }

    /// Deliveries are back in the store.
    pub(crate) fn returned(&mut self, target: TargetNo, epoch: Epoch, now: Timestamp) {
        self.returning = self.returning.saturating_sub(1);
        self.effects.heartbeat |= self.ownership.ended(target, epoch);
        if let Some(queue) = self.queue_in(target, epoch) {
            queue.backlog.returned();
            self.advance(target, now);
        }
    }
}
