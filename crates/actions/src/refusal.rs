//! Why a request was not done. A closed list; the API turns each into its problem.

use claimwire_store::StoreError;

use crate::limits::Limit;

/// One field of the request that cannot be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the request body: `/enabled_events/0`.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

/// Why a request was not done. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The body is not JSON (400).
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// The caller may not do this (403): `role_insufficient`, `admin_key_needed`.
    #[error("{key}: {detail}")]
    Forbidden {
        /// The problem's stable name.
        key: &'static str,
        /// Who may.
        detail: String,
    },
    /// More than one request or one event may hold (413).
    #[error("{0}")]
    TooLarge(String),
    /// Bytes of a kind that is not taken (415): `image_unsupported`.
    #[error("{key}: {detail}")]
    Unsupported {
        /// The problem's stable name.
        key: &'static str,
        /// What is taken.
        detail: String,
    },
    /// JSON, but not what it should hold (422). `key` is stable snake_case: `validation_failed`,
    /// `event_unknown`, `url_not_public`, …
    #[error("{key}")]
    Invalid {
        /// The problem's stable name.
        key: &'static str,
        /// Which fields.
        errors: Vec<FieldError>,
    },
    /// What the request names is not there for this caller (404): `claim_not_found`.
    #[error("{key}")]
    NotFound {
        /// The problem's stable name.
        key: &'static str,
        /// What was looked for.
        what: String,
    },
    /// It cannot be done beside what is there (409): `idempotency_conflict`, `shop_exists`.
    #[error("{key}: {detail}")]
    Conflict {
        /// The problem's stable name.
        key: &'static str,
        /// What is in the way and what to do.
        detail: String,
    },
    /// The shop has as much as it may (409).
    #[error("limit_reached: {limit} {value}")]
    LimitReached {
        /// Of what.
        limit: Limit,
        /// How much that is.
        value: u64,
    },
    /// The server itself failed (500).
    #[error("{0}")]
    Failed(String),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// One field that cannot be as it is.
    #[must_use]
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            key: VALIDATION_FAILED,
            errors: vec![FieldError {
                field: pointer.into(),
                message: message.into(),
            }],
        }
    }

    /// The same about something that stands at `pointer` in the request.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        if let Self::Invalid { errors, .. } = &mut self {
            for error in errors {
                error.field.insert_str(0, pointer);
            }
        }
        self
    }
}

/// The key of a 422 that has none of its own.
pub const VALIDATION_FAILED: &str = "validation_failed";
