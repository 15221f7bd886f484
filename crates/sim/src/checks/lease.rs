//! No two nodes on one live lease: nothing is leased while it is leased, or in the hands of a node that has tried it without
//! a lease in the store; every attempt is made under a lease that covers it, and while the clocks agree no delivery is
//! under way twice.

use std::collections::BTreeMap;

use claimwire_model::DeliveryId;

use crate::case::{Case, SentRequest};
use crate::leases::{Held, Leases, Passed};
use crate::plan::Clocks;
use crate::process::ProcessNo;
use crate::time::instant;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let shared = case.remains.plan.shared;
    let mut leases = Leases::default();
    for entry in &case.remains.entries {
        let passed = leases.passed(&entry.event);
        if let (
            TraceEvent::Granted {
                process,
                handed,
                told,
            },
            Passed::Over(before),
        ) = (&entry.event, passed)
            && !(before.process == *process && never_came(case, handed.id, before))
            && before.lease.until > if shared { instant(entry.at) } else { *told }
        {
            found.push((
                entry.at,
                format!("{} was leased while it was leased", handed.id),
            ));
        }
    }
    let mut under_way: BTreeMap<DeliveryId, (ProcessNo, u64)> = BTreeMap::new();
    for sent in &case.attempts {
        let Some(id) = sent.delivery else { continue };
        let covered = sent
            .expires
            .is_some_and(|expires| sent.told.plus(sent.request.timeout) <= expires);
        if !covered {
            found.push((
                sent.at,
                format!("{id} was attempted without a lease that covers it"),
            ));
        }
        let before = under_way.insert(id, (sent.process, sent.ends));
        let twice = before
            .is_some_and(|(process, ends)| sent.at < ends && !case.is_frozen(process, sent.at));
        if twice && case.remains.plan.clocks == Clocks::Right {
            found.push((sent.at, format!("{id} is under way twice")));
        }
    }
    found
}

/// Whether it is in nobody's hands: fetched by name, with an answer that never came, or given back before it was tried.
fn never_came(case: &Case<'_>, id: DeliveryId, held: Held) -> bool {
    let under_it = |sent: &SentRequest<'_>| {
        let grant = sent.grant.map(|(_, handed)| handed.lease);
        sent.delivery == Some(id) && grant == Some(held.lease)
    };
    held.lease.is_unwritten() && !case.attempts.iter().any(under_it)
}
