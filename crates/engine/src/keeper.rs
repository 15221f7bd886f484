//! What the engine knows of one webhook that has work: what waits in memory and in the store, what is
//! under way, and when to look again. All decisions about one webhook are here, and none waits.
//!
//! Guarantees: never more than `max_in_flight` under way, never before a pause is over, never above the
//! rate limit, never after a lease has ended; and with `ordering`, one at a time and in event order. The
//! last rests on the store, which takes only runs that begin with the earliest unfinished delivery; so
//! deliveries of an ordered webhook are never admitted in memory but always taken.
//!
//! A keeper exists only while there is something to know. No keeper means: active as far as we know,
//! nothing waits, nothing under way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::health::Health;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::{Ordering, WebhookStatus};
use claimwire_model::{DeliveryId, Timestamp, Webhook};
use claimwire_store::queue::Outcome;

use crate::job::{Job, Start};
use crate::lane::Lane;
use crate::limits::Limits;
use crate::pace::Window;
use crate::waits::Waits;

/// A webhook whose oldest waiting delivery has waited this long gets no more in memory: it is slow, and
/// what waits for it waits in the store.
const SLOW_AFTER: Duration = Duration::from_secs(2);
/// A rate-limited webhook has no more waiting than it may be sent in this time.
const QUEUE_SECONDS: u32 = 10;
/// Fetched ahead for a webhook with few slots, so that not every delivery is a call to the store.
const AHEAD_AT_LEAST: usize = 64;

/// What one webhook, or all of them, hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Attempts under way.
    pub(crate) in_flight: usize,
    /// Deliveries waiting in memory.
    pub(crate) queued: usize,
    /// What their events take.
    pub(crate) bytes: usize,
}

/// How full the engine is as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct House {
    /// `Limits::queued_bytes` is reached.
    memory_full: bool,
    /// `Limits::in_flight` is reached.
    crowded: bool,
}

impl House {
    /// By what all webhooks hold.
    pub(crate) fn new(held: &Held, limits: &Limits) -> Self {
        Self {
            memory_full: held.bytes >= limits.queued_bytes,
            crowded: held.in_flight >= limits.in_flight,
        }
    }
}

/// What to do next for a webhook.
pub(crate) enum Turn {
    /// Begin this attempt.
    Start(Start),
    /// Nothing before then.
    At(Timestamp),
    /// Nothing until something happens.
    Rest,
}

/// One webhook with work.
#[derive(Default)]
pub(crate) struct Keeper {
    /// The newest settings seen; none until the first of its deliveries was seen.
    webhook: Option<Arc<Webhook>>,
    /// As recorded, plus what has ended since.
    health: Health,
    queue: VecDeque<Job>,
    /// What the events in the queue take.
    bytes: usize,
    /// What was last accounted for in the sum over all webhooks.
    accounted: Held,
    promised: usize,
    in_flight: u32,
    busy: Vec<Lane>,
    paused_until: Option<Timestamp>,
    /// An attempt's verdict disabled the webhook at this version; the store will say so.
    shut: Option<u64>,
    window: Window,
    /// Ended attempts not yet recorded from which something follows for this webhook.
    unrecorded: u32,
    /// Taken out of memory unattempted, on the way back to the store.
    returned: Vec<DeliveryId>,
    /// What waits in the store.
    pub(crate) waits: Waits,
    /// Stands in line for a take.
    pub(crate) in_line: bool,
    /// The alarm that is set.
    pub(crate) alarm: Option<Timestamp>,
}

impl Keeper {
    /// The newest settings seen.
    pub(crate) fn webhook(&self) -> Option<&Arc<Webhook>> {
        self.webhook.as_ref()
    }

    /// How it has been doing, attempts not yet recorded included.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Learns the webhook's settings, unless newer ones are known. When it gets no requests any more, or
    /// another ordering, what waits in memory goes back.
    pub(crate) fn learn(&mut self, webhook: &Arc<Webhook>) {
        let known = self.webhook.as_ref();
        if known.is_some_and(|known| known.version >= webhook.version) {
            return;
        }
        if known.is_none() {
            self.health = webhook.health.clone();
        }
        let other_order = known.is_some_and(|known| known.ordering != webhook.ordering);
        self.paused_until = self.paused_until.max(webhook.health.paused_until);
        self.webhook = Some(Arc::clone(webhook));
        if other_order || !self.is_active() {
            self.give_back(|_| true);
        }
    }

    /// Whether it may get requests; a webhook not yet seen is taken to be active.
    pub(crate) fn is_active(&self) -> bool {
        self.webhook.as_ref().is_none_or(|webhook| {
            webhook.status == WebhookStatus::Active
                && self.shut.is_none_or(|shut| webhook.version > shut)
        })
    }

    fn is_ordered(&self) -> bool {
        self.webhook
            .as_ref()
            .is_some_and(|webhook| webhook.ordering != Ordering::None)
    }

    fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| until > now)
    }

    /// How many may be under way.
    fn slots(&self, house: House) -> u32 {
        match &self.webhook {
            _ if house.crowded => 1,
            Some(webhook) if webhook.ordering == Ordering::Webhook => 1,
            Some(webhook) => webhook.max_in_flight.max(1),
            None => 1,
        }
    }

    /// How many may wait in memory.
    fn room(&self, limits: &Limits) -> usize {
        let paced = self.webhook.as_ref().and_then(|webhook| webhook.rate_limit);
        let paced = paced.map_or(usize::MAX, |rate| {
            to_usize(rate.per_second.saturating_mul(QUEUE_SECONDS))
        });
        limits.queued_per_webhook.min(paced).max(1)
    }

    /// Whether a new delivery may come in memory past the store. A yes is a promise, to be followed by
    /// [`Keeper::queue`] or [`Keeper::withdraw`]; after a no all new ones go through the store, until a
    /// take that began after the wake-up of the refused one has found nothing more.
    pub(crate) fn admit(
        &mut self,
        webhook: &Webhook,
        now: Timestamp,
        limits: &Limits,
        house: House,
    ) -> bool {
        let waiting = self.queue.len() + self.promised;
        let has_room = if house.memory_full {
            waiting == 0 && self.in_flight < self.slots(house)
        } else {
            waiting < self.room(limits)
                && self
                    .queue
                    .front()
                    .is_none_or(|job| job.queued_at.plus(SLOW_AFTER) > now)
        };
        let admitted = webhook.ordering == Ordering::None
            && self.is_active()
            && self.waits.caught_up(now)
            && !self.is_paused(now)
            && has_room;
        if admitted {
            self.promised += 1;
        } else {
            self.waits.refused();
        }
        admitted
    }

    /// So many promises are void.
    pub(crate) fn withdraw(&mut self, promises: usize) {
        self.promised = self.promised.saturating_sub(promises);
    }

    /// A delivery waits in memory from now on.
    pub(crate) fn queue(&mut self, mut job: Job) {
        self.learn(&job.handed.webhook);
        if self.is_active() {
            job.lane = Lane::of(
                self.webhook.as_ref().unwrap_or(&job.handed.webhook),
                &job.handed.event,
            );
            self.bytes += job.bytes;
            self.queue.push_back(job);
        } else {
            self.returned.push(job.handed.id);
        }
    }

    /// What to do now. Deliveries whose lease does not cover an attempt any more go back on the way.
    pub(crate) fn turn(&mut self, now: Timestamp, house: House) -> Turn {
        let Some(webhook) = self.webhook.clone().filter(|_| self.is_active()) else {
            return Turn::Rest;
        };
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Turn::At(until);
        }
        let timeout = Duration::from_secs(u64::from(webhook.timeout_seconds));
        while self.in_flight < self.slots(house) {
            let Some(place) = self
                .queue
                .iter()
                .position(|job| job.lane.is_none_or(|lane| !self.busy.contains(&lane)))
            else {
                return Turn::Rest;
            };
            if let Some(rate) = webhook.rate_limit {
                if let Some(at) = self.window.free_at(rate.per_second, now) {
                    return Turn::At(at);
                }
            }
            let Some(job) = self.queue.remove(place) else {
                return Turn::Rest;
            };
            self.bytes = self.bytes.saturating_sub(job.bytes);
            if now.plus(timeout) > job.handed.lease_until {
                // Those behind it in its lane must not overtake it.
                let lane = job.lane;
                self.put_back(job, now);
                if lane.is_some() {
                    self.give_back(|job| job.lane == lane);
                }
                continue;
            }
            self.in_flight += 1;
            self.busy.extend(job.lane);
            if webhook.rate_limit.is_some() {
                self.window.started(now);
            }
            return Turn::Start(Start {
                job,
                webhook,
                at: now,
            });
        }
        Turn::Rest
    }

    fn put_back(&mut self, job: Job, now: Timestamp) {
        if job.handed.lease_until > now {
            self.returned.push(job.handed.id);
        } else {
            // No longer ours to give back.
            self.waits.woken();
        }
    }

    /// An attempt is over: its slot is free and what follows from the verdict for the webhook holds.
    pub(crate) fn ended(&mut self, start: &Start, verdict: &Verdict, now: Timestamp) {
        self.free(start, now);
        if verdict.next == Next::Delivered {
            self.health.succeeded(now);
        } else {
            self.health.failed(now);
        }
        if verdict.warn.is_some() {
            self.health.warned_at = Some(now);
        }
        if verdict.disable.is_some() {
            self.shut = self.shut.max(Some(start.webhook.version));
        }
        self.paused_until = self.paused_until.max(verdict.pause_until);
        self.unrecorded += u32::from(has_aftermath(verdict, start.job.handed.manual));
        if self.is_paused(now) || !self.is_active() {
            self.give_back(|_| true);
        } else if matches!(verdict.next, Next::RetryAt(_)) {
            self.block(start.job.lane);
        }
    }

    /// An attempt vanished without an end: its delivery comes back when its lease is over.
    pub(crate) fn lost(&mut self, start: &Start, now: Timestamp) {
        self.free(start, now);
        self.block(start.job.lane);
        self.waits.due(start.job.handed.lease_until);
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
        let aftermath = has_aftermath(&outcome.verdict, outcome.manual);
        self.unrecorded = self.unrecorded.saturating_sub(u32::from(aftermath));
        if let Next::RetryAt(at) = outcome.verdict.next {
            self.waits.due(at);
        }
        // A manual attempt took the delivery away from its schedule, which only the store knows; and of
        // an ordered webhook the end of one may set free the next.
        let look = outcome.manual || (self.is_ordered() && !self.waits.nothing());
        if look {
            self.waits.woken();
        }
        aftermath || look
    }

    fn give_back(&mut self, which: impl Fn(&Job) -> bool) {
        let Self {
            queue,
            returned,
            bytes,
            ..
        } = self;
        queue.retain(|job| {
            let back = which(job);
            if back {
                returned.push(job.handed.id);
                *bytes = bytes.saturating_sub(job.bytes);
            }
            !back
        });
    }

    /// What has to go back to the store, if anything.
    pub(crate) fn take_returned(&mut self) -> Option<Vec<DeliveryId>> {
        if self.returned.is_empty() {
            return None;
        }
        self.waits.returning();
        Some(std::mem::take(&mut self.returned))
    }

    /// Brings the sum over all webhooks up to date.
    pub(crate) fn account(&mut self, sum: &mut Held) {
        let held = Held {
            in_flight: to_usize(self.in_flight),
            queued: self.queue.len(),
            bytes: self.bytes,
        };
        let before = std::mem::replace(&mut self.accounted, held);
        sum.in_flight = (sum.in_flight + held.in_flight).saturating_sub(before.in_flight);
        sum.queued = (sum.queued + held.queued).saturating_sub(before.queued);
        sum.bytes = (sum.bytes + held.bytes).saturating_sub(before.bytes);
    }

    /// The webhook is gone: takes its share out of the sum.
    pub(crate) fn close(mut self, sum: &mut Held) {
        self.queue.clear();
        self.bytes = 0;
        self.in_flight = 0;
        self.account(sum);
    }

    /// Empties the queue, for the end of the engine.
    pub(crate) fn give_all_back(&mut self) {
        self.give_back(|_| true);
    }

    /// How many deliveries to take from the store now; `None`: no take.
    pub(crate) fn take_size(&self, now: Timestamp, limits: &Limits, house: House) -> Option<usize> {
        if !self.is_active() || self.is_paused(now) || !self.waits.wants_take(now) {
            return None;
        }
        let Some(webhook) = &self.webhook else {
            return Some(AHEAD_AT_LEAST);
        };
        let free = to_usize(self.slots(house).saturating_sub(self.in_flight));
        if house.memory_full {
            return (free > 0 && self.queue.is_empty()).then_some(free);
        }
        let ahead = to_usize(webhook.max_in_flight)
            .saturating_mul(2)
            .max(AHEAD_AT_LEAST)
            .min(self.room(limits));
        (self.queue.len() <= ahead / 2).then(|| (free + ahead).saturating_sub(self.queue.len()))
    }

    /// When something is to be done that no other happening brings about.
    pub(crate) fn alarm_at(&mut self, turn: &Turn, now: Timestamp) -> Option<Timestamp> {
        let turn = if let Turn::At(at) = turn {
            Some(*at)
        } else {
            None
        };
        let pause = self.paused_until.filter(|until| *until > now);
        let due = self.waits.next_due().filter(|at| *at > now);
        let rest = self.window.over_at(now);
        if !self.is_active() {
            return None;
        }
        [turn, pause, due, rest].into_iter().flatten().min()
    }

    /// Whether there is nothing to know any more.
    pub(crate) fn is_idle(&self, now: Timestamp) -> bool {
        let at_work = !self.queue.is_empty()
            || self.promised > 0
            || self.in_flight > 0
            || self.unrecorded > 0
            || self.in_line
            || self.waits.is_moving();
        let expecting =
            !self.waits.nothing() || self.is_paused(now) || self.window.over_at(now).is_some();
        !at_work && !(self.is_active() && expecting)
    }
}

/// Whether the record of an attempt changes what the webhook may do next.
fn has_aftermath(verdict: &Verdict, manual: bool) -> bool {
    manual
        || matches!(verdict.next, Next::RetryAt(_))
        || verdict.disable.is_some()
        || verdict.pause_until.is_some()
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
