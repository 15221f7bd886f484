//! Deferred writes: what only serves statistics is written now and then, not with every group of outcomes.
//! That is a webhook's counted attempts, and its health while it does nothing but succeed. A crash loses
//! what was not written yet: half a minute of counts, and how recent the last success was.
//!
//! Written in the order of webhooks, so that many that did a little share pages.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::TargetNo;
use claimwire_model::health::Health;
use claimwire_store::stats::Counted;

/// How long a deferred write waits, about.
pub(crate) const WAIT: Duration = Duration::from_secs(30);
/// Attempts in one deferred write, about, at most.
const ATTEMPTS: usize = 512;
/// DeferredWrites that one group writes at most, unless it is the last.
const AT_ONCE: usize = 64;
/// DeferredWrites that wait at most, about.
const WAITING: usize = 64 << 10;

/// What is to be written of a webhook.
#[derive(Debug, Clone)]
pub(crate) struct DeferredWrite {
    /// The number of its row in `timings`: all rows of the webhook before it have smaller ones.
    pub(crate) no: i64,
    pub(crate) counted: Vec<Counted>,
    pub(crate) health: Option<Health>,
    since: Instant,
}

#[derive(Default)]
struct Kept {
    writes: BTreeMap<TargetNo, DeferredWrite>,
    /// When they began, oldest first; with some that are written by now.
    due: VecDeque<(TargetNo, Instant)>,
    /// Whose deferred writes are full; returned once, they are due by age if that fails.
    full: Vec<TargetNo>,
    /// The last that was written.
    seen: Option<TargetNo>,
}

impl Kept {
    fn is_due(&mut self) -> bool {
        while let Some((target, since)) = self.due.front()
            && self
                .writes
                .get(target)
                .is_none_or(|write| write.since != *since)
        {
            self.due.pop_front();
        }
        let oldest = self.due.front().map(|(_, since)| since.elapsed());
        oldest.is_some_and(|age| age >= WAIT) || self.writes.len() >= WAITING
    }
}

/// All deferred writes.
#[derive(Default)]
pub(crate) struct DeferredWrites(Mutex<Kept>);

impl DeferredWrites {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to a webhook's deferred write; `no` is its number if it is new.
    pub(crate) fn add(
        &self,
        target: TargetNo,
        no: i64,
        counted: Vec<Counted>,
        health: Option<Health>,
    ) {
        let mut kept = self.kept();
        let Kept {
            writes, due, full, ..
        } = &mut *kept;
        let write = writes.entry(target).or_insert_with(|| {
            let since = Instant::now();
            due.push_back((target, since));
            DeferredWrite {
                no,
                counted: Vec::new(),
                health: None,
                since,
            }
        });
        write.counted.extend(counted);
        if write.counted.len() >= ATTEMPTS {
            full.push(target);
        }
        write.health = health.or(write.health.take());
    }

    /// Whether nothing is deferred.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept().writes.is_empty()
    }

    /// The health of a webhook has been written.
    pub(crate) fn forget_health(&self, target: TargetNo) {
        if let Some(write) = self.kept().writes.get_mut(&target) {
            write.health = None;
        }
    }

    /// What is to be written now; it stays until it is [`written`](Self::written).
    pub(crate) fn due(&self, all: bool) -> Vec<(TargetNo, DeferredWrite)> {
        let mut kept = self.kept();
        if all {
            return kept.writes.clone().into_iter().collect();
        }
        if kept.is_due() {
            let after = kept.seen.map_or(Unbounded, Excluded);
            let rest = kept.writes.range((after, Unbounded));
            let round = rest
                .chain(&kept.writes)
                .take(AT_ONCE.min(kept.writes.len()));
            return round
                .map(|(target, write)| (*target, write.clone()))
                .collect();
        }
        let mut full = std::mem::take(&mut kept.full);
        full.sort_unstable();
        full.dedup();
        let notes = full
            .iter()
            .filter_map(|target| kept.writes.get_key_value(target));
        notes
            .map(|(target, write)| (*target, write.clone()))
            .collect()
    }

    /// After the commit that wrote them.
    pub(crate) fn written(&self, written: &[(TargetNo, DeferredWrite)]) {
        let mut kept = self.kept();
        for (target, _) in written {
            kept.writes.remove(target);
            kept.seen = Some(*target);
        }
    }

    /// A webhook's attempts that are not written yet, and the number that their row will have.
    pub(crate) fn of(&self, target: TargetNo) -> Option<(i64, Vec<Counted>)> {
        let kept = self.kept();
        let write = kept.writes.get(&target)?;
        Some((write.no, write.counted.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(notes: &DeferredWrites, target: i64, count: usize) {
        let one = Counted {
            started_at: claimwire_model::Timestamp::from_millis(0),
            duration: Duration::ZERO,
            delivered: true,
        };
        notes.add(TargetNo(target), target, vec![one; count], None);
    }

    fn targets(due: &[(TargetNo, DeferredWrite)]) -> Vec<i64> {
        due.iter().map(|(target, _)| target.0).collect()
    }

    #[test]
    fn a_full_write_is_due_at_once_and_no_other() {
        let notes = DeferredWrites::default();
        noted(&notes, 1, 1);
        for _ in 0..2 {
            noted(&notes, 2, ATTEMPTS);
        }
        let due = notes.due(false);
        assert_eq!(targets(&due), [2]);
        notes.written(&due);
        assert_eq!(notes.of(TargetNo(2)).map(|(no, _)| no), None);
        assert_eq!(targets(&notes.due(true)), [1]);
    }

    #[test]
    fn many_are_written_in_the_order_of_webhooks_and_round() {
        let notes = DeferredWrites::default();
        for target in (0..WAITING as i64).rev() {
            noted(&notes, target, 1);
        }
        notes.kept().seen = Some(TargetNo(WAITING as i64 - 3));
        let due = notes.due(false);
        assert_eq!(due.len(), AT_ONCE);
        let first = [WAITING as i64 - 2, WAITING as i64 - 1, 0, 1];
        assert_eq!(targets(&due)[..4], first);
        notes.written(&due);
        assert!(notes.due(false).is_empty(), "there is room again");
        assert!(!notes.is_empty());
    }
}
