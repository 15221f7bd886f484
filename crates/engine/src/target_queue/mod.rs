//! The queue in memory of one target: what waits in memory and in the store, what is under way, and when
//! to decide again. All decisions about one webhook are made here, and none blocks.
//!
//! Guarantees: never more than `max_in_flight` under way, never before a pause is over, never above the
//! rate limit, one at a time while the host looks dead, never after a lease has ended; and with `ordering`,
//! one at a time and in event order. The last rests on the store, which leases only runs that begin with
//! the earliest unfinished delivery; so deliveries of an ordered webhook are never admitted in memory but
//! always taken.
//!
//! A target queue exists only while it has a state. No queue means: active as far as is known, nothing
//! waits, nothing is under way.

mod batch;
mod incoming;
mod outgoing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use claimwire_model::health::Health;
use claimwire_model::lease::Epoch;
use claimwire_model::target::{Ordering, TargetStatus};
use claimwire_model::{EventNo, Lane, ShopNo, Target, Timestamp};
use claimwire_store::handed::Returned;

use crate::admission::{Admission, Held, Holdings};
use crate::backlog::Backlog;
use crate::breaker::Breaker;
use crate::job::Job;
use crate::pace::Window;
use crate::trouble;

use incoming::Ahead;

pub(crate) use outgoing::Decision;

/// One webhook with work.
#[derive(Default)]
pub(crate) struct TargetQueue {
    /// In which epoch of its partition it is this node's.
    epoch: Epoch,
    /// The newest settings seen; none until the first of its deliveries was seen.
    target: Option<Arc<Target>>,
    /// As recorded, plus what has ended since.
    health: Health,
    waiting: VecDeque<Job>,
    /// What was last accounted for in the sum over all webhooks.
    accounted: Held,
    promised: usize,
    /// In hand, or asked for by name, without a lease in the store: takes leave them out.
    pub(crate) unwritten: BTreeSet<EventNo>,
    in_flight: u32,
    busy: Vec<Lane>,
    paused_until: Option<Timestamp>,
    /// An attempt's verdict disabled the webhook at this version; the store confirms it later.
    disabled_version: Option<u64>,
    window: Window,
    breaker: Breaker,
    /// When the next batch may begin.
    next_batch: Option<Timestamp>,
    /// Of our own side.
    trouble: trouble::Pause,
    /// Ended attempts not yet recorded from which something follows for this webhook.
    unrecorded: u32,
    /// Taken out of memory unattempted, on the way back to the store.
    returned: Vec<Returned>,
    /// What waits in the store.
    pub(crate) backlog: Backlog,
    /// How much is fetched of it.
    ahead: Ahead,
    /// The webhook is in the fetch queue.
    pub(crate) in_fetch_queue: bool,
    /// The alarm that is set.
    pub(crate) alarm: Option<Timestamp>,
}

impl TargetQueue {
    /// Since when the delivery waits in memory that waits longest.
    pub(crate) fn waiting_since(&self) -> Option<Timestamp> {
        self.waiting.front().map(|job| job.queued_at)
    }

    /// Of a target that this node owns in this epoch.
    pub(crate) fn owned_in(epoch: Epoch) -> Self {
        Self {
            epoch,
            ..Self::default()
        }
    }

    /// In which epoch of its partition it is this node's.
    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The newest settings seen.
    pub(crate) fn target(&self) -> Option<&Arc<Target>> {
        self.target.as_ref()
    }

    /// How it has been doing, attempts not yet recorded included.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Learns the webhook's settings, unless newer ones are known. When it gets no requests any more, or
    /// another ordering, what waits in memory goes back.
    pub(crate) fn learn(&mut self, target: &Arc<Target>) {
        let known = self.target.as_ref();
        if known.is_some_and(|known| known.version >= target.version) {
            self.merge_health(&target.health);
            return;
        }
        let other_order = known.is_some_and(|known| known.ordering != target.ordering);
        let was_known = known.is_some();
        let was_active = self.is_active();
        self.target = Some(Arc::clone(target));
        let anew = target.health.activation > self.health.activation;
        if self.is_active() && (anew || !(was_known && was_active)) {
            self.health = target.health.clone();
            // One of ours may not be on record yet.
            self.paused_until = self.paused_until.max(target.health.paused_until);
        } else {
            self.merge_health(&target.health);
        }
        if !was_known {
            self.breaker.resume(&self.health);
        }
        if !was_active && self.is_active() {
            self.breaker.begin_slowly();
        }
        if other_order || !self.is_active() {
            self.give_all_back();
        }
    }

    /// Merges the webhook's health as the store has it: another node may know more.
    fn merge_health(&mut self, health: &Health) {
        if health.last_success_at > self.health.last_success_at {
            self.health = health.clone();
        }
        self.paused_until = self.paused_until.max(health.paused_until);
    }

    /// What piled up for it goes out with a growing window.
    pub(crate) fn begin_slowly(&mut self) {
        self.breaker.begin_slowly();
    }

    /// Whether its attempts are to be paced, since they fail again and again.
    pub(crate) fn is_pacing(&self) -> bool {
        self.breaker.is_pacing()
    }

    /// Its next attempt begins no sooner.
    pub(crate) fn pace(&mut self, until: Timestamp) {
        self.breaker.pace(until);
    }

    /// Its shop, once its settings are known.
    pub(crate) fn shop(&self) -> Option<ShopNo> {
        self.target.as_ref().map(|target| target.shop)
    }

    /// Whether it may get requests; a webhook not yet seen is taken to be active.
    pub(crate) fn is_active(&self) -> bool {
        self.target.as_ref().is_none_or(|target| {
            target.status == TargetStatus::Active
                && self
                    .disabled_version
                    .is_none_or(|version| target.version > version)
        })
    }

    /// Whether what waits in the store may wait for the record of what was taken before it.
    pub(crate) fn is_ordered(&self) -> bool {
        self.target
            .as_ref()
            .is_some_and(|target| target.ordering != Ordering::None)
    }

    fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| until > now)
    }

    /// Whether it has leased deliveries waiting in memory.
    pub(crate) fn is_holding(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many may be under way.
    fn slots(&self, admission: Admission) -> u32 {
        match &self.target {
            _ if admission.slots_full || admission.memory_full => 1,
            Some(target) if target.ordering == Ordering::Webhook => 1,
            Some(target) => target.max_in_flight.min(self.breaker.window()).max(1),
            None => 1,
        }
    }

    /// Brings the sum over all webhooks up to date.
    pub(crate) fn account(&mut self, sum: &mut Holdings) {
        let held = Held {
            in_flight: to_usize(self.in_flight),
            queued: self.waiting.len(),
        };
        let before = std::mem::replace(&mut self.accounted, held);
        if let Some(shop) = self.shop() {
            sum.exchange(shop, before, held);
        }
    }

    /// The webhook is gone: takes its share out of the sum.
    pub(crate) fn close(mut self, sum: &mut Holdings) {
        self.waiting.clear();
        self.in_flight = 0;
        self.account(sum);
    }

    /// When something is to be done that no other happening brings about.
    pub(crate) fn alarm_at(&self, decision: &Decision, now: Timestamp) -> Option<Timestamp> {
        let decided = if let Decision::WaitUntil(at) = decision {
            Some(*at)
        } else {
            None
        };
        let pause = self.paused_until.filter(|until| *until > now);
        let due = self.backlog.next_due().filter(|at| *at > now);
        let rest = self.window.over_at(now);
        if !self.is_active() {
            return rest;
        }
        [decided, pause, due, rest].into_iter().flatten().min()
    }

    /// Whether there is nothing to know any more.
    pub(crate) fn is_idle(&self, now: Timestamp) -> bool {
        let at_work = !self.waiting.is_empty()
            || self.promised > 0
            || self.in_flight > 0
            || self.unrecorded > 0
            || !self.unwritten.is_empty()
            || self.in_fetch_queue
            || self.backlog.is_moving();
        let expecting = self.is_active() && (!self.backlog.nothing() || self.is_paused(now));
        // Off and on again is no way around the rate limit.
        let rests = self.window.over_at(now).is_some();
        !at_work && !expecting && !rests
    }
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
