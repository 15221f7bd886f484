//! The slot of its target that an attempt fills.

use std::sync::Arc;

use crate::job::Start;
use crate::run::Broken;
use crate::shared::Shared;

/// Filled until the attempt has ended; free again also when its task is aborted.
pub(crate) struct Slot<'a> {
    shared: &'a Arc<Shared>,
    start: &'a mut Start,
    ended: bool,
}

impl<'a> Slot<'a> {
    /// The attempt begins.
    pub(crate) fn of(shared: &'a Arc<Shared>, start: &'a mut Start) -> Self {
        Self {
            shared,
            start,
            ended: false,
        }
    }

    /// What the attempt is about.
    pub(crate) fn start(&mut self) -> &mut Start {
        self.start
    }

    /// It has ended: what follows from that is the caller's to see to, at once.
    pub(crate) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let (delivery, target) = (self.start.job.handed.id, self.start.target.uuid);
            let others = self.start.others.len();
            tracing::error!(%delivery, others, %target, "an attempt broke off; it is made again when its lease ends");
            self.shared
                .with(|dispatch, now| dispatch.lost(self.start, now));
        }
    }
}

/// An attempt was broken off; answers with the next one to make.
pub(crate) fn broken(shared: &Arc<Shared>, start: &Start, broken: Broken) -> Option<Start> {
    match broken {
        Broken::Lost => {
            let (delivery, target) = (start.job.handed.id, start.target.uuid);
            let others = start.others.len();
            tracing::warn!(%delivery, others, %target, "an attempt was cut off: its target, or the delivery, is no longer this node's");
            shared.with_next(|dispatch, now| dispatch.lost(start, now))
        }
        Broken::Ours => shared.with_next(|dispatch, now| dispatch.not_made(start, now)),
    }
    .1
}
