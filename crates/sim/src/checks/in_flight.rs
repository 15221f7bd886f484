//! Never more requests under way to a webhook than `max_in_flight`, whichever nodes make them and for however
//! many deliveries each is, and one where the whole webhook is ordered. What a node has under way that stands
//! still is left out: it cannot break it off before it goes on.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::target::Ordering;

use crate::case::Case;
use crate::process::ProcessNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut under_way: BTreeMap<TargetNo, Vec<(ProcessNo, u64)>> = BTreeMap::new();
    let mut found = Vec::new();
    for sent in case.requests.iter().filter(|sent| sent.delivery.is_some()) {
        let Some(webhook) = case.webhook(sent.target) else {
            continue;
        };
        let most = match webhook.ordering {
            Ordering::Webhook => 1,
            _ => usize::try_from(webhook.max_in_flight).unwrap_or(usize::MAX),
        };
        let open = under_way.entry(sent.target).or_default();
        open.retain(|(_, ends)| *ends > sent.at);
        open.push((sent.process, sent.ends));
        let moving = open
            .iter()
            .filter(|(process, _)| !case.is_frozen(*process, sent.at));
        let count = moving.count();
        if count > most {
            let what = format!(
                "webhook {} has {count} under way, not {most}",
                sent.target.0
            );
            found.push((sent.at, what));
        }
    }
    found
}
