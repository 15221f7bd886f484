//! Deferred writes: what only serves statistics is written now and then, not with every group of outcomes.
//! That is a target's counted attempts, and when it last succeeded while it does nothing but succeed. A crash loses
//! what was not written yet, and nothing else.
//!
//! Written in the order of targets, so that many that did a little share pages.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::health::Health;
use claimwire_model::{TargetNo, Timestamp};

use crate::stats::{Counted, Counting};

/// How much is deferred.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a deferred write waits, about.
    pub wait: Duration,
    /// Attempts in one deferred write, about, at most.
    pub attempts: usize,
    /// Deferred writes that are due at once, unless all are asked for.
    pub at_once: usize,
    /// Deferred writes that wait, about, at most: with so many all are due. Where none can be written, what is of further
    /// targets is forgotten from twice as many on.
    pub waiting: usize,
}

/// What is to be written of a target.
#[derive(Debug, Clone)]
pub struct DeferredWrite {
    /// The number of the row of [`counted`](Self::counted).
    pub no: i64,
    /// Its attempts, to be one row for the statistics; no row without one.
    pub counted: Vec<Counted>,
    /// To be raised to this, and never to be set back: the health may be newer by then.
    pub last_success_at: Option<Timestamp>,
    since: Instant,
}

impl DeferredWrite {
    fn new(no: i64, since: Instant) -> Self {
        Self {
            no,
            counted: Vec::new(),
            last_success_at: None,
            since,
        }
    }

    fn add(&mut self, no: i64, counted: Vec<Counted>, last_success_at: Option<Timestamp>) {
        if self.counted.is_empty() {
            self.no = no;
        }
        self.counted.extend(counted);
        self.last_success_at = self.last_success_at.max(last_success_at);
    }
}

#[derive(Default)]
struct Kept {
    writes: BTreeMap<TargetNo, DeferredWrite>,
    /// By target and number.
    under_way: BTreeMap<(TargetNo, i64), Arc<DeferredWrite>>,
    /// When they began, oldest first; with some that are written by now.
    due: VecDeque<(TargetNo, Instant)>,
    /// Whose deferred writes are full; returned once, they are due by age if that fails.
    full: Vec<TargetNo>,
    /// The last that was under way.
    seen: Option<TargetNo>,
}

impl Kept {
    fn is_due(&mut self, limits: &Limits) -> bool {
        while let Some((target, since)) = self.due.front()
            && self
                .writes
                .get(target)
                .is_none_or(|write| write.since != *since)
        {
            self.due.pop_front();
        }
        let oldest = self.due.front().map(|(_, since)| since.elapsed());
        oldest.is_some_and(|age| age >= limits.wait) || self.writes.len() >= limits.waiting
    }

    /// The deferred write of a target, a new one if there is room.
    fn open(&mut self, target: TargetNo, limits: &Limits) -> Option<&mut DeferredWrite> {
        if self.writes.len() >= 2 * limits.waiting && !self.writes.contains_key(&target) {
            return None;
        }
        let due = &mut self.due;
        Some(self.writes.entry(target).or_insert_with(|| {
            let since = Instant::now();
            due.push_back((target, since));
            DeferredWrite::new(0, since)
        }))
    }

    /// Begins to write these.
    fn begin(&mut self, targets: &[TargetNo]) -> Vec<(TargetNo, Arc<DeferredWrite>)> {
        let mut begun = Vec::with_capacity(targets.len());
        for target in targets {
            if let Some(write) = self.writes.remove(target) {
                let write = Arc::new(write);
                self.under_way.insert((*target, write.no), write.clone());
                begun.push((*target, write));
            }
        }
        self.seen = targets.last().copied().or(self.seen);
        begun
    }

    /// What is known of a target beyond the database, the newest last.
    fn of_target(&self, target: TargetNo) -> impl Iterator<Item = &DeferredWrite> {
        let numbers = (target, i64::MIN)..=(target, i64::MAX);
        let under_way = self.under_way.range(numbers).map(|(_, write)| &**write);
        under_way.chain(self.writes.get(&target))
    }

    /// It was not written. Its number stays: a reader may have it.
    fn put_back(&mut self, target: TargetNo, write: &DeferredWrite) {
        let mut write = write.clone();
        if let Some(newer) = self.writes.remove(&target) {
            write.add(newer.no, newer.counted, newer.last_success_at);
        }
        self.due.push_front((target, write.since));
        self.writes.insert(target, write);
    }
}

/// All deferred writes.
pub struct DeferredWrites {
    limits: Limits,
    kept: Mutex<Kept>,
}

impl DeferredWrites {
    /// None yet.
    #[must_use]
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            kept: Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to a target's deferred write; `no` is the number of its row if that is new.
    pub fn add(
        &self,
        target: TargetNo,
        no: i64,
        counted: Vec<Counted>,
        last_success_at: Option<Timestamp>,
    ) {
        let mut kept = self.kept();
        let Some(write) = kept.open(target, &self.limits) else {
            return;
        };
        write.add(no, counted, last_success_at);
        if write.counted.len() >= self.limits.attempts {
            kept.full.push(target);
        }
    }

    /// Whether nothing is deferred.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept().writes.is_empty()
    }

    /// The health of a target has been written, with this as its last success.
    pub fn forget_success(&self, target: TargetNo, written: Option<Timestamp>) {
        if let Some(write) = self.kept().writes.get_mut(&target)
            && write.last_success_at <= written
        {
            write.last_success_at = None;
        }
    }

    /// What is to be written now, or all.
    pub fn due(self: &Arc<Self>, all: bool) -> UnderWay {
        let mut kept = self.kept();
        let targets: Vec<TargetNo> = if all {
            kept.writes.keys().copied().collect()
        } else if kept.is_due(&self.limits) {
            let after = kept.seen.map_or(Unbounded, Excluded);
            let rest = kept.writes.range((after, Unbounded));
            let round = rest.chain(&kept.writes).map(|(target, _)| *target);
            round
                .take(self.limits.at_once.min(kept.writes.len()))
                .collect()
        } else {
            let mut full = std::mem::take(&mut kept.full);
            full.sort_unstable();
            full.dedup();
            full
        };
        self.under_way(kept.begin(&targets))
    }

    /// What is to be written now of these targets.
    pub fn due_of(self: &Arc<Self>, targets: impl Iterator<Item = TargetNo>) -> UnderWay {
        let mut kept = self.kept();
        let is_due = |write: &DeferredWrite| {
            write.since.elapsed() >= self.limits.wait || write.counted.len() >= self.limits.attempts
        };
        let due: Vec<TargetNo> = targets
            .filter(|target| kept.writes.get(target).is_some_and(is_due))
            .collect();
        self.under_way(kept.begin(&due))
    }

    fn under_way(self: &Arc<Self>, writes: Vec<(TargetNo, Arc<DeferredWrite>)>) -> UnderWay {
        UnderWay {
            of: self.clone(),
            writes,
        }
    }

    /// What is known of a target beyond the database. To be called before the database is read.
    #[must_use]
    pub fn of(&self, target: TargetNo) -> Unwritten {
        let mut unwritten = Unwritten::default();
        for write in self.kept().of_target(target) {
            unwritten.numbers.push(write.no);
            unwritten.counted.extend_from_slice(&write.counted);
        }
        unwritten
    }

    /// Brings a target's health up to its last success, if that is not written yet.
    pub fn raise(&self, target: TargetNo, health: &mut Health) {
        for write in self.kept().of_target(target) {
            health.last_success_at = health.last_success_at.max(write.last_success_at);
        }
    }
}

/// Attempts of a target that had not been written when they were asked for.
#[derive(Debug, Default)]
pub struct Unwritten {
    numbers: Vec<i64>,
    counted: Vec<Counted>,
}

impl Unwritten {
    /// Whether the row of this number is of these attempts, and was written meanwhile.
    #[must_use]
    pub fn is_of(&self, no: i64) -> bool {
        self.numbers.contains(&no)
    }

    /// Counts them.
    pub fn count(self, counting: &mut Counting) {
        for attempt in self.counted {
            counting.add(attempt);
        }
    }
}

enum End {
    Written,
    Failed,
    Unknown,
}

/// Deferred writes that a transaction makes. Dropped, nobody knows what became of it: attempts are not written again, which
/// could count them twice.
#[must_use]
pub struct UnderWay {
    of: Arc<DeferredWrites>,
    writes: Vec<(TargetNo, Arc<DeferredWrite>)>,
}

impl UnderWay {
    /// The writes, in the order of targets but for where a round begins anew.
    pub fn writes(&self) -> impl Iterator<Item = (TargetNo, &DeferredWrite)> {
        self.writes
            .iter()
            .map(|(target, write)| (*target, &**write))
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// After the commit.
    pub fn written(mut self) {
        self.end(&End::Written);
    }

    /// The transaction was undone: they are deferred again.
    pub fn failed(mut self) {
        self.end(&End::Failed);
    }

    fn end(&mut self, end: &End) {
        if self.writes.is_empty() {
            return;
        }
        let mut kept = self.of.kept();
        for (target, write) in self.writes.drain(..) {
            kept.under_way.remove(&(target, write.no));
            match end {
                End::Written => {}
                End::Failed => kept.put_back(target, &write),
                End::Unknown if write.last_success_at.is_some() => {
                    let again = kept.open(target, &self.of.limits);
                    if let Some(again) = again {
                        again.last_success_at = again.last_success_at.max(write.last_success_at);
                    }
                }
                End::Unknown => {}
            }
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.end(&End::Unknown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        wait: Duration::MAX,
        attempts: 512,
        at_once: 64,
        waiting: 1_024,
    };
    const WAITING: i64 = 1_024;

    fn add(deferred: &DeferredWrites, target: i64, no: i64, count: usize) {
        let one = Counted {
            started_at: Timestamp::from_millis(0),
            duration: Duration::ZERO,
            delivered: true,
        };
        deferred.add(TargetNo(target), no, vec![one; count], None);
    }

    fn succeeded(deferred: &DeferredWrites, target: i64, at: i64) {
        let at = Timestamp::from_secs(at);
        deferred.add(TargetNo(target), 0, Vec::new(), Some(at));
    }

    fn targets(due: &UnderWay) -> Vec<i64> {
        due.writes().map(|(target, _)| target.0).collect()
    }

    fn counted(deferred: &DeferredWrites, target: i64) -> usize {
        deferred.of(TargetNo(target)).counted.len()
    }

    fn last_success(deferred: &DeferredWrites, target: i64) -> Option<Timestamp> {
        let mut health = Health::default();
        deferred.raise(TargetNo(target), &mut health);
        health.last_success_at
    }

    #[test]
    fn a_full_write_is_due_at_once_and_no_other() {
        let deferred = DeferredWrites::new(LIMITS);
        add(&deferred, 1, 1, 1);
        for no in [2, 3] {
            add(&deferred, 2, no, LIMITS.attempts);
        }
        let of_both = [1, 2].map(TargetNo);
        assert_eq!(targets(&deferred.due_of(of_both.into_iter())), [2]);
        for no in [2, 3] {
            add(&deferred, 2, no, LIMITS.attempts);
        }
        let due = deferred.due(false);
        assert_eq!(targets(&due), [2]);
        assert!(deferred.due(false).is_empty(), "it is under way");
        let all = deferred.due(true);
        assert_eq!(targets(&all), [1]);
        due.written();
        all.written();
        assert_eq!((counted(&deferred, 1), counted(&deferred, 2)), (0, 0));
        assert!(deferred.is_empty());
    }

    #[test]
    fn what_has_waited_is_due() {
        let deferred = DeferredWrites::new(Limits {
            wait: Duration::ZERO,
            ..LIMITS
        });
        add(&deferred, 1, 1, 1);
        add(&deferred, 2, 2, 1);
        let of_them = [2, 3].map(TargetNo);
        assert_eq!(targets(&deferred.due_of(of_them.into_iter())), [2]);
        assert_eq!(targets(&deferred.due(false)), [1]);
    }

    #[test]
    fn many_are_written_in_the_order_of_targets_and_round() {
        let deferred = DeferredWrites::new(LIMITS);
        for target in (0..WAITING).rev() {
            add(&deferred, target, target, 1);
        }
        deferred.kept().seen = Some(TargetNo(WAITING - 3));
        let due = deferred.due(false);
        assert_eq!(due.writes().count(), LIMITS.at_once);
        assert_eq!(targets(&due)[..4], [WAITING - 2, WAITING - 1, 0, 1]);
        due.written();
        assert!(deferred.due(false).is_empty(), "there is room again");
        assert!(!deferred.is_empty());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let deferred = DeferredWrites::new(LIMITS);
        for target in 0..3 * WAITING {
            add(&deferred, target, target, 1);
        }
        add(&deferred, 0, 0, 1);
        assert_eq!(counted(&deferred, 0), 2);
        assert_eq!(counted(&deferred, 3 * WAITING - 1), 0);
        let kept = deferred.due(true).writes().count();
        assert_eq!(kept, 2 * LIMITS.waiting);
    }

    #[test]
    fn a_write_that_failed_is_due_again_with_what_came_meanwhile() {
        let deferred = DeferredWrites::new(LIMITS);
        add(&deferred, 1, 10, 2);
        succeeded(&deferred, 1, 5);
        let due = deferred.due(true);
        add(&deferred, 1, 11, 3);
        assert_eq!(counted(&deferred, 1), 5, "under way or not");
        assert_eq!(last_success(&deferred, 1), Some(Timestamp::from_secs(5)));
        due.failed();
        assert_eq!(counted(&deferred, 1), 5);
        let unwritten = deferred.of(TargetNo(1));
        assert!(unwritten.is_of(10) && !unwritten.is_of(11));
        let due = deferred.due(true);
        let (_, write) = due.writes().next().unwrap();
        assert_eq!((write.no, write.counted.len()), (10, 5));
        assert_eq!(write.last_success_at, Some(Timestamp::from_secs(5)));
    }

    #[test]
    fn of_a_write_that_is_lost_the_success_alone_is_due_again() {
        let deferred = DeferredWrites::new(LIMITS);
        add(&deferred, 1, 10, 2);
        succeeded(&deferred, 1, 5);
        drop(deferred.due(true));
        add(&deferred, 1, 11, 1);
        let due = deferred.due(true);
        let (_, write) = due.writes().next().unwrap();
        assert_eq!((write.no, write.counted.len()), (11, 1));
        assert_eq!(write.last_success_at, Some(Timestamp::from_secs(5)));
    }

    #[test]
    fn a_success_that_was_written_is_forgotten_but_no_later_one() {
        let deferred = DeferredWrites::new(LIMITS);
        for at in [5, 7, 6] {
            succeeded(&deferred, 1, at);
        }
        let seven = Some(Timestamp::from_secs(7));
        deferred.forget_success(TargetNo(1), Some(Timestamp::from_secs(6)));
        assert_eq!(last_success(&deferred, 1), seven);
        deferred.forget_success(TargetNo(1), seven);
        assert_eq!(last_success(&deferred, 1), None);
    }
}
