//! Deliveries that come in: in memory from commits, and from the store by takes.

use std::time::Duration;

use claimwire_model::target::Ordering;
use claimwire_model::{EventNo, Lane, Target, Timestamp};
use claimwire_wire::driver::Batch;

use super::{TargetQueue, to_usize};
use crate::admission::Admission;
use crate::job::Job;
use crate::limits::Limits;

/// A webhook whose oldest waiting delivery has waited this long gets no more in memory: it is slow, and
/// what waits for it waits in the store.
const SLOW_AFTER: Duration = Duration::from_secs(2);
/// One whose oldest has waited for less is quick, and may have more in memory: what goes through the store takes more.
const QUICK_WITHIN: Duration = Duration::from_millis(500);
/// A rate-limited webhook has no more waiting than it may be sent in this time.
const QUEUE_SECONDS: u32 = 10;
/// Fetched ahead for a webhook with few slots, so that not every delivery is a call to the store.
const AHEAD_AT_LEAST: usize = 64;
/// And for one that gets through it quickly.
const AHEAD_AT_MOST: usize = 512;
/// Takes that follow one another within this bring more and more.
const QUICK_TAKES: Duration = Duration::from_millis(100);

/// How many deliveries takes fetch ahead of what may be under way: about what a webhook got through lately in
/// [`QUICK_TAKES`].
#[derive(Default)]
pub(super) struct Ahead {
    deliveries: usize,
    /// When a take last brought as many as it was to; none: the last one did not.
    full_at: Option<Timestamp>,
}

impl Ahead {
    fn deliveries(&self) -> usize {
        self.deliveries.max(AHEAD_AT_LEAST)
    }

    /// A take has ended; `full`: it brought as many as it was to.
    fn took(&mut self, full: bool, now: Timestamp) {
        let quick = |at: Timestamp| now < at.plus(QUICK_TAKES);
        self.deliveries = match full {
            true if self.full_at.is_some_and(quick) => (2 * self.deliveries()).min(AHEAD_AT_MOST),
            true => self.deliveries() / 2,
            false => 0,
        };
        self.full_at = full.then_some(now);
    }
}

impl TargetQueue {
    /// Whether a new delivery may come in memory past the store. A yes is a promise, to be followed by
    /// [`TargetQueue::push`] or [`TargetQueue::withdraw`]; after a no all new ones go through the store, until a
    /// take that began after the wake-up of the refused one has found nothing more.
    pub(crate) fn admit(
        &mut self,
        target: &Target,
        now: Timestamp,
        limits: &Limits,
        admission: Admission,
    ) -> bool {
        let quick = limits.queued_per_quick_webhook;
        let admitted = self.may_come(target.ordering, now, limits, admission, quick);
        if admitted {
            self.promised += 1;
        } else {
            self.backlog.refused();
        }
        admitted
    }

    /// Whether there is room for one more, and it would overtake none. `quick`: how many may wait if it is quick.
    fn may_come(
        &self,
        ordering: Ordering,
        now: Timestamp,
        limits: &Limits,
        admission: Admission,
        quick: usize,
    ) -> bool {
        let waiting = self.waiting.len() + self.promised;
        let has_room = if admission.memory_full {
            waiting == 0 && self.in_flight < self.slots(admission)
        } else {
            let waits_for_less = |time| {
                let front = self.waiting.front();
                front.is_none_or(|job| job.queued_at.plus(time) > now)
            };
            let most = if waits_for_less(QUICK_WITHIN) {
                quick
            } else {
                limits.queued_per_webhook
            };
            waiting < self.room(most) && waits_for_less(SLOW_AFTER)
        };
        ordering == Ordering::None
            && self.is_active()
            && !self.breaker.is_open()
            && self.backlog.caught_up(now)
            && !self.is_paused(now)
            && has_room
    }

    /// As [`TargetQueue::admit`], for one that another node committed and that is to be fetched by name: it has been in
    /// the store all along, so that a no means no more than that a take is to bring it. Each take leaves out those that
    /// came so, by name: there are not many.
    pub(crate) fn admit_offered(
        &mut self,
        event: EventNo,
        now: Timestamp,
        limits: &Limits,
        admission: Admission,
    ) -> bool {
        let ordering = self.target.as_ref().map_or(Ordering::None, |t| t.ordering);
        let quick = limits.queued_per_webhook;
        let admitted = self.may_come(ordering, now, limits, admission, quick);
        let admitted = admitted && self.unwritten.insert(event);
        self.promised += usize::from(admitted);
        admitted
    }

    /// What was asked for by name did not come.
    pub(crate) fn withdraw_offered(&mut self, event: EventNo) {
        self.unwritten.remove(&event);
        self.withdraw(1);
    }

    /// So many promises are void.
    pub(crate) fn withdraw(&mut self, promises: usize) {
        self.promised = self.promised.saturating_sub(promises);
    }

    /// A delivery waits in memory from now on.
    pub(crate) fn push(&mut self, mut job: Job) {
        self.learn(&job.handed.target);
        if self.is_active() {
            let target = self.target.as_ref().unwrap_or(&job.handed.target);
            job.lane = Lane::of(target.ordering, &job.handed.event);
            self.waiting.push_back(job);
        } else {
            self.returned.push(job.handed.returned());
        }
    }

    /// How many deliveries to take from the store now; `None`: no take.
    pub(crate) fn take_size(
        &self,
        now: Timestamp,
        limits: &Limits,
        admission: Admission,
        batch: Option<Batch>,
    ) -> Option<usize> {
        if !self.is_active() || self.is_paused(now) || !self.backlog.wants_take(now) {
            return None;
        }
        if self.breaker.is_open() {
            let probe = self.breaker.closed_until(now).is_none();
            return (probe && self.in_flight == 0 && self.waiting.is_empty()).then_some(1);
        }
        let Some(target) = &self.target else {
            return Some(AHEAD_AT_LEAST);
        };
        let free = to_usize(self.slots(admission).saturating_sub(self.in_flight));
        if admission.memory_full {
            return (free > 0 && self.waiting.is_empty()).then_some(free);
        }
        let ahead = to_usize(target.max_in_flight)
            .saturating_mul(2)
            .max(self.ahead.deliveries())
            .min(self.room(limits.queued_per_webhook));
        let in_batches = batch.map_or(0, |batch| batch.deliveries.saturating_mul(2));
        let ahead = ahead.max(in_batches.min(limits.queued_per_webhook));
        (self.waiting.len() <= ahead / 2).then(|| (free + ahead).saturating_sub(self.waiting.len()))
    }

    /// A take of at most so many has brought this many.
    pub(crate) fn took(&mut self, limit: usize, deliveries: usize, now: Timestamp) {
        self.ahead.took(deliveries >= limit, now);
    }

    /// How many may wait in memory, at most so many.
    fn room(&self, most: usize) -> usize {
        let paced = self.target.as_ref().and_then(|target| target.rate_limit);
        let paced = paced.map_or(usize::MAX, |rate| {
            to_usize(rate.per_second.saturating_mul(QUEUE_SECONDS))
        });
        most.min(paced).max(1)
    }
}
