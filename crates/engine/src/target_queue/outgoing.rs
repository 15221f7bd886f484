//! Deliveries that go out: attempts, and those that go back to the store without one.

use std::time::Duration;

use claimwire_model::lease::Lease;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, Lane, Timestamp};
use claimwire_store::handed::Returned;
use claimwire_store::queue::Outcome;
use claimwire_wire::driver::Batch;

use super::TargetQueue;
use crate::admission::Admission;
use crate::breaker::Reach;
use crate::job::{Job, Start};
use crate::limits::Limits;

/// What to do next for a webhook.
pub(crate) enum Decision {
    /// Begin this attempt.
    Start(Start),
    /// Nothing before then.
    WaitUntil(Timestamp),
    /// Nothing until something happens.
    Wait,
}

impl TargetQueue {
    /// What to do now. Deliveries whose lease does not cover an attempt any more go back on the way.
    pub(crate) fn decide(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        admission: Admission,
        batch: Option<Batch>,
    ) -> Decision {
        let Some(target) = self.target.clone().filter(|_| self.is_active()) else {
            return Decision::Wait;
        };
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Decision::WaitUntil(until);
        }
        let timeout = Duration::from_secs(u64::from(target.timeout_seconds));
        let covered = now.plus(timeout + limits.lease_margin);
        while self.in_flight < self.slots(admission) {
            if let Some(at) = self.breaker.closed_until(now) {
                return Decision::WaitUntil(at);
            }
            let Some(place) = self
                .waiting
                .iter()
                .position(|job| job.lane.is_none_or(|lane| !self.busy.contains(&lane)))
            else {
                return Decision::Wait;
            };
            let paced = target.rate_limit.and_then(|rate| {
                let fresh = Some(admission.fresh_until).filter(|until| *until > now);
                fresh.or_else(|| self.window.free_at(rate.per_second, now))
            });
            let batch = self.batch_of(place, &target, batch);
            let paced = paced.or_else(|| self.batch_waits(now).filter(|_| batch.is_some()));
            if let Some(at) = paced {
                return Decision::WaitUntil(at);
            }
            let Some(job) = self.waiting.remove(place) else {
                return Decision::Wait;
            };
            if covered > job.handed.expires {
                // Those behind it in its lane must not overtake it.
                let lane = job.lane;
                self.put_back(&job, now);
                if lane.is_some() {
                    self.give_back(|job| job.lane == lane);
                }
                continue;
            }
            self.in_flight += 1;
            self.busy.extend(job.lane);
            if target.rate_limit.is_some() {
                self.window.started(now);
            }
            let others = batch.map_or_else(Vec::new, |batch| self.join(&job, batch, covered, now));
            return Decision::Start(Start {
                job,
                others,
                target,
                at: now,
                fence: None,
            });
        }
        Decision::Wait
    }

    /// One more call of a run that is under way, at most so many in a second with all others: when it may be made.
    /// None: now, and it counts.
    pub(crate) fn call(&mut self, per_second: u32, now: Timestamp) -> Option<Timestamp> {
        let wait = self.window.free_at(per_second, now);
        if wait.is_none() {
            self.window.started(now);
        }
        wait
    }

    /// What was to begin then did not, and does not count towards the rate.
    pub(crate) fn not_begun(&mut self, started: Timestamp) {
        self.window.take_back(started);
    }

    /// Whether what did not begin at its time may now, but for the rate.
    pub(crate) fn may_begin_late(&self, now: Timestamp) -> bool {
        self.is_active() && !self.is_paused(now)
    }

    pub(super) fn put_back(&mut self, job: &Job, now: Timestamp) {
        if job.handed.expires > now {
            self.returned.push(job.handed.returned());
        } else {
            // No longer ours to give back.
            self.let_go(job.handed.id, job.handed.lease);
            self.backlog.woken();
        }
    }

    /// An attempt is over: its slot is free and what follows from the verdicts, one for each delivery that it ended
    /// for, holds for the webhook. Its host has answered once, or not.
    pub(crate) fn ended(
        &mut self,
        start: &Start,
        reach: Reach,
        verdicts: &[Verdict],
        now: Timestamp,
    ) {
        self.free(start, now);
        if reach != Reach::Untried {
            self.trouble.over();
        }
        if !verdicts.is_empty() {
            let mut nexts = verdicts.iter().map(|verdict| verdict.next);
            self.breaker
                .ended(nexts.any(|next| next == Next::Delivered));
        }
        let turned = match reach {
            Reach::Untried => false,
            Reach::NoHost => self.breaker.found_dead(now),
            Reach::Host | Reach::Answered => self.breaker.answered(start.target.max_in_flight),
        };
        let webhook = start.target.uuid;
        match (turned, self.breaker.is_open()) {
            (true, true) => {
                tracing::info!(%webhook, "the webhook's host does not answer: from now on it is probed")
            }
            (true, false) => tracing::info!(%webhook, "the webhook's host answers again"),
            (false, _) => {}
        }
        for verdict in verdicts {
            self.heed(start, verdict, now);
        }
        if self.is_paused(now) || !self.is_active() || self.breaker.is_open() {
            self.give_all_back();
        } else if verdicts
            .iter()
            .any(|verdict| matches!(verdict.next, Next::RetryAt(_)))
        {
            self.block(start.job.lane);
        }
    }

    /// What follows from a verdict for the webhook holds.
    fn heed(&mut self, start: &Start, verdict: &Verdict, now: Timestamp) {
        let active = self.is_active();
        verdict.affect(&mut self.health, active, now, now);
        if verdict.disable.is_some() {
            self.disabled_version = self.disabled_version.max(Some(start.target.version));
        }
        self.paused_until = self.paused_until.max(verdict.pause_until);
        if verdict.pause_until.is_some() {
            self.breaker.begin_slowly();
        }
    }

    /// An attempt failed by trouble on our own side: it goes back as it was taken, and nothing begins for a
    /// moment.
    pub(crate) fn not_made(&mut self, start: &Start, now: Timestamp) {
        self.free(start, now);
        let until = self.trouble.failed(start.at, now);
        self.paused_until = self.paused_until.max(Some(until));
        self.breaker.begin_slowly();
        for job in start.jobs() {
            self.put_back(job, now);
        }
        self.give_all_back();
    }

    /// An ended attempt is kept for the record.
    pub(crate) fn kept(&mut self, outcome: &Outcome) {
        self.unrecorded += u32::from(has_aftermath(outcome));
    }

    /// An attempt vanished without an end: its delivery comes back when its lease is over.
    pub(crate) fn lost(&mut self, start: &Start, now: Timestamp) {
        self.free(start, now);
        self.block(start.job.lane);
        for job in start.jobs() {
            self.let_go(job.handed.id, job.handed.lease);
            self.backlog.due(job.handed.expires);
        }
    }

    /// The slot and the lane of an attempt are free again.
    pub(crate) fn free(&mut self, start: &Start, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(place) = self
            .busy
            .iter()
            .position(|lane| Some(*lane) == start.job.lane)
        {
            self.busy.swap_remove(place);
        }
        self.window.ended(start.at, now);
    }

    /// What waits behind a delivery that is to be tried again waits in the store.
    fn block(&mut self, lane: Option<Lane>) {
        if lane.is_some() {
            self.give_back(|job| job.lane == lane);
        }
    }

    /// An attempt's end is on record, and with it what follows. False: nothing does.
    pub(crate) fn recorded(&mut self, outcome: &Outcome) -> bool {
        self.let_go(outcome.id, outcome.lease);
        let aftermath = has_aftermath(outcome);
        self.unrecorded = self.unrecorded.saturating_sub(u32::from(aftermath));
        if let Next::RetryAt(at) = outcome.verdict.next {
            self.backlog.due(at);
        }
        if outcome.verdict.disable.is_some() {
            // The store has confirmed it by now; or it has not done it, because the outcome came too late.
            self.disabled_version = None;
            self.backlog.woken();
        }
        // A manual attempt took the delivery away from its schedule, which only the store knows; and of
        // an ordered webhook the end of one may set free the next.
        let fetch = outcome.manual || (self.is_ordered() && self.backlog.may_bring());
        if fetch {
            self.backlog.woken();
        }
        aftermath || fetch
    }

    fn give_back(&mut self, which: impl Fn(&Job) -> bool) {
        let Self {
            waiting, returned, ..
        } = self;
        waiting.retain(|job| {
            let back = which(job);
            if back {
                returned.push(job.handed.returned());
            }
            !back
        });
    }

    /// What has to go back to the store, if anything.
    pub(crate) fn take_returned(&mut self) -> Option<Vec<Returned>> {
        if self.returned.is_empty() {
            return None;
        }
        self.backlog.returning();
        let returned = std::mem::take(&mut self.returned);
        for one in &returned {
            self.let_go(one.id, one.lease);
        }
        Some(returned)
    }

    /// A delivery is in hand no longer: a take may bring it.
    fn let_go(&mut self, id: DeliveryId, lease: Lease) {
        if lease.is_unwritten() {
            self.unwritten.remove(&id.event);
        }
    }

    /// Empties the queue.
    pub(crate) fn give_all_back(&mut self) {
        self.give_back(|_| true);
    }
}

/// Whether the record of an attempt changes what the webhook may do next.
fn has_aftermath(outcome: &Outcome) -> bool {
    let verdict = &outcome.verdict;
    outcome.manual
        || matches!(verdict.next, Next::RetryAt(_))
        || verdict.disable.is_some()
        || verdict.pause_until.is_some()
}
