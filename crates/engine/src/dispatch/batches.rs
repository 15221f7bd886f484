//! What becomes of a batch: each of its deliveries ends as if it had gone alone, but for the target, whose host has
//! answered once.

use claimwire_model::verdict::Verdict;
use claimwire_model::{DeliveryId, Timestamp};

use super::Dispatch;
use crate::breaker::Reach;
use crate::job::Start;
use crate::run::{Batched, Member};

/// How a delivery of a batch ended.
pub(crate) struct Judged {
    pub(crate) delivery: DeliveryId,
    pub(crate) reach: Reach,
    pub(crate) error: Option<String>,
    pub(crate) verdict: Verdict,
}

impl Dispatch {
    /// A batch is over. What it has ended for is judged and kept for the record; the others wait again.
    pub(crate) fn ended_batch(
        &mut self,
        start: Start,
        batched: Batched,
        now: Timestamp,
        random: f64,
    ) -> Vec<Judged> {
        let Batched { members, reach, .. } = batched;
        let handed = &start.job.handed;
        let (target, epoch) = (handed.id.target, handed.lease.epoch);
        let mut verdicts = Vec::with_capacity(members.len());
        for (job, member) in start.jobs().zip(&members) {
            if let Member::Ended(ended) = member {
                verdicts.push(self.verdict(&start, &job.handed, &ended.ending, now, random));
            }
        }
        if let Some(queue) = self.queue_in(target, epoch) {
            if reach == Reach::Untried {
                queue.not_begun(start.at);
            }
            queue.ended(&start, reach, &verdicts, now);
        }
        let mut verdicts = verdicts.into_iter();
        let (mut judged, mut again) = (Vec::with_capacity(members.len()), Vec::new());
        let jobs = std::iter::once(start.job).chain(start.others);
        for (mut job, member) in jobs.zip(members) {
            match member {
                Member::Ended(ended) => {
                    let Some(verdict) = verdicts.next() else {
                        break;
                    };
                    judged.push(Judged {
                        delivery: job.handed.id,
                        reach: ended.reach,
                        error: ended.attempt.error.clone(),
                        verdict: verdict.clone(),
                    });
                    self.conclude(&job.handed, ended.attempt, verdict);
                    continue;
                }
                Member::Again(batch_limit) | Member::Apart { batch_limit, .. } => {
                    job.batch_limit = batch_limit;
                    again.push(job);
                }
                Member::Lost => {
                    if let Some(queue) = self.queue_in(target, epoch) {
                        queue.backlog.due(job.handed.expires);
                    }
                }
            }
            self.effects.heartbeat |= self.ownership.ended(target, epoch);
        }
        let gives_back = self.stopped || self.ownership.is_draining(target);
        if let Some(queue) = self.queue_in(target, epoch) {
            queue.rejoin(again, now);
            if gives_back {
                queue.give_all_back();
            }
        }
        self.advance(target, now);
        judged
    }
}
