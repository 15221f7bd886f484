//! No two nodes on one live lease: nothing is leased while it is leased, every attempt is made under a
//! lease that covers it, and while the clocks agree no delivery is under way twice.

use std::collections::BTreeMap;

use claimwire_model::DeliveryId;

use crate::case::Case;
use crate::history::Deed;
use crate::leases::{Leases, Passed};
use crate::plan::Clocks;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let mut leases = Leases::default();
    for entry in &case.remains.entries {
        let passed = leases.passed(&entry.deed);
        if let (Deed::Granted { handed, told, .. }, Passed::Over(before)) = (&entry.deed, passed)
            && before.until > *told
        {
            found.push((
                entry.at,
                format!("{} was leased while it was leased", handed.id),
            ));
        }
    }
    let mut under_way: BTreeMap<DeliveryId, u64> = BTreeMap::new();
    for shot in &case.shots {
        let Some(id) = shot.delivery else { continue };
        let covered = shot
            .grant
            .is_some_and(|(_, handed)| shot.told.plus(shot.request.timeout) <= handed.lease_until);
        if !covered {
            found.push((
                shot.at,
                format!("{id} was attempted without a lease that covers it"),
            ));
        }
        let ends = under_way.insert(id, shot.ends).unwrap_or(0);
        if shot.at < ends && case.remains.plan.clocks == Clocks::Right {
            found.push((shot.at, format!("{id} is under way twice")));
        }
    }
    found
}
