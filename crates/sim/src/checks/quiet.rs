//! After a 429 or 503 with `Retry-After` the whole webhook is left alone for that time: by the node that
//! got the answer at once, by the others in what they take after it is on record.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;

use crate::case::Case;
use crate::history::Deed;
use crate::leases::{Leases, Passed};
use crate::life::LifeNo;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let slack = case.remains.plan.slack_ms();
    let mut leases = Leases::default();
    let mut heard: BTreeMap<(LifeNo, TargetNo), u64> = BTreeMap::new();
    // Until when, and the place from which on the store says so.
    let mut recorded: BTreeMap<TargetNo, (u64, usize)> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        let passed = leases.passed(&entry.deed);
        match &entry.deed {
            Deed::Ended {
                shot, quiet_until, ..
            } => {
                let Some(shot) = case.shots.get(*shot).filter(|s| s.delivery.is_some()) else {
                    continue;
                };
                let until = heard.entry((shot.life, shot.target)).or_default();
                *until = quiet_until.unwrap_or(0).max(*until);
            }
            Deed::Recorded { life, outcome } if passed == Passed::UnderLease => {
                let shot = case.shot_of(*life, outcome);
                let quiet = shot.and_then(|s| s.end).and_then(|end| end.quiet_until);
                let kept = recorded.entry(outcome.id.target).or_insert((0, place));
                if quiet > Some(kept.0) {
                    *kept = (quiet.unwrap_or(0), place);
                }
            }
            Deed::Started { shot, .. } => {
                let Some(shot) = case.shots.get(*shot).filter(|s| s.delivery.is_some()) else {
                    continue;
                };
                let own = heard.get(&(shot.life, shot.target)).copied().unwrap_or(0);
                let granted = shot.grant.map_or(0, |(place, _)| place);
                let told = recorded
                    .get(&shot.target)
                    .filter(|(_, since)| *since < granted);
                let until = told.map_or(0, |(until, _)| *until).max(own);
                if shot.at + slack < until {
                    let early = until - shot.at;
                    let what = format!(
                        "webhook {} was not left alone: {early} ms early",
                        shot.target.0
                    );
                    found.push((shot.at, what));
                }
            }
            _ => {}
        }
    }
    found
}
