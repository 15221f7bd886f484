//! Never more requests in any one second than the rate limit, as the receiver counts them, of one life of
//! a node: each paces for itself.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;

use crate::case::Case;
use crate::life::LifeNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut arrivals: BTreeMap<(LifeNo, TargetNo), Vec<u64>> = BTreeMap::new();
    for shot in case.shots.iter().filter(|shot| shot.delivery.is_some()) {
        let of = arrivals.entry((shot.life, shot.target)).or_default();
        of.push(shot.arrives);
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
