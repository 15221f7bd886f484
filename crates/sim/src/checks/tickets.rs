//! One claim has one ticket: what a call made is on record with that call, and no run that begins later makes it
//! again, whichever event it is of. Where deliveries come one at a time the vendor, too, has made one, whatever was
//! not heard of it, and had made it before a note came for it.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::target::Ordering;
use claimwire_model::{DeliveryId, TargetNo};

use crate::case::Case;
use crate::trace::TraceEvent;
use crate::vendor::{CLAIM_HEADER, CREATE, NOTE};

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
    found.extend(at_the_vendor(case));
    found
}

/// What a node that stood still has sent may come this much later than it knew.
const FROZEN_MS: u64 = 300_000;

fn at_the_vendor(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut made: BTreeMap<(TargetNo, &str), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in &case.remains.entries {
        let TraceEvent::Done(request_no) = &entry.event else {
            continue;
        };
        let Some(sent) = case.requests.get(*request_no) else {
            continue;
        };
        let Some(claim) = sent.header(CLAIM_HEADER) else {
            continue;
        };
        let target = case.webhook(sent.target);
        if target.is_none_or(|target| target.ordering != Ordering::Webhook) {
            continue;
        }
        let of = (sent.target, claim);
        if sent.is_step(NOTE) && !made.contains_key(&of) {
            let what = format!(
                "webhook {}: a note came before claim {claim} had a ticket",
                sent.target.0
            );
            found.push((entry.at, what));
        }
        if !sent.is_step(CREATE) {
            continue;
        }
        let Some(before) = made.insert(of, *request_no) else {
            continue;
        };
        let late = |process| case.was_frozen(process, entry.at, FROZEN_MS);
        let before = case.requests.get(before).map(|before| before.process);
        if !late(sent.process) && !before.is_some_and(late) {
            let what = format!(
                "webhook {}: claim {claim} has a second ticket",
                sent.target.0
            );
            found.push((entry.at, what));
        }
    }
    found
}
