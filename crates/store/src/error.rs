//! What can go wrong in a store.

/// The answer of every call.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a call did nothing.
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
    /// The store cannot commit now (disk full, read-only, busy, too many waiting). Nothing was
    /// written; it may work later.
    #[error("the store cannot commit: {0}")]
    Unavailable(String),
    /// What the store holds is not what it should hold.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The store as it was opened is not for this program: a newer one wrote it, or one with other
    /// schema steps. Nothing was changed. Only opening answers it.
    #[error("the store cannot be used: {0}")]
    Refused(String),
}
