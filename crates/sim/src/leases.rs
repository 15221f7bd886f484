//! Who holds which delivery, by the promises of the store's port alone.

use std::collections::BTreeMap;

use claimwire_model::{DeliveryId, Timestamp};

use crate::history::Deed;
use crate::life::LifeNo;

/// A lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub life: LifeNo,
    /// Until when.
    pub until: Timestamp,
}

/// All leases, as deeds pass.
#[derive(Debug, Default)]
pub struct Leases {
    live: BTreeMap<DeliveryId, Lease>,
    nodes: BTreeMap<LifeNo, usize>,
}

/// What a deed meant for the leases.
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
    /// A deed passes.
    pub fn passed(&mut self, deed: &Deed) -> Passed {
        match deed {
            Deed::Born(life, node) => {
                self.nodes.insert(*life, *node);
            }
            Deed::Opened(life) => {
                let Self { live, nodes } = self;
                let node = nodes.get(life);
                live.retain(|_, lease| nodes.get(&lease.life) != node);
            }
            Deed::Granted { life, handed, .. } => {
                let lease = Lease {
                    life: *life,
                    until: handed.lease_until,
                };
                if let Some(before) = self.live.insert(handed.id, lease) {
                    return Passed::Over(before);
                }
            }
            Deed::Released { id, until, .. }
                if self.live.get(id).is_some_and(|lease| lease.until == *until) =>
            {
                self.live.remove(id);
            }
            Deed::Recorded { outcome, .. } => {
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
