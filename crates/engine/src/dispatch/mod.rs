//! All webhooks with work, the bounds that they share, and what is to be done next. One lock guards it;
//! nothing here waits or calls out: what is to be done outside is left in [`Errands`].
//!
//! No webhook can lock out another: the shared bounds leave each what it can start at once, and webhooks
//! that fetch from the store stand in one line, for one bounded fetch each time.

mod ends;
mod fetches;
mod told;

use std::collections::HashSet;
use std::sync::Arc;

use claimwire_model::{DeliveryId, TargetNo, Timestamp, Webhook};
use claimwire_store::queue::Outcome;

use crate::alarms::Alarms;
use crate::by_number::{ByNumber, Targets};
use crate::house::{Held, Holdings, House};
use crate::job::Start;
use crate::keeper::{Keeper, Turn};
use crate::limits::Limits;
use crate::line::Line;
use crate::pace::ALL_PAST;

pub(crate) use fetches::Fetch;

/// What is to be done once the lock is let go.
#[derive(Default)]
pub(crate) struct Errands {
    /// Attempts to begin.
    pub(crate) starts: Vec<Start>,
    /// Deliveries to give back to the store.
    pub(crate) returns: Vec<(TargetNo, Vec<(DeliveryId, Timestamp)>)>,
    /// Webhooks that are owed a test event.
    pub(crate) verifications: Vec<Arc<Webhook>>,
    /// So many more tasks are to fetch from the store.
    pub(crate) takers: usize,
    /// The earliest alarm is another.
    pub(crate) alarm: bool,
    /// There are outcomes to record.
    pub(crate) record: bool,
}

/// All webhooks with work.
pub(crate) struct Dispatch {
    limits: Limits,
    keepers: ByNumber<TargetNo, Keeper>,
    /// Webhooks that stand in line for a fetch.
    line: Line,
    /// Tasks that fetch.
    takers: usize,
    alarms: Alarms,
    /// Ended attempts, in the order in which they ended.
    outcomes: Vec<Outcome>,
    /// Those waiting and those being recorded.
    unrecorded: usize,
    /// Webhooks that were left waiting because too much was unrecorded.
    stalled: Targets,
    /// Test events under way, by webhook and version.
    verifying: HashSet<(TargetNo, u64)>,
    /// Calls under way that give deliveries back.
    returning: usize,
    /// What all keepers hold.
    held: Holdings,
    /// What the store held at the start is known.
    open: bool,
    stopped: bool,
    errands: Errands,
}

impl Dispatch {
    /// Knows nothing yet, and begins nothing until [`Dispatch::open`].
    pub(crate) fn new(limits: Limits, now: Timestamp) -> Self {
        Self {
            limits,
            keepers: ByNumber::default(),
            line: Line::default(),
            takers: 0,
            alarms: Alarms::default(),
            outcomes: Vec::new(),
            unrecorded: 0,
            stalled: Targets::default(),
            verifying: HashSet::new(),
            returning: 0,
            held: Holdings::new(now.plus(ALL_PAST)),
            open: false,
            stopped: false,
            errands: Errands::default(),
        }
    }

    /// What is to be done now that was not yet told.
    pub(crate) fn errands(&mut self) -> Errands {
        std::mem::take(&mut self.errands)
    }

    /// What all webhooks hold together.
    pub(crate) fn held(&self) -> Held {
        self.held.total()
    }

    /// Ended attempts that are not on record yet.
    pub(crate) fn unrecorded(&self) -> usize {
        self.unrecorded
    }

    /// When something is due that no other happening brings about.
    pub(crate) fn next_alarm(&self) -> Option<Timestamp> {
        self.alarms.next()
    }

    /// Looks at the webhooks whose time has come.
    pub(crate) fn ring(&mut self, now: Timestamp) {
        while let Some((target, at)) = self.alarms.pop(now) {
            let current = self
                .keepers
                .get_mut(&target)
                .filter(|keeper| keeper.alarm == Some(at));
            if let Some(keeper) = current {
                keeper.alarm = None;
                self.look_at(target, now);
            }
        }
    }

    /// Nothing begins any more; what waits in memory goes back.
    pub(crate) fn stop(&mut self, now: Timestamp) {
        self.stopped = true;
        self.line.clear();
        let targets: Vec<TargetNo> = self.keepers.keys().copied().collect();
        for target in targets {
            if let Some(keeper) = self.keepers.get_mut(&target) {
                keeper.give_all_back();
            }
            self.look_at(target, now);
        }
    }

    /// Whether [`Dispatch::stop`] was called.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether nothing is under way, neither attempts nor calls to the store.
    pub(crate) fn is_quiet(&self) -> bool {
        self.held.total().in_flight == 0 && self.unrecorded == 0 && self.returning == 0
    }

    /// Begins what may begin for a webhook, and leaves word for what it needs. To be called after
    /// everything that happens to it.
    fn look_at(&mut self, target: TargetNo, now: Timestamp) {
        let Self {
            limits,
            keepers,
            line,
            takers,
            alarms,
            held,
            errands,
            ..
        } = self;
        let Some(keeper) = keepers.get_mut(&target) else {
            return;
        };
        let halted = self.unrecorded >= limits.unrecorded;
        let turn = loop {
            let turn = if halted || self.stopped || !self.open {
                Turn::Rest
            } else {
                keeper.turn(now, limits, House::new(held, keeper.shop(), limits))
            };
            keeper.account(held);
            match turn {
                Turn::Start(start) => errands.starts.push(start),
                turn => break turn,
            }
        };
        if halted {
            self.stalled.insert(target);
        }
        if let Some(returned) = keeper.take_returned() {
            errands.returns.push((target, returned));
            self.returning += 1;
        }
        if self.stopped || !self.open {
            return;
        }
        if !keeper.in_line
            && keeper
                .take_size(now, limits, House::new(held, keeper.shop(), limits))
                .is_some()
        {
            keeper.in_line = true;
            line.join(keeper.shop(), target);
            if *takers < limits.takes_at_once {
                *takers += 1;
                errands.takers += 1;
            }
        }
        let alarm = keeper.alarm_at(&turn, now);
        if let Some(at) = alarm.filter(|at| keeper.alarm.is_none_or(|set| set > *at)) {
            keeper.alarm = Some(at);
            errands.alarm |= alarms.set(target, at);
        }
        if keeper.is_idle(now) {
            keepers.remove(&target);
        }
    }
}
