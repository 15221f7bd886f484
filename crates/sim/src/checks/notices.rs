//! Every disabling makes one `webhooks/disabled` event.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::target::TargetStatus;

use crate::case::Case;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut disabled: BTreeMap<TargetNo, TargetStatus> = BTreeMap::new();
    let mut times = 0;
    for entry in &case.remains.entries {
        if let TraceEvent::Kept(webhook) = &entry.event {
            let before = disabled.insert(webhook.no, webhook.status);
            let now = webhook.status == TargetStatus::Disabled;
            times += usize::from(now && before != Some(TargetStatus::Disabled));
        }
    }
    let told = case
        .events
        .values()
        .filter(|told| told.event.fact.r#ref == "webhooks/disabled")
        .count();
    let end = case.remains.entries.last().map_or(0, |entry| entry.at);
    if told == times {
        return Vec::new();
    }
    vec![(
        end,
        format!("{times} webhooks were disabled, and {told} events say so"),
    )]
}
