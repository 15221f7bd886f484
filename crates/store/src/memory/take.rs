//! Which deliveries of a target may go now, and when the next one may.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::time::Duration;

use claimwire_model::delivery::Stage;
use claimwire_model::lease::{Lease, NodeId};
use claimwire_model::target::{Ordering, TargetStatus};
use claimwire_model::{DeliveryId, EventNo, Lane, TargetNo, Timestamp};

use super::rows::{DeliveryRow, Tables, TargetRow};
use crate::handed::Handed;
use crate::queue::{Scan, TEST_LEFT_OWING, Take, Taken};

/// An open delivery, and when it may go.
struct Candidate {
    event: EventNo,
    at: Timestamp,
    due: Timestamp,
    /// Ordered by hand, and without a place in an order.
    jumps: bool,
    lane: Option<Lane>,
}

impl Tables {
    /// Hands out those of these deliveries that nothing was done with yet.
    pub fn take_named(
        &self,
        node: NodeId,
        deliveries: &[DeliveryId],
        now: Timestamp,
        lease_for: Duration,
    ) -> Vec<Handed> {
        let mut handed = Vec::new();
        for id in deliveries {
            let target = self.target(id.target).map(|row| &row.kept);
            if !target.is_ok_and(|target| target.may_be_offered(now)) {
                continue;
            }
            let fresh = |row: &DeliveryRow| {
                let progress = &row.progress;
                let untried = progress.attempts == 0 && progress.manual == 0;
                row.lease.is_none() && untried && progress.due.is_some()
            };
            if self.deliveries.get(id).is_some_and(fresh)
                && let Some(lease) = self.ownership.grant(node, id.target, now, lease_for)
            {
                let lease = Lease::unwritten(lease.node, lease.epoch);
                handed.extend(self.handed(*id, lease, now.plus(lease_for)));
            }
        }
        handed
    }

    /// Leases what may go now to a node that owns the target.
    pub fn take(
        &mut self,
        node: NodeId,
        take: &Take,
        now: Timestamp,
        lease_for: Duration,
    ) -> Taken {
        let (target, limit) = (take.target, take.limit);
        let lease = self.ownership.grant(node, target, now, lease_for);
        let (Some(lease), Ok(row)) = (lease, self.target(target)) else {
            return Taken::default();
        };
        let expires = now.plus(lease_for);
        let paused = row.kept.health.paused_until.filter(|until| *until > now);
        let ordered = row.kept.ordering != Ordering::None;
        if ordered && !take.in_hand.is_empty() {
            return Taken {
                deliveries: Vec::new(),
                next_due: Some(now),
            };
        }
        let mut candidates = self.candidates(row, now, expires);
        candidates.retain(|c| !take.in_hand.contains(&c.event));
        candidates.sort_by_key(|c| {
            let due = if ordered { now } else { c.due };
            (Reverse(c.jumps), due, c.event)
        });

        let (ready, mut later): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|c| paused.is_none() && c.at <= now);
        let mut taken: Vec<_> = ready;
        later.extend(taken.split_off(limit.min(taken.len())));

        // What stands behind the run that goes now waits for its lease.
        let lanes: HashSet<_> = taken
            .iter()
            .filter(|c| !c.jumps)
            .filter_map(|c| c.lane)
            .collect();
        let next = later.iter().map(|c| match &c.lane {
            Some(lane) if !c.jumps && lanes.contains(lane) => c.at.max(expires),
            _ => c.at,
        });
        let next_due = next
            .min()
            .map(|at| paused.map_or(at, |until| at.max(until)));
        let deliveries = taken
            .into_iter()
            .filter_map(|c| {
                let id = DeliveryId {
                    event: c.event,
                    target,
                };
                self.lease(id, lease, expires)
            })
            .collect();
        Taken {
            deliveries,
            next_due,
        }
    }

    /// See [`crate::Queue::scan`].
    pub fn scan(&self, node: NodeId, after: TargetNo, limit: usize, now: Timestamp) -> Scan {
        let mut rest = self.targets.range((Excluded(after), Unbounded));
        let mut scan = Scan::default();
        for (no, _) in rest.by_ref().take(limit) {
            scan.next = Some(*no);
            let wanted = self.target(*no).is_ok_and(|row| {
                let owed_since = row.kept.updated_at.plus(TEST_LEFT_OWING);
                (row.kept.owes_test() && owed_since <= now)
                    || self.first_due(row, now).is_some_and(|at| at <= now)
            });
            let wanted = wanted && self.ownership.owns(node, *no);
            scan.waiting.extend(wanted.then_some(*no));
        }
        if rest.next().is_none() {
            scan.next = None;
        }
        scan
    }

    /// When the first delivery of an active target may go.
    pub fn first_due(&self, row: &TargetRow, now: Timestamp) -> Option<Timestamp> {
        let candidates = self.candidates(row, now, now);
        let first = candidates.iter().map(|c| c.at).min()?;
        Some(
            row.kept
                .health
                .paused_until
                .map_or(first, |until| first.max(until)),
        )
    }

    /// The open deliveries of a target that is active, in event order.
    fn candidates(&self, target: &TargetRow, now: Timestamp, expires: Timestamp) -> Vec<Candidate> {
        if target.kept.status != TargetStatus::Active {
            return Vec::new();
        }
        // Until when each lane is blocked by what came before.
        let mut blocked: HashMap<Lane, Timestamp> = HashMap::new();
        let mut candidates = Vec::new();
        for event in &target.open {
            let id = DeliveryId {
                event: *event,
                target: target.kept.no,
            };
            let (Some(row), Some(kept)) = (self.deliveries.get(&id), self.events.get(event)) else {
                continue;
            };
            let lane = Lane::of(target.kept.ordering, &kept.event);
            let leased = row.leased(&self.ownership, id.target, now);
            let own = row.may_go(leased, now);
            let mut at = own;
            let lane = lane.filter(|_| row.progress.stage == Stage::Waiting);
            if let Some(lane) = &lane {
                let until = blocked.get(lane).copied();
                at = at.max(until.unwrap_or(at));
                // One ordered by hand may fail and go on by its schedule: those behind it wait.
                let ahead = if row.progress.manual > 0 {
                    expires
                } else {
                    now
                };
                let blocks = at.max(ahead);
                if blocks > now {
                    blocked.insert(*lane, blocks);
                }
            }
            candidates.push(Candidate {
                event: *event,
                at,
                due: row.due_by_itself(now),
                jumps: row.progress.manual > 0 && lane.is_none(),
                lane,
            });
        }
        candidates
    }
}

impl DeliveryRow {
    /// When it is due: one ordered by hand at once.
    fn due_by_itself(&self, now: Timestamp) -> Timestamp {
        let scheduled = self.progress.due.filter(|_| self.progress.manual == 0);
        scheduled.unwrap_or(now)
    }

    /// When it may go, for itself: not while it is leased.
    fn may_go(&self, leased: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let at = self.due_by_itself(now);
        leased.map_or(at, |until| at.max(until))
    }
}
