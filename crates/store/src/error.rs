//! What can go wrong in a store.

use uuid::Uuid;

/// The answer of every call.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a call did nothing, or may have done nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What the call names is not there (or is another shop's).
    #[error("not found")]
    NotFound,
    /// A shop's slug, a webhook's uuid or the like is taken.
    #[error("exists already")]
    Exists,
    /// Someone else changed it since it was read: read again and try again.
    #[error("changed since it was read")]
    Stale,
    /// The same event id or idempotency key with another content.
    #[error("the same key was used with another content")]
    Conflict,
    /// So many replays of the target wait already behind this one that no more is taken.
    #[error("replay {0} of the webhook is not done, and others wait behind it")]
    ReplayRunning(Uuid),
    /// The store cannot commit now (disk full, read-only, busy, too many waiting). Nothing was
    /// written; it may work later.
    #[error("the store cannot commit: {0}")]
    Unavailable(String),
    /// The end of the commit is not known: all of it is written, or nothing. The same call made again is
    /// answered as if it were the first, or does nothing; a write that bears an idempotency record is found
    /// by it. What was promised room in memory for it is void, whatever was written.
    #[error("the store did not say whether it committed: {0}")]
    Unknown(String),
    /// What the store holds is not what it should hold.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The store as it was opened is not for this program: a newer one wrote it, or one with other
    /// schema steps. Nothing was changed. Only opening answers it.
    #[error("the store cannot be used: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether the same call may work later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unknown(_))
    }
}
