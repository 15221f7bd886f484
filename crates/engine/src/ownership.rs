//! Which targets this node may work for. Nothing begins for another; and once ownership is over, by this
//! node's own reckoning, what is under way there is cut off, so that slots, pace and order hold over all
//! nodes even when one of them hangs or is cut off from the store.
//!
//! Ownership is reckoned from before the heartbeat that renewed it, so it is over here before it is over
//! in the store. Where one node has the store to itself it owns everything from its start on, and none of
//! this costs anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::ownership::{Claim, OWNED_FOR, Owned};
use tokio::sync::Semaphore;

use crate::pace::ALL_PAST;

/// Tells an attempt that ownership is over.
#[derive(Clone)]
pub(crate) struct Fence(Arc<Semaphore>);

impl Fence {
    /// Waits until ownership is over.
    pub(crate) async fn over(self) {
        // It never has a permit; a wait for one ends when it is closed.
        let _ = self.0.acquire().await;
    }
}

/// Ownership as attempts see it: over when this is dropped. They hear of it in the order in which they
/// began to wait, so that a simulated run can be repeated.
struct Fenced(Arc<Semaphore>);

impl Drop for Fenced {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Until when ownership lasts, by two clocks: one may be set back, the other may stand still while the
/// machine sleeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    wall: Timestamp,
    elapsed: Duration,
}

impl Deadline {
    /// Of a heartbeat that is about to be sent.
    pub(crate) fn of(now: Timestamp, elapsed: Duration) -> Self {
        Self {
            wall: now.plus(OWNED_FOR),
            elapsed: elapsed + OWNED_FOR,
        }
    }

    fn is_over(self, now: Timestamp, elapsed: Duration) -> bool {
        self.wall <= now || self.elapsed <= elapsed
    }
}

/// What this node owns.
#[derive(Default)]
pub(crate) enum Ownership {
    /// The store has not said yet.
    #[default]
    Unknown,
    /// All targets, for good; open once it is known what waits.
    Everything { open: bool },
    /// Some partitions of a store that several nodes share.
    Shared(Shared),
}

/// Partitions that this node owns.
#[derive(Default)]
pub(crate) struct Shared {
    partitions: BTreeMap<Partition, Held>,
    /// None while nothing is owned.
    deadline: Option<Deadline>,
    /// Ownership was over since the last heartbeat was sent: its answer is void.
    cut_off: bool,
    /// The node has told the store that it leaves.
    left: bool,
}

struct Held {
    epoch: Epoch,
    /// What waits in the store is known.
    open: bool,
    /// To be given up once nothing is under way.
    draining: bool,
    /// Attempts that are not on record yet, and calls that give deliveries back.
    under_way: usize,
    /// Until then the owner before may have used up what a rate limit allows.
    fresh_until: Timestamp,
    /// Dropped when ownership is over.
    fence: Fenced,
}

impl Held {
    /// Whether it can be given up now.
    fn is_quiet(&self) -> bool {
        self.draining && self.under_way == 0
    }
}

/// What a heartbeat's answer changes.
#[derive(Default)]
pub(crate) struct Change {
    /// New: nothing is known of what waits there.
    pub(crate) gained: Vec<(Partition, Epoch)>,
    /// Gone: what is known of its targets is void.
    pub(crate) lost: Vec<Partition>,
    /// To be given up: what waits in memory goes back.
    pub(crate) drained: Vec<Partition>,
    /// Not to be given up after all.
    pub(crate) resumed: Vec<Partition>,
}

impl Ownership {
    fn held(&self, target: TargetNo) -> Option<&Held> {
        match self {
            Self::Shared(shared) => shared.partitions.get(&Partition::of(target)),
            Self::Unknown | Self::Everything { .. } => None,
        }
    }

    fn held_in(&mut self, target: TargetNo, epoch: Epoch) -> Option<&mut Held> {
        let Self::Shared(shared) = self else {
            return None;
        };
        let held = shared.partitions.get_mut(&Partition::of(target))?;
        (held.epoch == epoch).then_some(held)
    }

    /// In which epoch a target is this node's; none: it is not.
    pub(crate) fn epoch(&self, target: TargetNo) -> Option<Epoch> {
        match self {
            Self::Unknown => None,
            Self::Everything { .. } => Some(Epoch(0)),
            Self::Shared(_) => self.held(target).map(|held| held.epoch),
        }
    }

    /// Whether attempts for a target may begin.
    pub(crate) fn may_begin(&self, target: TargetNo) -> bool {
        match self {
            Self::Everything { open } => *open,
            _ => self
                .held(target)
                .is_some_and(|held| held.open && !held.draining),
        }
    }

    /// Whether a target is to be given up.
    pub(crate) fn is_draining(&self, target: TargetNo) -> bool {
        self.held(target).is_some_and(|held| held.draining)
    }

    /// What cuts an attempt off; none: nothing does.
    pub(crate) fn fence(&self, target: TargetNo) -> Option<Fence> {
        self.held(target)
            .map(|held| Fence(Arc::clone(&held.fence.0)))
    }

    /// Until when the owner of a target before this node may have used up its rate.
    pub(crate) fn fresh_until(&self, target: TargetNo) -> Option<Timestamp> {
        self.held(target).map(|held| held.fresh_until)
    }

    /// Something begins that must end before the target's partition is given up.
    pub(crate) fn begun(&mut self, target: TargetNo) {
        if let Self::Shared(shared) = self
            && let Some(held) = shared.partitions.get_mut(&Partition::of(target))
        {
            held.under_way += 1;
        }
    }

    /// It has ended. True: with it a partition that is to be given up is quiet.
    pub(crate) fn ended(&mut self, target: TargetNo, epoch: Epoch) -> bool {
        self.held_in(target, epoch).is_some_and(|held| {
            held.under_way = held.under_way.saturating_sub(1);
            held.is_quiet()
        })
    }

    /// Everything that waits is known: attempts may begin.
    pub(crate) fn open(&mut self) {
        if let Self::Everything { open } = self {
            *open = true;
        }
    }

    /// What waits in these partitions is known.
    pub(crate) fn open_partitions(&mut self, partitions: &[(Partition, Epoch)]) {
        let Self::Shared(shared) = self else { return };
        for (partition, epoch) in partitions {
            let held = shared.partitions.get_mut(partition);
            if let Some(held) = held.filter(|held| held.epoch == *epoch) {
                held.open = true;
            }
        }
    }

    /// Those of these that are still owned in the same epoch.
    pub(crate) fn still(&self, partitions: &[(Partition, Epoch)]) -> Vec<(Partition, Epoch)> {
        let Self::Shared(shared) = self else {
            return Vec::new();
        };
        let owned = |(partition, epoch): &&(Partition, Epoch)| {
            let held = shared.partitions.get(partition);
            held.is_some_and(|held| held.epoch == *epoch)
        };
        partitions.iter().filter(owned).copied().collect()
    }

    /// The engine ends: all of it is to be given up.
    pub(crate) fn drain(&mut self) {
        if let Self::Shared(shared) = self {
            for held in shared.partitions.values_mut() {
                held.draining = true;
            }
        }
    }

    /// Whether something that is to be given up is quiet by now.
    pub(crate) fn has_quiet(&self) -> bool {
        matches!(self, Self::Shared(shared) if shared.partitions.values().any(Held::is_quiet))
    }

    /// Whether nothing is owned that others wait for.
    pub(crate) fn has_left(&self) -> bool {
        match self {
            Self::Shared(shared) => shared.left,
            Self::Unknown | Self::Everything { .. } => true,
        }
    }

    /// Whether ownership was over since the last heartbeat was sent.
    pub(crate) fn is_cut_off(&self) -> bool {
        matches!(self, Self::Shared(shared) if shared.cut_off)
    }

    /// How long ownership lasts; none: it does not end, or there is none.
    pub(crate) fn left(&self, elapsed: Duration) -> Option<Duration> {
        let Self::Shared(shared) = self else {
            return None;
        };
        let deadline = shared.deadline?;
        Some(deadline.elapsed.saturating_sub(elapsed))
    }

    /// Whether ownership may be over at some time.
    pub(crate) fn ends(&self) -> bool {
        matches!(self, Self::Shared(shared) if shared.deadline.is_some())
    }

    /// If ownership is over: what was lost with it.
    pub(crate) fn expire(&mut self, now: Timestamp, elapsed: Duration) -> Vec<Partition> {
        let Self::Shared(shared) = self else {
            return Vec::new();
        };
        if !shared.deadline.is_some_and(|d| d.is_over(now, elapsed)) {
            return Vec::new();
        }
        shared.deadline = None;
        shared.cut_off = true;
        let lost = std::mem::take(&mut shared.partitions);
        lost.into_keys().collect()
    }

    /// The next heartbeat, and what is given up with it.
    pub(crate) fn claim(&mut self, leaving: bool) -> (Claim, Vec<Partition>) {
        let mut claim = Claim {
            keep: Vec::new(),
            leaving,
        };
        let Self::Shared(shared) = self else {
            return (claim, Vec::new());
        };
        shared.cut_off = false;
        let given_up = shared.partitions.iter().filter(|(_, held)| held.is_quiet());
        let given_up: Vec<Partition> = given_up.map(|(partition, _)| *partition).collect();
        shared.partitions.retain(|_, held| !held.is_quiet());
        let kept = shared.partitions.iter();
        claim.keep = kept.map(|(no, held)| (*no, held.epoch)).collect();
        (claim, given_up)
    }

    /// The answer to a heartbeat that was sent with this claim.
    pub(crate) fn claimed(
        &mut self,
        claim: &Claim,
        owned: &Owned,
        deadline: Deadline,
        now: Timestamp,
    ) -> Change {
        if !matches!(self, Self::Shared(_)) {
            *self = Self::Shared(Shared::default());
        }
        let Self::Shared(shared) = self else {
            return Change::default();
        };
        if shared.cut_off {
            return Change::default();
        }
        let mut change = Change::default();
        shared.partitions.retain(|partition, held| {
            let kept = owned.partitions.binary_search(&(*partition, held.epoch));
            let kept = kept.is_ok();
            if !kept {
                change.lost.push(*partition);
            }
            kept
        });
        for (partition, epoch) in &owned.partitions {
            if shared.partitions.contains_key(partition) {
                continue;
            }
            let held = Held {
                epoch: *epoch,
                open: false,
                draining: claim.leaving,
                under_way: 0,
                fresh_until: now.plus(ALL_PAST),
                fence: Fenced(Arc::new(Semaphore::new(0))),
            };
            shared.partitions.insert(*partition, held);
            change.gained.push((*partition, *epoch));
        }
        for (partition, held) in &mut shared.partitions {
            let drains = claim.leaving || owned.surplus.binary_search(partition).is_ok();
            match (held.draining, drains) {
                (false, true) => change.drained.push(*partition),
                (true, false) => change.resumed.push(*partition),
                _ => {}
            }
            held.draining = drains;
        }
        shared.deadline = (!shared.partitions.is_empty()).then_some(deadline);
        shared.left = claim.leaving && shared.partitions.is_empty();
        change
    }
}
