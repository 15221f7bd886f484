//! A delivery on its way through the engine: waiting, then under way.

use std::sync::Arc;

use claimwire_model::{Lane, Target, Timestamp};
use claimwire_store::Handed;

use crate::content::Content;
use crate::ownership::Fence;

/// A leased delivery that waits in memory for its turn.
pub(crate) struct Job {
    /// The delivery.
    pub(crate) handed: Handed,
    /// Its event's bodies, shared with the event's other deliveries.
    pub(crate) content: Arc<Content>,
    /// What it must not overtake; known once it waits.
    pub(crate) lane: Option<Lane>,
    /// Since when it waits here.
    pub(crate) queued_at: Timestamp,
    /// So many deliveries at most may be in a batch with it.
    pub(crate) batch_limit: usize,
}

impl Job {
    /// A delivery begins to wait.
    pub(crate) fn new(handed: Handed, content: Arc<Content>, now: Timestamp) -> Self {
        Self {
            handed,
            content,
            lane: None,
            queued_at: now,
            batch_limit: usize::MAX,
        }
    }
}

/// An attempt that begins: at one delivery, or at several in one call.
pub(crate) struct Start {
    /// The delivery.
    pub(crate) job: Job,
    /// Those that go with it, of the same target; mostly none.
    pub(crate) others: Vec<Job>,
    /// The webhook's newest settings, which this attempt is made and judged with.
    pub(crate) target: Arc<Target>,
    /// When it begins.
    pub(crate) at: Timestamp,
    /// What cuts it off; none where this node has the store to itself.
    pub(crate) fence: Option<Fence>,
}

impl Start {
    /// All of its deliveries.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Job> {
        std::iter::once(&self.job).chain(&self.others)
    }

    /// When the first of their leases ends, as this node knows it.
    pub(crate) fn expires(&self) -> Timestamp {
        let others = self.others.iter().map(|job| job.handed.expires);
        others.fold(self.job.handed.expires, Timestamp::min)
    }
}
