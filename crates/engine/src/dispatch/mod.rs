//! All target queues, the bounds that they share, and what is to be done next. One lock guards it; nothing
//! here blocks or calls out: what is to be done outside is left in [`Effects`].
//!
//! No webhook can lock out another: the shared bounds leave each what it can start at once, and webhooks
//! that fetch from the store wait in one queue, for one bounded fetch each time.

mod batches;
mod fetches;
mod intake;
mod offers;
mod outcomes;
mod owning;

use std::collections::HashSet;
use std::sync::Arc;

use claimwire_model::lease::Epoch;
use claimwire_model::{DeliveryId, Target, TargetNo, Timestamp};
use claimwire_store::handed::Returned;
use claimwire_store::queue::Outcome;
use claimwire_wire::driver::Drivers;

use crate::admission::{Admission, Holdings};
use crate::alarms::Alarms;
use crate::fetch_queue::FetchQueue;
use crate::job::Start;
use crate::limits::Limits;
use crate::ownership::Ownership;
use crate::pace::ALL_PAST;
use crate::target_queue::{Decision, TargetQueue};
use claimwire_model::by_number::{ByNumber, Numbers};

pub(crate) use fetches::Fetch;
pub(crate) use outcomes::rounded_up;

/// What is to be done once the lock is let go.
#[derive(Default)]
pub(crate) struct Effects {
    /// Attempts to begin.
    pub(crate) starts: Vec<Start>,
    /// Deliveries to give back to the store.
    pub(crate) returns: Vec<Return>,
    /// Webhooks that are owed a test event.
    pub(crate) verifications: Vec<Arc<Target>>,
    /// So many more tasks are to fetch from the store.
    pub(crate) takers: usize,
    /// A task is to fetch what was offered.
    pub(crate) fetch_offered: bool,
    /// The earliest alarm is another.
    pub(crate) alarm: bool,
    /// There are outcomes to record.
    pub(crate) record: bool,
    /// Of one of them the record is waited for: no others are to be gathered first.
    pub(crate) record_now: bool,
    /// The store is to hear what this node owns before the next heartbeat is due.
    pub(crate) heartbeat: bool,
}

/// Deliveries of one target that go back to the store.
pub(crate) struct Return {
    pub(crate) target: TargetNo,
    /// Of the target's partition.
    pub(crate) epoch: Epoch,
    pub(crate) deliveries: Vec<Returned>,
}

/// All webhooks with work.
pub(crate) struct Dispatch {
    limits: Limits,
    drivers: Drivers,
    queues: ByNumber<TargetNo, TargetQueue>,
    /// Webhooks that wait for a fetch.
    fetch_queue: FetchQueue,
    /// Tasks that fetch.
    takers: usize,
    /// Promised room, and to be fetched by name.
    offered: Vec<DeliveryId>,
    /// A task fetches what was offered.
    fetches_offered: bool,
    alarms: Alarms,
    /// Ended attempts, in the order in which they ended.
    outcomes: Vec<Outcome>,
    /// Those waiting and those being recorded.
    unrecorded: usize,
    /// Webhooks that were left waiting because too much was unrecorded.
    stalled: Numbers<TargetNo>,
    /// Test events under way, by webhook and version.
    verifying: HashSet<(TargetNo, u64)>,
    /// Calls under way that give deliveries back.
    returning: usize,
    /// What all target queues hold.
    held: Holdings,
    /// What this node may work for.
    ownership: Ownership,
    stopped: bool,
    effects: Effects,
}

impl Dispatch {
    /// Knows nothing yet, and begins nothing until it is known what is owned and what waits there.
    pub(crate) fn new(limits: Limits, drivers: Drivers, now: Timestamp) -> Self {
        Self {
            limits,
            drivers,
            queues: ByNumber::default(),
            fetch_queue: FetchQueue::default(),
            takers: 0,
            offered: Vec::new(),
            fetches_offered: false,
            alarms: Alarms::default(),
            outcomes: Vec::new(),
            unrecorded: 0,
            stalled: Numbers::default(),
            verifying: HashSet::new(),
            returning: 0,
            held: Holdings::new(now.plus(ALL_PAST)),
            ownership: Ownership::default(),
            stopped: false,
            effects: Effects::default(),
        }
    }

    /// What is to be done now and was not yet returned.
    pub(crate) fn effects(&mut self) -> Effects {
        std::mem::take(&mut self.effects)
    }

    /// What all webhooks hold together.
    pub(crate) fn held(&self) -> &Holdings {
        &self.held
    }

    /// Since when the delivery waits in memory that waits longest.
    pub(crate) fn waiting_since(&self) -> Option<Timestamp> {
        self.queues
            .values()
            .filter_map(TargetQueue::waiting_since)
            .min()
    }

    /// Ended attempts that are not on record yet.
    pub(crate) fn unrecorded(&self) -> usize {
        self.unrecorded
    }

    /// When something is due that no other event triggers.
    pub(crate) fn next_alarm(&self) -> Option<Timestamp> {
        self.alarms.next()
    }

    /// Advances the webhooks whose alarm is due.
    pub(crate) fn fire_due(&mut self, now: Timestamp) {
        while let Some((target, at)) = self.alarms.pop(now) {
            let current = self
                .queues
                .get_mut(&target)
                .filter(|queue| queue.alarm == Some(at));
            if let Some(queue) = current {
                queue.alarm = None;
                self.advance(target, now);
            }
        }
    }

    /// Nothing begins any more; what waits in memory goes back.
    pub(crate) fn stop(&mut self, now: Timestamp) {
        self.stopped = true;
        self.ownership.drain();
        self.effects.heartbeat = true;
        self.fetch_queue.clear();
        let targets: Vec<TargetNo> = self.queues.keys().copied().collect();
        for target in targets {
            if let Some(queue) = self.queues.get_mut(&target) {
                queue.give_all_back();
            }
            self.advance(target, now);
        }
    }

    /// Whether [`Dispatch::stop`] was called.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether nothing is under way, neither attempts nor calls to the store.
    pub(crate) fn is_quiet(&self) -> bool {
        let quiet = self.held.total().in_flight == 0 && self.unrecorded == 0 && self.returning == 0;
        quiet && self.ownership.has_left()
    }

    /// The queue of a target that this node owns; none: it does not.
    fn queue(&mut self, target: TargetNo) -> Option<&mut TargetQueue> {
        let epoch = self.ownership.epoch(target)?;
        let queue = self.queues.entry(target);
        Some(queue.or_insert_with(|| TargetQueue::owned_in(epoch)))
    }

    /// The queue of a target, unless it was lost since this epoch.
    fn queue_in(&mut self, target: TargetNo, epoch: Epoch) -> Option<&mut TargetQueue> {
        let queue = self.queues.get_mut(&target);
        queue.filter(|queue| queue.epoch() == epoch)
    }

    /// Begins what may begin for a webhook, and notes what it needs in the effects. To be called after
    /// every change of its state.
    fn advance(&mut self, target: TargetNo, now: Timestamp) {
        let Self {
            limits,
            drivers,
            queues,
            fetch_queue,
            takers,
            alarms,
            held,
            ownership,
            effects,
            ..
        } = self;
        let Some(queue) = queues.get_mut(&target) else {
            return;
        };
        let halted = self.unrecorded >= limits.unrecorded;
        let may_begin = !self.stopped && ownership.may_begin(target);
        let decision = loop {
            let decision = if halted || !may_begin {
                Decision::Wait
            } else {
                let mut admission = Admission::new(held, queue.shop(), limits);
                if let Some(until) = ownership.fresh_until(target) {
                    admission.fresh_until = until;
                }
                let batch = queue.target().and_then(|target| drivers.batch(target));
                queue.decide(now, limits, admission, batch)
            };
            queue.account(held);
            match decision {
                Decision::Start(mut start) => {
                    if queue.is_pacing() {
                        queue.pace(held.next_paced(start.target.shop, now));
                    }
                    start.fence = ownership.fence(target);
                    for _ in start.jobs() {
                        ownership.begun(target);
                    }
                    effects.starts.push(start);
                }
                decision => break decision,
            }
        };
        if halted {
            self.stalled.insert(target);
        }
        if let Some(deliveries) = queue.take_returned() {
            effects.returns.push(Return {
                target,
                epoch: queue.epoch(),
                deliveries,
            });
            self.returning += 1;
            ownership.begun(target);
        }
        if !may_begin {
            return;
        }
        let admission = Admission::new(held, queue.shop(), limits);
        if !queue.in_fetch_queue && queue.take_size(now, limits, admission, None).is_some() {
            queue.in_fetch_queue = true;
            fetch_queue.push(queue.shop(), target);
            if *takers < limits.takes_at_once {
                *takers += 1;
                effects.takers += 1;
            }
        }
        let alarm = queue.alarm_at(&decision, now);
        if let Some(at) = alarm.filter(|at| queue.alarm.is_none_or(|set| set > *at)) {
            queue.alarm = Some(at);
            effects.alarm |= alarms.set(target, at);
        }
        if queue.is_idle(now) {
            queues.remove(&target);
        }
    }
}
