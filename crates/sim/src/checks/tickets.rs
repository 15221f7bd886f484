//! One claim has one ticket: what a call made is on record with that call, and no run that begins later makes it
//! again, whichever event it is of.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::{DeliveryId, TargetNo};

use crate::case::Case;
use crate::trace::TraceEvent;
use crate::vendor::CREATE;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    // Where among the entries each was saved first.
    let mut tickets: BTreeMap<(TargetNo, &str), usize> = BTreeMap::new();
    // Deliveries of events that belong to a claim.
    let mut of_claims: BTreeSet<DeliveryId> = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        match &entry.event {
            TraceEvent::Granted { handed, .. } if handed.event.fact.claim().is_some() => {
                of_claims.insert(handed.id);
            }
            TraceEvent::Saved { saved, .. } => {
                if let Some(ticket) = &saved.ticket {
                    let of = (saved.id.target, &*ticket.claim);
                    tickets.entry(of).or_insert(place);
                }
                let attempt = saved.attempt.as_ref();
                let created = attempt.is_some_and(|attempt| {
                    let good = attempt.status_code.is_some_and(|status| status / 100 == 2);
                    attempt.step.as_deref() == Some(CREATE) && good
                });
                if created && saved.ticket.is_none() && of_claims.contains(&saved.id) {
                    let what = format!("{}: a ticket was made and is not on record", saved.id);
                    found.push((entry.at, what));
                }
            }
            TraceEvent::Started { request_no, .. } => {
                let Some(sent) = case.requests.get(*request_no) else {
                    continue;
                };
                let creates = sent.is_step(CREATE);
                let Some((granted, handed)) = sent.grant.filter(|_| creates) else {
                    continue;
                };
                let Some(claim) = handed.event.fact.claim() else {
                    continue;
                };
                let ticket = tickets.get(&(handed.id.target, &*claim));
                if ticket.is_some_and(|saved| *saved < granted) {
                    let what = format!("{}: claim {claim} gets a second ticket", handed.id);
                    found.push((entry.at, what));
                }
            }
            _ => {}
        }
    }
    found
}
