//! How much happened.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use crate::case::Case;
use crate::trace::TraceEvent;

/// What must have happened somewhere in a run of many seeds, or it proves little.
pub const FAULTS: &[&str] = &[
    "answer: 2xx",
    "answer: 3xx",
    "answer: 410",
    "answer: 4xx",
    "answer: 5xx",
    "answer: none",
    "answer: with Retry-After",
    "attempts ordered by hand",
    "batches",
    "batches told apart",
    "crashes",
    "fault: crash after",
    "fault: crash before",
    "fault: cut off",
    "fault: down",
    "fault: drain",
    "fault: freeze",
    "fault: given up",
    "fault: held up",
    "fault: jump",
    "fault: lost",
    "fault: lost with its news",
    "fault: refused",
    "fault: restart",
    "fault: slow",
    "fault: slow heartbeat",
    "replays that queued",
    "requests cut off",
    "requests that a crash took",
    "requests that a vendor did unheard",
    "runs gone on with what was saved",
    "runs with 1 nodes",
    "runs with 2 nodes",
    "runs with 3 nodes",
    "runs with 4 nodes",
    "steps saved",
];

/// How much happened, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<String, u64>);

impl Tally {
    /// Of one run.
    #[must_use]
    pub fn of(case: &Case<'_>) -> Self {
        let mut tally = Self::default();
        tally.count("runs", 1);
        tally.count("events", case.events.len());
        tally.count("deliveries", case.remains.deliveries.len());
        tally.count(&format!("runs with {} nodes", case.remains.plan.nodes), 1);
        for entry in &case.remains.entries {
            match &entry.event {
                TraceEvent::Fault(kind, _) => tally.count(&format!("fault: {kind}"), 1),
                TraceEvent::Crashed(_) => tally.count("crashes", 1),
                TraceEvent::CutOff(_) => tally.count("requests cut off", 1),
                TraceEvent::Claimed { .. } => tally.count("heartbeats", 1),
                TraceEvent::Saved { .. } => tally.count("steps saved", 1),
                TraceEvent::Granted { handed, .. } if handed.state.is_some() => {
                    tally.count("runs gone on with what was saved", 1);
                }
                TraceEvent::Started { .. } => tally.count("requests", 1),
                TraceEvent::Recorded { .. } => tally.count("outcomes recorded", 1),
                TraceEvent::Ordered(_) => tally.count("attempts ordered by hand", 1),
                TraceEvent::Replayed(_) => tally.count("replays that queued", 1),
                TraceEvent::Ended {
                    status,
                    quiet_until,
                    ..
                } => {
                    let kind = match status {
                        None => "answer: none".to_owned(),
                        Some(410) => "answer: 410".to_owned(),
                        Some(status) => format!("answer: {}xx", status / 100),
                    };
                    tally.count(&kind, 1);
                    tally.count(
                        "answer: with Retry-After",
                        usize::from(quiet_until.is_some()),
                    );
                }
                _ => {}
            }
        }
        for (delivery, _) in case.remains.deliveries.values() {
            tally.count(&format!("ended: {:?}", delivery.status).to_lowercase(), 1);
        }
        tally.count("requests that a crash took", taken(case));
        tally.count("requests that a vendor did unheard", unheard(case));
        let (batches, apart) = batches(case);
        tally.count("batches", batches);
        tally.count("batches told apart", apart);
        tally
    }

    fn count(&mut self, name: &str, by: usize) {
        *self.0.entry(name.to_owned()).or_default() += by as u64;
    }
}

/// Requests that were made and are not on record, because their node died.
fn taken(case: &Case<'_>) -> usize {
    let sent = case
        .attempts
        .iter()
        .filter_map(|sent| Some((sent.delivery?, sent.told)));
    sent.filter(|(id, told)| {
        let attempts = case
            .remains
            .deliveries
            .get(id)
            .map(|(_, attempts)| attempts);
        attempts.is_none_or(|attempts| attempts.iter().all(|a| a.started_at != *told))
    })
    .count()
}

/// Requests for several deliveries, and those of them whose answer did not say which was wrong.
fn batches(case: &Case<'_>) -> (usize, usize) {
    let batches = case.requests.iter().filter(|sent| sent.is_batch());
    let status = |sent: &&crate::case::SentRequest<'_>| sent.end.and_then(|end| end.status);
    let apart = |sent: &&crate::case::SentRequest<'_>| {
        status(sent).is_some_and(|status| status / 100 == 4 && status != 429)
    };
    (batches.clone().count(), batches.filter(apart).count())
}

/// Requests that a vendor did and whose node was not told so.
fn unheard(case: &Case<'_>) -> usize {
    let done = case.remains.entries.iter();
    let done = done.filter_map(|entry| match entry.event {
        TraceEvent::Done(request_no) => case.requests.get(request_no),
        _ => None,
    });
    let heard = |status: u16| status / 100 == 2;
    done.filter(|sent| !sent.end.and_then(|end| end.status).is_some_and(heard))
        .count()
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.0 {
            writeln!(f, "{count:>12}  {name}")?;
        }
        Ok(())
    }
}
