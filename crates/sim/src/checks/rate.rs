//! Never more requests in any one second than the rate limit, as the receiver counts them, over all nodes
//! and crashes; one for several deliveries is one. The pace is kept by the nodes' clocks, so nothing is said where those jump.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;

use crate::case::Case;
use crate::plan::Clocks;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    if case.remains.plan.clocks == Clocks::Wrong {
        return Vec::new();
    }
    let mut arrivals: BTreeMap<TargetNo, Vec<u64>> = BTreeMap::new();
    for sent in case.requests.iter().filter(|sent| sent.delivery.is_some()) {
        arrivals.entry(sent.target).or_default().push(sent.arrives);
    }
    let mut found = Vec::new();
    for (target, mut arrivals) in arrivals {
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
