//! What becomes of attempts: the verdict when they end, and what follows once it is on record.
//!
//! The next of a lane starts when the one before it has ended, not when that is on record. Order is still
//! strict for the receiver: outcomes are recorded in the order in which the attempts ended, so after a
//! crash the earliest unrecorded one is sent again first. What was delivered in order before the crash is
//! delivered in order again.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::TargetNo;
use claimwire_model::Timestamp;
use claimwire_model::delivery::Attempt;
use claimwire_model::verdict::{Ending, Standing, Verdict, judge};
use claimwire_store::Handed;
use claimwire_store::queue::Outcome;

use super::Dispatch;
use crate::breaker::Reach;
use crate::job::Start;

/// What an instant is exact to.
const INSTANT: Duration = Duration::from_millis(1);

/// Instants are rounded down: without this, what is due later would be due a moment too early.
pub(crate) fn rounded_up(now: Timestamp) -> Timestamp {
    now.plus(INSTANT)
}

impl Dispatch {
    /// Whether the target of a run is still there, and this node's.
    pub(crate) fn has_target_of(&self, start: &Start) -> bool {
        self.queues.contains_key(&start.job.handed.id.target)
    }

    /// When a run that is under way may make its next call; none: now, and it counts towards the target's rate.
    pub(crate) fn next_call(&mut self, start: &Start, now: Timestamp) -> Option<Timestamp> {
        let rate = start.target.rate_limit?;
        let queue = self.queues.get_mut(&start.job.handed.id.target)?;
        queue.call(rate.per_second, now)
    }

    /// A run's first call is not made when it was to be: it does not count towards the rate yet.
    pub(crate) fn is_late(&mut self, start: &Start) {
        if let Some(queue) = self.queues.get_mut(&start.job.handed.id.target) {
            queue.not_begun(start.at);
        }
    }

    /// Whether a run that is late may still begin.
    pub(crate) fn may_begin_late(&self, start: &Start, now: Timestamp) -> bool {
        let queue = self.queues.get(&start.job.handed.id.target);
        queue.is_some_and(|queue| queue.may_begin_late(now))
    }

    /// An attempt has ended: judges it and keeps it for the record.
    pub(crate) fn ended(
        &mut self,
        start: &Start,
        ending: &Ending,
        reach: Reach,
        attempt: Attempt,
        now: Timestamp,
        random: f64,
    ) -> Verdict {
        let handed = &start.job.handed;
        let (target, epoch) = (handed.id.target, handed.lease.epoch);
        let verdict = self.verdict(start, handed, ending, now, random);
        if let Some(queue) = self.queue_in(target, epoch) {
            queue.ended(start, reach, std::slice::from_ref(&verdict), now);
        }
        self.conclude(handed, attempt, verdict.clone());
        self.advance(target, now);
        verdict
    }

    /// What follows from the end of an attempt at a delivery.
    pub(super) fn verdict(
        &mut self,
        start: &Start,
        handed: &Handed,
        ending: &Ending,
        now: Timestamp,
        random: f64,
    ) -> Verdict {
        let queue = self.queue_in(handed.id.target, handed.lease.epoch);
        let health = queue
            .as_ref()
            .map_or(&start.target.health, |queue| queue.health());
        // It may have become active anew since the delivery was handed out.
        let same_life = health.activation == handed.target.health.activation;
        let standing = Standing {
            failures: if same_life { handed.failures } else { 0 },
            manual: handed.manual,
        };
        let judged_at = rounded_up(now);
        judge(
            &start.target.retry,
            health,
            standing,
            ending,
            judged_at,
            random,
        )
    }

    pub(super) fn conclude(&mut self, handed: &Handed, attempt: Attempt, verdict: Verdict) {
        let outcome = Outcome {
            id: handed.id,
            lease: handed.lease,
            manual: handed.manual,
            attempt: Arc::new(attempt),
            verdict,
        };
        if let Some(queue) = self.queue_in(handed.id.target, handed.lease.epoch) {
            queue.kept(&outcome);
            self.effects.record_now |= queue.is_ordered();
        }
        self.outcomes.push(outcome);
        self.unrecorded += 1;
        self.effects.record = true;
    }

    /// An attempt vanished: its task was torn down, or cut off, before it ended.
    pub(crate) fn lost(&mut self, start: &Start, now: Timestamp) {
        let handed = &start.job.handed;
        let (target, epoch) = (handed.id.target, handed.lease.epoch);
        self.over(start);
        if let Some(queue) = self.queue_in(target, epoch) {
            queue.lost(start, now);
            self.advance(target, now);
        }
    }

    /// An attempt failed by trouble on our own side: it is as if it had not been made, and its target is
    /// left alone for a moment.
    pub(crate) fn not_made(&mut self, start: &Start, now: Timestamp) {
        let handed = &start.job.handed;
        let (target, epoch) = (handed.id.target, handed.lease.epoch);
        if let Some(queue) = self.queue_in(target, epoch) {
            queue.not_made(start, now);
            self.advance(target, now);
        }
        self.over(start);
    }

    /// Nothing of an attempt will be recorded.
    fn over(&mut self, start: &Start) {
        for job in start.jobs() {
            let handed = &job.handed;
            self.effects.heartbeat |= self.ownership.ended(handed.id.target, handed.lease.epoch);
        }
    }

    /// The next outcomes to record, in the order in which they came about. The room that they leave is kept for those to come,
    /// at most [`Limits::unrecorded`](crate::limits::Limits::unrecorded) of them.
    pub(crate) fn outcomes(&mut self) -> Arc<[Outcome]> {
        let group = self.outcomes.len().min(self.limits.record_group);
        self.outcomes.drain(..group).collect()
    }

    /// These are on record.
    pub(crate) fn recorded(&mut self, outcomes: &[Outcome], now: Timestamp) {
        self.unrecorded = self.unrecorded.saturating_sub(outcomes.len());
        for outcome in outcomes {
            let (target, epoch) = (outcome.id.target, outcome.lease.epoch);
            self.effects.heartbeat |= self.ownership.ended(target, epoch);
            if self
                .queue_in(target, epoch)
                .is_some_and(|queue| queue.recorded(outcome))
            {
                self.advance(target, now);
            }
        }
        if self.unrecorded < self.limits.unrecorded {
            let stalled: Vec<TargetNo> = self.stalled.drain().collect();
            self.advance_all(&stalled, now);
        }
    }
}
