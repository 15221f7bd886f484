//! Never more requests in any one second than the rate limit, as the receiver counts them, of one node:
//! each paces for itself, and goes on doing so after a crash. The pace is kept by the node's clock, so
//! nothing is said of those whose clock jumps.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;

use crate::case::Case;
use crate::history::TraceEvent;
use crate::plan::Clocks;
use crate::process::ProcessNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    if case.remains.plan.clocks == Clocks::Wrong {
        return Vec::new();
    }
    let nodes: BTreeMap<ProcessNo, usize> = case
        .remains
        .entries
        .iter()
        .filter_map(|entry| match entry.event {
            TraceEvent::Born(process, node) => Some((process, node)),
            _ => None,
        })
        .collect();
    let mut arrivals: BTreeMap<(Option<&usize>, TargetNo), Vec<u64>> = BTreeMap::new();
    for sent in case.requests.iter().filter(|sent| sent.delivery.is_some()) {
        let of = arrivals
            .entry((nodes.get(&sent.process), sent.target))
            .or_default();
        of.push(sent.arrives);
    }
    let mut found = Vec::new();
    for ((_, target), mut arrivals) in arrivals {
        let Some(rate) = case.webhook(target).and_then(|webhook| webhook.rate_limit) else {
            continue;
        };
        arrivals.sort_unstable();
        let allowed = usize::try_from(rate.per_second).unwrap_or(usize::MAX);
        let pairs = arrivals.iter().zip(arrivals.iter().skip(allowed));
        if let Some((first, _)) = pairs
            .into_iter()
            .find(|(first, last)| *last - *first < 1000)
        {
            let what = format!("webhook {} got more than {allowed} in a second", target.0);
            found.push((*first, what));
        }
    }
    found
}
