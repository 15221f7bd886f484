//! A target is owned by one node at a time, and only its owner makes attempts: by what the store said, and
//! for as long as it said. What a node learns that it owns without having named it is its own anew, in an epoch in which
//! nobody had it before; and what is saved is saved in the epoch of its lease.

use std::collections::BTreeMap;

use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_store::ownership::OWNED_FOR;

use crate::case::Case;
use crate::process::ProcessNo;
use crate::trace::TraceEvent;

struct Owner {
    process: ProcessNo,
    epoch: Epoch,
    until: u64,
}

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    if !case.remains.plan.shared {
        return Vec::new();
    }
    let owned_ms = u64::try_from(OWNED_FOR.as_millis()).unwrap_or(u64::MAX);
    let mut owners: BTreeMap<Partition, Owner> = BTreeMap::new();
    let mut latest: BTreeMap<Partition, Epoch> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in &case.remains.entries {
        match &entry.event {
            TraceEvent::Claimed {
                process,
                owned,
                gained,
            } => {
                for (partition, epoch) in gained {
                    let before = latest.insert(*partition, *epoch);
                    if before.is_some_and(|before| before >= *epoch) {
                        let no = partition.no();
                        let what = format!("partition {no} is given again in the same epoch");
                        found.push((entry.at, what));
                    }
                }
                let until = entry.at + owned_ms;
                let Some(owned) = owned else {
                    let own = owners
                        .values_mut()
                        .filter(|owner| owner.process == *process);
                    own.for_each(|owner| owner.until = until);
                    continue;
                };
                owners.retain(|_, owner| owner.process != *process);
                for (partition, epoch) in owned {
                    let owner = Owner {
                        process: *process,
                        epoch: *epoch,
                        until,
                    };
                    let before = owners.insert(*partition, owner);
                    if before.is_some_and(|before| before.until > entry.at) {
                        let what = format!("partition {} has two owners", partition.no());
                        found.push((entry.at, what));
                    }
                }
            }
            TraceEvent::Saved { saved, renewed, .. } if renewed.epoch != saved.lease.epoch => {
                let what = format!("{} was saved in an epoch that is not its lease's", saved.id);
                found.push((entry.at, what));
            }
            TraceEvent::Started { request_no, .. } => {
                let Some(sent) = case.requests.get(*request_no) else {
                    continue;
                };
                let (Some(id), Some((_, handed))) = (sent.delivery, sent.grant) else {
                    continue;
                };
                let owner = owners.get(&Partition::of(id.target));
                let ours = owner.is_some_and(|owner| {
                    owner.process == sent.process
                        && owner.epoch == handed.lease.epoch
                        && entry.at <= owner.until
                });
                if !ours {
                    found.push((
                        sent.at,
                        format!("{id} was attempted by a node that does not own its webhook"),
                    ));
                }
            }
            _ => {}
        }
    }
    found
}
