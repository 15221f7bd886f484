//! Alarms: when each target queue is to be advanced again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use claimwire_model::{TargetNo, Timestamp};

/// Alarms, earliest first. One that was set earlier than needed is harmless; nothing is ever removed.
#[derive(Default)]
pub(crate) struct Alarms(BinaryHeap<Reverse<(Timestamp, TargetNo)>>);

impl Alarms {
    /// Sets an alarm. True: it is the earliest now.
    pub(crate) fn set(&mut self, target: TargetNo, at: Timestamp) -> bool {
        let earliest = self.next().is_none_or(|next| at < next);
        self.0.push(Reverse((at, target)));
        earliest
    }

    /// When the earliest goes off.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// One that has gone off at `now`.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<(TargetNo, Timestamp)> {
        self.next().filter(|at| *at <= now)?;
        self.0.pop().map(|Reverse((at, target))| (target, at))
    }
}
