//! Several deliveries in one call: where more wait than may begin in a second, and the vendor takes them so. Nothing is
//! held back to be sent in a batch.

use claimwire_model::{Target, Timestamp};
use claimwire_wire::driver::Batch;

use super::{TargetQueue, to_usize};
use crate::job::Job;

impl TargetQueue {
    /// The batch that the delivery at this place may begin, if there is to be one.
    pub(super) fn batch_of(
        &self,
        place: usize,
        target: &Target,
        batch: Option<Batch>,
    ) -> Option<Batch> {
        let batch = batch?;
        let rate = target.rate_limit?;
        let crowded = self.waiting.len() > to_usize(rate.per_second) && !self.breaker.is_open();
        let joins = self.waiting.get(place).is_some_and(|job| joins(job, batch));
        (crowded && joins).then_some(batch)
    }

    /// When the next batch may begin, unless that is now.
    pub(super) fn batch_waits(&self, now: Timestamp) -> Option<Timestamp> {
        self.next_batch.filter(|at| *at > now)
    }

    /// Takes what goes with this delivery out of those that wait, the earliest first: those that a lease covers until
    /// then, as many as the vendor takes.
    pub(super) fn join(
        &mut self,
        first: &Job,
        batch: Batch,
        covered: Timestamp,
        now: Timestamp,
    ) -> Vec<Job> {
        self.next_batch = Some(now.plus(batch.every));
        let mut most = batch.deliveries.min(first.batch_limit);
        let mut bytes = first.content.bytes;
        let mut others = Vec::new();
        let mut stay = std::collections::VecDeque::with_capacity(self.waiting.len());
        for job in self.waiting.drain(..) {
            let most_with = most.min(job.batch_limit);
            let fits = others.len() + 2 <= most_with && bytes + job.content.bytes <= batch.bytes;
            if fits && joins(&job, batch) && covered <= job.handed.expires {
                most = most_with;
                bytes += job.content.bytes;
                others.push(job);
            } else {
                stay.push_back(job);
            }
        }
        self.waiting = stay;
        others
    }

    /// Deliveries of a batch wait again, before all others.
    pub(crate) fn rejoin(&mut self, jobs: Vec<Job>, now: Timestamp) {
        if !self.is_active() || self.is_paused(now) || self.breaker.is_open() {
            for job in jobs {
                self.put_back(&job, now);
            }
            return;
        }
        for mut job in jobs.into_iter().rev() {
            job.queued_at = now;
            self.waiting.push_front(job);
        }
    }
}

/// Whether the delivery may be in a batch. One that someone ordered, or that goes on from something, is not.
fn joins(job: &Job, batch: Batch) -> bool {
    let handed = &job.handed;
    let untried = handed.attempts == 0 && !handed.in_doubt;
    let fresh = batch.again || untried || job.batch_limit < usize::MAX;
    job.batch_limit > 1 && job.lane.is_none() && !handed.manual && handed.state.is_none() && fresh
}
