//! Never more requests of one process of a node under way to a webhook than `max_in_flight`, and one where
//! the whole webhook is ordered.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::webhook::Ordering;

use crate::case::Case;
use crate::process::ProcessNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut under_way: BTreeMap<(ProcessNo, TargetNo), Vec<u64>> = BTreeMap::new();
    let mut found = Vec::new();
    for sent in case.requests.iter().filter(|sent| sent.delivery.is_some()) {
        let Some(webhook) = case.webhook(sent.target) else {
            continue;
        };
        let most = match webhook.ordering {
            Ordering::Webhook => 1,
            _ => usize::try_from(webhook.max_in_flight).unwrap_or(usize::MAX),
        };
        let ends = under_way.entry((sent.process, sent.target)).or_default();
        ends.retain(|ends| *ends > sent.at);
        ends.push(sent.ends);
        if ends.len() > most {
            let what = format!(
                "webhook {} has {} under way, not {most}",
                sent.target.0,
                ends.len()
            );
            found.push((sent.at, what));
        }
    }
    found
}
