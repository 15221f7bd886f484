//! After a 429 or 503 with `Retry-After` the whole webhook is left alone for that time: by the node that
//! got the answer at once while it owns the webhook, by the others in what they take after it is on record.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::lease::Epoch;

use crate::case::{Case, SentRequest};
use crate::leases::{Leases, Passed};
use crate::process::ProcessNo;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let slack = case.remains.plan.slack_ms();
    let of = |sent: &SentRequest<'_>| {
        let epoch = sent.grant.map(|(_, handed)| handed.lease.epoch);
        (sent.process, sent.target, epoch)
    };
    let mut leases = Leases::default();
    let mut heard: BTreeMap<(ProcessNo, TargetNo, Option<Epoch>), u64> = BTreeMap::new();
    // Until when, and the place from which on the store says so.
    let mut recorded: BTreeMap<TargetNo, (u64, usize)> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        let passed = leases.passed(&entry.event);
        match &entry.event {
            TraceEvent::Ended {
                request_no,
                quiet_until,
                ..
            } => {
                let Some(sent) = case
                    .requests
                    .get(*request_no)
                    .filter(|s| s.delivery.is_some())
                else {
                    continue;
                };
                let until = heard.entry(of(sent)).or_default();
                *until = quiet_until.unwrap_or(0).max(*until);
            }
            TraceEvent::Recorded { process, outcome } if passed == Passed::UnderLease => {
                let sent = case.request_of(*process, outcome);
                let quiet = sent.and_then(|s| s.end).and_then(|end| end.quiet_until);
                let kept = recorded.entry(outcome.id.target).or_insert((0, place));
                if quiet > Some(kept.0) {
                    *kept = (quiet.unwrap_or(0), place);
                }
            }
            TraceEvent::Started { request_no, .. } => {
                let Some(sent) = case
                    .requests
                    .get(*request_no)
                    .filter(|s| s.delivery.is_some() && s.step == 0)
                else {
                    continue;
                };
                let own = heard.get(&of(sent)).copied().unwrap_or(0);
                let granted = sent.grant.map_or(0, |(place, _)| place);
                let told = recorded
                    .get(&sent.target)
                    .filter(|(_, since)| *since < granted);
                let until = told.map_or(0, |(until, _)| *until).max(own);
                if sent.at + slack < until {
                    let early = until - sent.at;
                    let what = format!(
                        "webhook {} was not left alone: {early} ms early",
                        sent.target.0
                    );
                    found.push((sent.at, what));
                }
            }
            _ => {}
        }
    }
    found
}
