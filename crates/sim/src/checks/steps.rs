//! What a run saved is not done again, and nothing is done before what came before it is saved: a run begins
//! with the step after those that were saved, and takes one after another. What is saved stays until the
//! delivery is delivered or armed again by a replay.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::DeliveryId;
use claimwire_model::verdict::Next;

use crate::case::Case;
use crate::process::ProcessNo;
use crate::trace::TraceEvent;
use crate::vendor::steps_done;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    // Steps done, by what the store was told.
    let mut kept: BTreeMap<DeliveryId, usize> = BTreeMap::new();
    // What may have been forgotten meanwhile.
    let mut unclear: BTreeSet<DeliveryId> = BTreeSet::new();
    // Steps done, by what each run was given and has saved.
    let mut runs: BTreeMap<(ProcessNo, DeliveryId), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in &case.remains.entries {
        match &entry.event {
            TraceEvent::Granted {
                process, handed, ..
            } => {
                let id = handed.id;
                let done = steps_done(handed.state.as_ref());
                let saved = kept.get(&id).copied().unwrap_or(0);
                if done != saved && !(done == 0 && unclear.contains(&id)) {
                    let what =
                        format!("{id} was leased after {done} steps, but {saved} were saved");
                    found.push((entry.at, what));
                }
                unclear.remove(&id);
                kept.insert(id, done);
                runs.insert((*process, id), done);
            }
            TraceEvent::Saved { process, saved, .. } if saved.state.is_some() => {
                let done = steps_done(saved.state.as_ref());
                kept.insert(saved.id, done);
                runs.insert((*process, saved.id), done);
            }
            TraceEvent::Recorded { outcome, .. } if outcome.verdict.next == Next::Delivered => {
                unclear.insert(outcome.id);
            }
            TraceEvent::Replayed(target) => {
                unclear.extend(kept.keys().filter(|id| id.target == *target));
            }
            TraceEvent::Started { request_no, .. } => {
                let sent = case.requests.get(*request_no);
                let step =
                    sent.and_then(|sent| Some((sent.process, sent.delivery?, sent.step_no()?)));
                let Some((process, id, step)) = step else {
                    continue;
                };
                let done = runs.get(&(process, id)).copied().unwrap_or(0);
                if step != done {
                    let what = format!("{id}: step {step} was taken with {done} saved");
                    found.push((entry.at, what));
                }
            }
            _ => {}
        }
    }
    found
}
