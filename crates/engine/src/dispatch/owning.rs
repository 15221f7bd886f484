//! What follows for the target queues when ownership comes and goes.

use std::time::Duration;

use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::ownership::{Claim, Owned};

use super::Dispatch;
use crate::ownership::{Deadline, Ownership};

impl Dispatch {
    /// This node has the store to itself.
    pub(crate) fn owns_everything(&mut self) {
        self.ownership = Ownership::Everything { open: false };
    }

    /// Whether ownership may be over at some time: then [`Dispatch::expire`] is to be called before
    /// anything else is decided.
    pub(crate) fn ownership_ends(&self) -> bool {
        self.ownership.ends()
    }

    /// How long ownership lasts; none: it does not end, or there is none.
    pub(crate) fn ownership_left(&self, elapsed: Duration) -> Option<Duration> {
        self.ownership.left(elapsed)
    }

    /// When ownership is over, so is all that rests on it: attempts are cut off, and what waits in memory
    /// is free for whoever owns it next.
    pub(crate) fn expire(&mut self, now: Timestamp, elapsed: Duration) {
        let lost = self.ownership.expire(now, elapsed);
        if !lost.is_empty() {
            tracing::warn!(
                partitions = lost.len(),
                "no heartbeat got through for too long; this node's attempts are cut off"
            );
            self.lose(&lost);
        }
    }

    /// Whether ownership was over and outcomes from before are not on record yet: until they are,
    /// nothing is claimed anew, so that they count unless another node was faster.
    pub(crate) fn records_before_claiming(&self) -> bool {
        self.ownership.is_cut_off() && self.unrecorded > 0
    }

    /// The next heartbeat. What is to be given up and is quiet is no longer this node's.
    pub(crate) fn claim(&mut self) -> Claim {
        let (claim, given_up) = self.ownership.claim(self.stopped);
        self.lose(&given_up);
        claim
    }

    /// The answer to a heartbeat. Answers with what is new: it is to be found out what waits there.
    pub(crate) fn claimed(
        &mut self,
        claim: &Claim,
        owned: &Owned,
        deadline: Deadline,
        now: Timestamp,
    ) -> Vec<(Partition, Epoch)> {
        let change = self.ownership.claimed(claim, owned, deadline, now);
        self.lose(&change.lost);
        for target in self.of(&change.drained) {
            if let Some(queue) = self.queues.get_mut(&target) {
                queue.give_all_back();
            }
            self.advance(target, now);
        }
        let resumed = self.of(&change.resumed);
        self.advance_all(&resumed, now);
        self.effects.heartbeat |= self.ownership.has_quiet();
        change.gained
    }

    /// Those of these partitions that are still this node's in the same epoch.
    pub(crate) fn still_owned(&self, partitions: &[(Partition, Epoch)]) -> Vec<(Partition, Epoch)> {
        if self.stopped {
            return Vec::new();
        }
        self.ownership.still(partitions)
    }

    /// What waits in these partitions is noted: work begins there. Answers with the webhooks to
    /// [`Dispatch::advance_all`].
    pub(crate) fn open_partitions(&mut self, partitions: &[(Partition, Epoch)]) -> Vec<TargetNo> {
        self.ownership.open_partitions(partitions);
        let opened: Vec<_> = partitions.iter().map(|(partition, _)| *partition).collect();
        self.of(&opened)
    }

    /// These are not this node's any more.
    fn lose(&mut self, partitions: &[Partition]) {
        for target in self.of(partitions) {
            self.forget(target);
        }
    }

    /// Targets of these partitions that there is a queue of.
    fn of(&self, partitions: &[Partition]) -> Vec<TargetNo> {
        if partitions.is_empty() {
            return Vec::new();
        }
        let targets = self.queues.keys().copied();
        targets
            .filter(|target| partitions.contains(&Partition::of(*target)))
            .collect()
    }
}
