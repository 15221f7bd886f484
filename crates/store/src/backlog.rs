//! How much waits in the whole store, whichever process has it in hand: for those who watch the server.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use claimwire_model::Timestamp;

use crate::error::StoreResult;

/// Deliveries that are counted, at most: a look at more would cost what the count is worth.
pub const COUNTED: u64 = 1_000_000;

/// What waits for active webhooks and connectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Deliveries that are not finished: due, under way, or waiting for their next attempt. Up to [`COUNTED`]; what a
    /// commit of very many has not made yet is not among them.
    pub unfinished: u64,
    /// Since when the one is due that has been due longest; none: none is. While a target is paused nothing of it is
    /// due; what must not overtake another delivery is.
    pub due_since: Option<Timestamp>,
}

/// A store whose backlog can be looked at, by its indexes.
#[async_trait]
pub trait CountBacklog: Send + Sync {
    /// What waits at `now`.
    async fn backlog(&self, now: Timestamp) -> StoreResult<Backlog>;
}

/// What was counted last, and when: for who shows it without counting anew.
#[derive(Debug, Default)]
pub struct LastBacklog(Mutex<Option<(Timestamp, Backlog)>>);

impl LastBacklog {
    /// That it was counted.
    pub fn put(&self, now: Timestamp, backlog: Backlog) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((now, backlog));
    }

    /// The last count; none: there was none.
    #[must_use]
    pub fn get(&self) -> Option<(Timestamp, Backlog)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
