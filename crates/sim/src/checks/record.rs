//! Attempts on record are the requests that receivers saw, each once, less those that their node broke off
//! or died before it could record them; they are numbered 1, 2, … and every request bears its number.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::{DeliveryId, Timestamp};

use crate::case::Case;
use crate::trace::TraceEvent;
use crate::vendor::STEP_HEADER;

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
            let was_sent = attempt.error.as_deref() != Some("not_in_dialect");
            let sent = case
                .attempts
                .iter()
                .find(|s| s.delivery == Some(*id) && s.told == at);
            if was_sent
                && sent.and_then(|sent| sent.end).map(|end| end.status) != Some(attempt.status_code)
            {
                found.push((
                    0,
                    format!("{id}: attempt {number} on record is no request that was seen"),
                ));
            }
            let step = sent.and_then(|sent| sent.header(STEP_HEADER));
            if was_sent && step != attempt.step.as_deref() {
                let what = format!("{id}: attempt {number} on record is not of step {step:?}");
                found.push((0, what));
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
    let last = last_of_run(case);
    for sent in &case.attempts {
        let Some(id) = sent.delivery else { continue };
        let ended = match sent.header(STEP_HEADER) {
            // What came before in a run is on record before it goes on. The last one may be lost with its
            // lease.
            Some(_) => last.contains(&sent.place),
            None => sent.cut_off || case.crashes.contains_key(&sent.process),
        };
        let excused = ended && !reached.contains(&(id, sent.told));
        if !recorded.contains(&(id, sent.told)) && !excused && !alike.contains(&id) {
            found.push((sent.at, format!("{id}: a request is not on record")));
        }
    }
    found
}

/// What the store was told of.
fn reached(case: &Case<'_>) -> BTreeSet<(DeliveryId, Timestamp)> {
    let entries = case.remains.entries.iter();
    entries
        .filter_map(|entry| match &entry.event {
            TraceEvent::Recorded { outcome, .. } => Some((outcome.id, outcome.attempt.started_at)),
            TraceEvent::Saved { saved, .. } => {
                let attempt = saved.attempt.as_ref();
                attempt.map(|attempt| (saved.id, attempt.started_at))
            }
            _ => None,
        })
        .collect()
}

/// The places of the requests that no other of their run came after.
fn last_of_run(case: &Case<'_>) -> BTreeSet<usize> {
    let runs = case.attempts.iter().filter_map(|sent| {
        let (granted, _) = sent.grant?;
        Some((granted, sent.place))
    });
    let last: BTreeMap<usize, usize> = runs.collect();
    last.into_values().collect()
}

/// `Claimwire-Attempt` is one more than the attempts that were on record when the run began, and those that it saved.
fn numbers(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut on_record: BTreeMap<DeliveryId, BTreeSet<Timestamp>> = BTreeMap::new();
    let mut count_at: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, entry) in case.remains.entries.iter().enumerate() {
        match &entry.event {
            TraceEvent::Recorded { outcome, .. } => {
                let of = on_record.entry(outcome.id).or_default();
                of.insert(outcome.attempt.started_at);
            }
            TraceEvent::Saved { saved, .. } => {
                let of = on_record.entry(saved.id).or_default();
                of.extend(saved.attempt.iter().map(|attempt| attempt.started_at));
            }
            TraceEvent::Granted { handed, .. } => {
                let count = on_record.get(&handed.id).map_or(0, BTreeSet::len);
                count_at.insert(place, count);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for sent in &case.attempts {
        let (Some(id), Some((place, _))) = (sent.delivery, sent.grant) else {
            continue;
        };
        if case.alike.contains(&id) {
            continue;
        }
        let count = count_at.get(&place).copied().unwrap_or(0);
        let steps = usize::try_from(sent.step).unwrap_or(usize::MAX);
        let expected = (count + steps + 1).to_string();
        if sent.header("claimwire-attempt") != Some(&expected) {
            let bears = sent.header("claimwire-attempt").unwrap_or("none");
            found.push((
                sent.at,
                format!("{id}: attempt {expected} bears number {bears}"),
            ));
        }
    }
    found
}
