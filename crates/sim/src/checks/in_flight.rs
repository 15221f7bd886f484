//! Never more requests of one life of a node under way to a webhook than `max_in_flight`, and one where
//! the whole webhook is ordered.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::webhook::Ordering;

use crate::case::Case;
use crate::life::LifeNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut under_way: BTreeMap<(LifeNo, TargetNo), Vec<u64>> = BTreeMap::new();
    let mut found = Vec::new();
    for shot in case.shots.iter().filter(|shot| shot.delivery.is_some()) {
        let Some(webhook) = case.webhook(shot.target) else {
            continue;
        };
        let most = match webhook.ordering {
            Ordering::Webhook => 1,
            _ => usize::try_from(webhook.max_in_flight).unwrap_or(usize::MAX),
        };
        let ends = under_way.entry((shot.life, shot.target)).or_default();
        ends.retain(|ends| *ends > shot.at);
        ends.push(shot.ends);
        if ends.len() > most {
            let what = format!(
                "webhook {} has {} under way, not {most}",
                shot.target.0,
                ends.len()
            );
            found.push((shot.at, what));
        }
    }
    found
}
