//! How much the engine holds as a whole, against its limits.

use crate::limits::Limits;

/// What one webhook, or all of them, hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Attempts under way.
    pub(crate) in_flight: usize,
    /// Deliveries waiting in memory.
    pub(crate) queued: usize,
    /// What their events take.
    pub(crate) bytes: usize,
}

/// How full the engine is as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct House {
    /// `Limits::queued_bytes` is reached.
    pub(crate) memory_full: bool,
    /// `Limits::in_flight` is reached.
    pub(crate) crowded: bool,
}

impl House {
    /// By what all webhooks hold.
    pub(crate) fn new(held: &Held, limits: &Limits) -> Self {
        Self {
            memory_full: held.bytes >= limits.queued_bytes,
            crowded: held.in_flight >= limits.in_flight,
        }
    }
}
