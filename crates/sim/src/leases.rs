//! Who holds which delivery, by the promises of the store's port alone.

use std::collections::BTreeMap;

use claimwire_model::DeliveryId;
use claimwire_model::lease::{Epoch, Lease};
use claimwire_model::ownership::Partition;

use crate::process::ProcessNo;
use crate::trace::TraceEvent;

/// A lease that a process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub process: ProcessNo,
    /// Which.
    pub lease: Lease,
}

/// All leases, as they change.
#[derive(Debug, Default)]
pub struct Leases {
    live: BTreeMap<DeliveryId, Held>,
    nodes: BTreeMap<ProcessNo, usize>,
    /// The latest epoch of each partition of a shared store.
    epochs: BTreeMap<Partition, Epoch>,
}

/// What an event meant for the leases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// Nothing of note.
    Nothing,
    /// An outcome was recorded under its lease.
    UnderLease,
    /// An outcome was recorded late: its lease is not the delivery's any more.
    Late,
    /// A delivery was leased while this lease was there.
    Over(Held),
}

impl Leases {
    /// An event passes.
    pub fn passed(&mut self, event: &TraceEvent) -> Passed {
        match event {
            TraceEvent::Born(process, node) => {
                self.nodes.insert(*process, *node);
            }
            TraceEvent::Claimed { owned, .. } => {
                self.epochs.extend(owned.iter().flatten().copied())
            }
            TraceEvent::Opened(process) => {
                let Self { live, nodes, .. } = self;
                let node = nodes.get(process);
                live.retain(|_, held| nodes.get(&held.process) != node);
            }
            TraceEvent::Granted {
                process, handed, ..
            } => {
                let held = Held {
                    process: *process,
                    lease: handed.lease,
                };
                let before = self.live.insert(handed.id, held);
                if let Some(before) = before.filter(|held| self.is_latest(handed.id, held.lease)) {
                    return Passed::Over(before);
                }
            }
            TraceEvent::Saved { saved, renewed, .. } => {
                let held = self.live.get_mut(&saved.id);
                if let Some(held) = held.filter(|held| held.lease == saved.lease) {
                    held.lease = *renewed;
                }
            }
            TraceEvent::Released { id, lease, .. }
                if self.live.get(id).is_some_and(|held| held.lease == *lease) =>
            {
                self.live.remove(id);
            }
            TraceEvent::Recorded { outcome, .. } => {
                let held = self.live.get(&outcome.id);
                let same = held.is_some_and(|held| held.lease == outcome.lease);
                if !same || !self.is_latest(outcome.id, outcome.lease) {
                    return Passed::Late;
                }
                self.live.remove(&outcome.id);
                return Passed::UnderLease;
            }
            _ => {}
        }
        Passed::Nothing
    }

    /// Whether nobody has owned the delivery's target since the lease began.
    fn is_latest(&self, id: DeliveryId, lease: Lease) -> bool {
        let latest = self.epochs.get(&Partition::of(id.target));
        latest.is_none_or(|epoch| *epoch == lease.epoch)
    }
}
