//! Attempts on record are the requests that receivers saw, each once, less those whose node died before
//! it could record them; they are numbered 1, 2, … and every request bears its number.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::{DeliveryId, Timestamp};

use crate::case::Case;
use crate::history::Deed;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let alike = &case.alike;
    let mut found = numbers(case);
    let mut recorded: BTreeSet<(DeliveryId, Timestamp)> = BTreeSet::new();
    for (id, (delivery, attempts)) in &case.remains.deliveries {
        if alike.contains(id) {
            continue;
        }
        for (attempt, number) in attempts.iter().zip(1..) {
            let at = attempt.started_at;
            if attempt.number != number {
                found.push((
                    0,
                    format!("{id}: attempt {number} bears number {}", attempt.number),
                ));
            }
            let sent = attempt.error.as_deref() != Some("not_in_dialect");
            let shot = case
                .shots
                .iter()
                .find(|s| s.delivery == Some(*id) && s.told == at);
            if sent
                && shot.and_then(|shot| shot.end).map(|end| end.status) != Some(attempt.status_code)
            {
                found.push((
                    0,
                    format!("{id}: attempt {number} on record is no request that was seen"),
                ));
            }
            if !recorded.insert((*id, at)) {
                found.push((0, format!("{id}: attempt {number} is on record twice")));
            }
        }
        if usize::try_from(delivery.attempt_count) != Ok(attempts.len()) {
            found.push((
                0,
                format!("{id}: {} attempts are counted", delivery.attempt_count),
            ));
        }
    }
    let reached = reached(case);
    for shot in &case.shots {
        let Some(id) = shot.delivery else { continue };
        let excused = case.crashes.contains_key(&shot.life) && !reached.contains(&(id, shot.told));
        if !recorded.contains(&(id, shot.told)) && !excused && !alike.contains(&id) {
            found.push((shot.at, format!("{id}: a request is not on record")));
        }
    }
    found
}

/// What the store was told of.
fn reached(case: &Case<'_>) -> BTreeSet<(DeliveryId, Timestamp)> {
    let entries = case.remains.entries.iter();
    entries
        .filter_map(|entry| match &entry.deed {
            Deed::Recorded { outcome, .. } => Some((outcome.id, outcome.attempt.started_at)),
            _ => None,
        })
        .collect()
}

/// `Claimwire-Attempt` is one more than the attempts that were on record when the lease began.
fn numbers(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut on_record: BTreeMap<DeliveryId, BTreeSet<Timestamp>> = BTreeMap::new();
    let mut count_at: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        match &entry.deed {
            Deed::Recorded { outcome, .. } => {
                let of = on_record.entry(outcome.id).or_default();
                of.insert(outcome.attempt.started_at);
            }
            Deed::Granted { handed, .. } => {
                let count = on_record.get(&handed.id).map_or(0, BTreeSet::len);
                count_at.insert(place, count);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for shot in &case.shots {
        let (Some(id), Some((place, _))) = (shot.delivery, shot.grant) else {
            continue;
        };
        if case.alike.contains(&id) {
            continue;
        }
        let count = count_at.get(&place).copied().unwrap_or(0);
        let expected = (count + 1).to_string();
        if shot.header("claimwire-attempt") != Some(&expected) {
            let bears = shot.header("claimwire-attempt").unwrap_or("none");
            found.push((
                shot.at,
                format!("{id}: attempt {expected} bears number {bears}"),
            ));
        }
    }
    found
}
