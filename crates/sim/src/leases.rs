//! Who holds which delivery, by the promises of the store's port alone.

use std::collections::BTreeMap;

use claimwire_model::{DeliveryId, Timestamp};

use crate::history::TraceEvent;
use crate::process::ProcessNo;

/// A lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub process: ProcessNo,
    /// Until when.
    pub until: Timestamp,
}

/// All leases, as they change.
#[derive(Debug, Default)]
pub struct Leases {
    live: BTreeMap<DeliveryId, Lease>,
    nodes: BTreeMap<ProcessNo, usize>,
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
    Over(Lease),
}

impl Leases {
    /// An event passes.
    pub fn passed(&mut self, event: &TraceEvent) -> Passed {
        match event {
            TraceEvent::Born(process, node) => {
                self.nodes.insert(*process, *node);
            }
            TraceEvent::Opened(process) => {
                let Self { live, nodes } = self;
                let node = nodes.get(process);
                live.retain(|_, lease| nodes.get(&lease.process) != node);
            }
            TraceEvent::Granted {
                process, handed, ..
            } => {
                let lease = Lease {
                    process: *process,
                    until: handed.lease_until,
                };
                if let Some(before) = self.live.insert(handed.id, lease) {
                    return Passed::Over(before);
                }
            }
            TraceEvent::Released { id, until, .. }
                if self.live.get(id).is_some_and(|lease| lease.until == *until) =>
            {
                self.live.remove(id);
            }
            TraceEvent::Recorded { outcome, .. } => {
                let lease = self.live.get(&outcome.id);
                if lease.is_none_or(|lease| lease.until != outcome.lease_until) {
                    return Passed::Late;
                }
                self.live.remove(&outcome.id);
                return Passed::UnderLease;
            }
            _ => {}
        }
        Passed::Nothing
    }
}
