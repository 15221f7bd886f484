//! A webhook that is not active, or gone, gets no requests: from the node that knows at once, from others
//! none of what was taken after.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::target::TargetStatus;

use crate::case::Case;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let alone = !case.remains.plan.shared;
    // Since when it gets none.
    let mut off: BTreeMap<TargetNo, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        match &entry.event {
            TraceEvent::Kept(webhook) if webhook.status == TargetStatus::Active => {
                off.remove(&webhook.no);
            }
            TraceEvent::Kept(webhook) => {
                off.entry(webhook.no).or_insert(place);
            }
            TraceEvent::Deleted(target) => {
                off.entry(*target).or_insert(place);
            }
            TraceEvent::Started { request_no, .. } => {
                let Some(sent) = case
                    .requests
                    .get(*request_no)
                    .filter(|s| s.delivery.is_some() && s.step == 0)
                else {
                    continue;
                };
                let granted = sent.grant.map_or(0, |(place, _)| place);
                let since = off.get(&sent.target);
                if since.is_some_and(|since| alone || *since < granted) {
                    let what = format!("webhook {} got a request though it is off", sent.target.0);
                    found.push((sent.at, what));
                }
            }
            _ => {}
        }
    }
    found
}
