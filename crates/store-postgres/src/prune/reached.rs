//! How far pruning has come, for its next step.

use std::collections::BTreeSet;

/// How far pruning has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reached {
    /// Events up to this one were looked at.
    pub(super) seen: i64,
    /// Deliveries of the oldest day were removed up to this event.
    pub(super) removed: i64,
    /// The ends of days in which something has to stay: the rest of them goes row by row.
    pub(super) by_rows: BTreeSet<i64>,
}
