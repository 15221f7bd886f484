//! Hints between nodes: that something waits for targets of other nodes, or which new deliveries do, and that shops or
//! keys have changed.
//!
//! They go over `LISTEN` and `NOTIFY`, on a connection of their own, after the commit that they tell of. Nothing is
//! true because of a hint, and nothing depends on one: what waits is found by [`claimwire_store::Queue::scan`], and
//! what is remembered of shops and keys is soon read again ([`recent`](crate::recent)). So a hint that is lost is not
//! looked for, and where no connection hears any, as behind a pooler in transaction mode, there are none.

pub(crate) mod connection;
mod hint;

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::ownership::Partition;
use claimwire_model::{DeliveryId, TargetNo};
use tokio::sync::Notify;

use hint::Hint;

/// Targets that are to be told of, and new deliveries, at most; what is beyond is found by a scan.
const PENDING: usize = 4_096;
/// Targets and deliveries of one notification: it has room for 8,000 bytes.
const TARGETS: usize = 350;
const OFFERED: usize = 180;

#[derive(Default)]
struct Pending {
    /// Somebody may hear it.
    open: bool,
    waiting: BTreeSet<TargetNo>,
    offered: Vec<DeliveryId>,
    directory: bool,
    /// What this node owns needs no hint.
    owned: HashSet<Partition>,
}

/// What is to be told, and what this node owns.
#[derive(Default)]
pub(crate) struct Hints {
    pending: Mutex<Pending>,
    more: Notify,
    stopped: AtomicBool,
}

impl Hints {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this node owns from now on.
    pub(crate) fn owns(&self, partitions: impl Iterator<Item = Partition>) {
        self.pending().owned = partitions.collect();
    }

    /// Something waits for these: tells the nodes that own them.
    pub(crate) fn waiting(&self, targets: impl IntoIterator<Item = TargetNo>) {
        let mut pending = self.pending();
        if !pending.open {
            return;
        }
        let before = pending.waiting.len();
        for target in targets {
            if pending.waiting.len() == PENDING {
                break;
            }
            if !pending.owned.contains(&Partition::of(target)) {
                pending.waiting.insert(target);
            }
        }
        if pending.waiting.len() > before {
            self.more.notify_one();
        }
    }

    /// These were committed for targets that are not this node's: tells the nodes that own them. Answers those that are
    /// this node's after all.
    pub(crate) fn offer(&self, deliveries: Vec<DeliveryId>) -> Vec<DeliveryId> {
        let mut pending = self.pending();
        let (ours, mut others): (Vec<_>, Vec<_>) = deliveries
            .into_iter()
            .partition(|id| pending.owned.contains(&Partition::of(id.target)));
        // What is beyond is found by a scan.
        others.truncate(PENDING.saturating_sub(pending.offered.len()));
        if pending.open && !others.is_empty() {
            pending.offered.extend(others);
            self.more.notify_one();
        }
        ours
    }

    /// A shop or a key has changed.
    pub(crate) fn directory(&self) {
        let mut pending = self.pending();
        if pending.open {
            pending.directory = true;
            self.more.notify_one();
        }
    }

    /// The store is closed.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.more.notify_one();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn open(&self, open: bool) {
        let mut pending = self.pending();
        pending.open = open;
        pending.waiting.clear();
        pending.offered.clear();
        pending.directory = false;
    }

    fn take(&self) -> Vec<Hint> {
        let mut pending = self.pending();
        let targets = Vec::from_iter(std::mem::take(&mut pending.waiting));
        let waiting = targets.chunks(TARGETS);
        let mut hints: Vec<Hint> = waiting.map(|part| Hint::Waiting(part.to_vec())).collect();
        let mut offered = std::mem::take(&mut pending.offered);
        offered.sort_unstable_by_key(|id| (id.target, id.event));
        let offered = offered.chunks(OFFERED);
        hints.extend(offered.map(|part| Hint::Offered(part.to_vec())));
        if std::mem::take(&mut pending.directory) {
            hints.push(Hint::Directory);
        }
        hints
    }

    /// Those of these targets that this node owns, each once.
    fn ours(&self, targets: Vec<TargetNo>) -> Vec<TargetNo> {
        let mut ours = self.of_ours(targets, |target| *target);
        ours.sort_unstable();
        ours.dedup();
        ours
    }

    /// Those of these whose targets this node owns.
    fn of_ours<T>(&self, mut all: Vec<T>, target: impl Fn(&T) -> TargetNo) -> Vec<T> {
        let pending = self.pending();
        all.retain(|one| pending.owned.contains(&Partition::of(target(one))));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_own_is_told_and_no_notification_is_too_long() {
        let hints = Hints::default();
        hints.waiting([TargetNo(1)]);
        assert_eq!(hints.take(), [], "nobody listens");

        hints.open(true);
        let own = TargetNo(1);
        hints.owns([Partition::of(own)].into_iter());
        hints.waiting(
            (1..)
                .map(|n| TargetNo(i64::MAX - n))
                .chain([own])
                .take(2 * PENDING),
        );
        hints.waiting([own]);
        let told = hints.take();
        let mut count = 0;
        for hint in &told {
            assert!(hint.payload().len() < 8_000);
            let Hint::Waiting(targets) = hint else {
                panic!("{hint:?}")
            };
            assert!(
                targets
                    .iter()
                    .all(|no| Partition::of(*no) != Partition::of(own))
            );
            count += targets.len();
        }
        assert_eq!(count, PENDING);
        assert_eq!(hints.ours(vec![own, own]), [own]);
    }
}
