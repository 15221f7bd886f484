//! What only shows how a webhook is doing is written about once a second, not with every group of
//! outcomes: its counted attempts, and its health while it does nothing but succeed. A crash forgets
//! what was not written yet: a second of counts, and that the last success was so recent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::TargetNo;
use claimwire_model::health::Health;
use claimwire_store::stats::Counted;

/// How long a note waits.
const WAIT: Duration = Duration::from_secs(1);
/// Attempts in one note, about, at most.
const ATTEMPTS: usize = 512;
/// Notes that one group writes at most, unless it is the last.
const AT_ONCE: usize = 32;

/// What is to be written of a webhook.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// The number of its row in `timings`: all rows of the webhook before it have smaller ones.
    pub(crate) no: i64,
    pub(crate) counted: Vec<Counted>,
    pub(crate) health: Option<Health>,
    since: Instant,
}

#[derive(Default)]
struct Kept {
    notes: HashMap<TargetNo, Note>,
    /// Oldest first.
    order: VecDeque<TargetNo>,
}

/// All notes that are not written yet.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Kept>);

impl Notes {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to a webhook's note; `no` is its number if it is new.
    pub(crate) fn add(
        &self,
        target: TargetNo,
        no: i64,
        counted: Vec<Counted>,
        health: Option<Health>,
    ) {
        let mut kept = self.kept();
        let Kept { notes, order } = &mut *kept;
        let note = notes.entry(target).or_insert_with(|| {
            order.push_back(target);
            Note {
                no,
                counted: Vec::new(),
                health: None,
                since: Instant::now(),
            }
        });
        note.counted.extend(counted);
        note.health = health.or(note.health.take());
    }

    /// The health of a webhook has been written.
    pub(crate) fn forget_health(&self, target: TargetNo) {
        if let Some(note) = self.kept().notes.get_mut(&target) {
            note.health = None;
        }
    }

    /// What is to be written now; it stays until it is [`written`](Self::written).
    pub(crate) fn due(&self, all: bool) -> Vec<(TargetNo, Note)> {
        let kept = self.kept();
        let due = |note: &Note| note.since.elapsed() >= WAIT || note.counted.len() >= ATTEMPTS;
        let notes = kept.order.iter().filter_map(|target| {
            let note = kept.notes.get(target)?;
            Some((*target, note.clone()))
        });
        if all {
            return notes.collect();
        }
        notes
            .take(AT_ONCE)
            .take_while(|(_, note)| due(note))
            .collect()
    }

    /// After the commit that wrote them.
    pub(crate) fn written(&self, written: &[(TargetNo, Note)]) {
        let mut kept = self.kept();
        for (target, _) in written {
            kept.notes.remove(target);
            kept.order.pop_front();
        }
    }

    /// A webhook's attempts that are not written yet, and the number that their row will have.
    pub(crate) fn of(&self, target: TargetNo) -> Option<(i64, Vec<Counted>)> {
        let kept = self.kept();
        let note = kept.notes.get(&target)?;
        Some((note.no, note.counted.clone()))
    }
}
