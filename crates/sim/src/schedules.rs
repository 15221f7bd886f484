//! Where every delivery stands, by the contract alone: reckoned from the answers that receivers gave and
//! from what reached the store, not from what the engine decided.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::lease::Lease;
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, TargetNo};

use crate::case::Case;
use crate::history::Entry;
use crate::leases::{Leases, Passed};
use crate::trace::TraceEvent;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has not ended.
    Waiting,
    /// It was acknowledged.
    Delivered,
    /// It was given up.
    Failed,
    /// A replay may have armed it again.
    Unclear,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Whether it has ended.
    pub stage: Stage,
    /// Scheduled attempts on record that failed, since it was last armed and its webhook last became active,
    /// as far as the one who judged them knew.
    pub failures: u32,
    /// The activation of its webhook that they were judged in.
    pub activation: u32,
    /// No scheduled attempt before then, in true milliseconds.
    pub not_before: u64,
    /// The place of the entry that it came to be with.
    pub since: usize,
}

/// Where every delivery stands, as entries pass.
#[derive(Default)]
pub struct Schedules {
    leases: Leases,
    active: BTreeMap<TargetNo, bool>,
    of: BTreeMap<DeliveryId, Schedule>,
    recorded: BTreeSet<(DeliveryId, Lease)>,
}

impl Schedules {
    /// Where a delivery stands.
    #[must_use]
    pub fn get(&self, id: DeliveryId) -> Option<&Schedule> {
        self.of.get(&id)
    }

    /// Where all deliveries of a webhook stand.
    pub fn of_target(&self, target: TargetNo) -> impl Iterator<Item = (DeliveryId, &Schedule)> {
        self.of
            .iter()
            .filter(move |(id, _)| id.target == target)
            .map(|(id, schedule)| (*id, schedule))
    }

    /// All.
    pub fn all(&self) -> impl Iterator<Item = (DeliveryId, &Schedule)> {
        self.of.iter().map(|(id, schedule)| (*id, schedule))
    }

    /// An entry passes.
    pub fn passed(&mut self, case: &Case<'_>, place: usize, entry: &Entry) {
        let passed = self.leases.passed(&entry.event);
        match &entry.event {
            TraceEvent::Committed { event, matched, .. } => {
                for target in matched {
                    let id = DeliveryId {
                        event: event.no,
                        target: *target,
                    };
                    self.of.entry(id).or_insert(Schedule {
                        stage: Stage::Waiting,
                        failures: 0,
                        activation: 0,
                        not_before: 0,
                        since: place,
                    });
                }
            }
            TraceEvent::Kept(webhook) => {
                let active = webhook.status == TargetStatus::Active;
                if active && self.active.insert(webhook.no, active) == Some(false) {
                    for schedule in self.of_mut(webhook.no) {
                        schedule.not_before = 0;
                    }
                }
                self.active.insert(webhook.no, active);
            }
            TraceEvent::Replayed(target) => {
                for schedule in self.of_mut(*target) {
                    if matches!(schedule.stage, Stage::Delivered | Stage::Failed) {
                        schedule.stage = Stage::Unclear;
                        schedule.failures = 0;
                        schedule.not_before = 0;
                    }
                }
            }
            TraceEvent::Granted { handed, .. } if !handed.manual => {
                let armed = self.of.get_mut(&handed.id);
                if let Some(armed) = armed.filter(|schedule| schedule.stage == Stage::Unclear) {
                    armed.stage = Stage::Waiting;
                    armed.since = place;
                }
            }
            TraceEvent::Recorded { process, outcome } => {
                let sent = case.request_of(*process, outcome);
                if !self.recorded.insert((outcome.id, outcome.lease)) {
                    // The same again: its answer was lost.
                    return;
                }
                let Some(schedule) = self.of.get_mut(&outcome.id) else {
                    return;
                };
                let Some((sent, end)) = sent.and_then(|sent| Some((sent, sent.end?))) else {
                    schedule.stage = Stage::Failed;
                    return;
                };
                if case.acknowledged(sent, &end) {
                    schedule.stage = Stage::Delivered;
                } else if passed == Passed::UnderLease && !sent.is_manual() {
                    let activation = outcome.verdict.activation;
                    schedule.fail(case, outcome.id.target, &end, activation);
                }
            }
            _ => {}
        }
    }

    fn of_mut(&mut self, target: TargetNo) -> impl Iterator<Item = &mut Schedule> {
        self.of
            .iter_mut()
            .filter(move |(id, _)| id.target == target)
            .map(|(_, schedule)| schedule)
    }
}

impl Schedule {
    fn fail(&mut self, case: &Case<'_>, target: TargetNo, end: &crate::case::End, activation: u32) {
        let Some(webhook) = case.webhook(target) else {
            return;
        };
        if matches!(self.stage, Stage::Delivered | Stage::Failed) {
            return;
        }
        if activation != self.activation {
            self.activation = activation;
            self.failures = 0;
        }
        let delays = &webhook.retry.delays;
        let delay = usize::try_from(self.failures)
            .ok()
            .and_then(|place| delays.get(place));
        self.failures += 1;
        match delay {
            Some(delay) if end.status != Some(410) => {
                let least = delay.mul_f64(1.0 - webhook.retry.jitter).as_millis();
                let least = u64::try_from(least).unwrap_or(u64::MAX);
                self.not_before = (end.at + least).max(end.quiet_until.unwrap_or(0));
            }
            _ => self.stage = Stage::Failed,
        }
    }
}

/// Goes through a run: `look` sees each entry with everything as it stood before it.
pub fn walk(case: &Case<'_>, mut look: impl FnMut(usize, &Entry, &Schedules)) -> Schedules {
    let mut schedules = Schedules::default();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        look(place, entry, &schedules);
        schedules.passed(case, place, entry);
    }
    schedules
}
