//! What goes wrong inside, and what of it the port's callers see.

use std::time::Duration;

use claimwire_store::StoreError;
use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::error::SqlState;

/// Inside the crate: the port's errors, or PostgreSQL's.
#[derive(Debug)]
pub(crate) enum Error {
    /// The call's own fault, or already in the port's words.
    Store(StoreError),
    /// PostgreSQL's, or the connection's.
    Sql(tokio_postgres::Error),
    /// The connection is there, and nothing has come by it for so long.
    Silent(Duration),
    /// A step of the schema's: what PostgreSQL said, with its code.
    Step(String, Option<SqlState>),
}

/// What the crate's own functions answer.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the transaction has to be done again from its beginning: it met another one, and the fault is
    /// neither's; or a number that it gave out was given before (see [`numbers`](crate::numbers)).
    pub(crate) fn is_conflict(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        let code = error.code();
        code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
            || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
            || self.taken_in().is_some_and(is_of_numbers)
    }

    /// Whether the connection was lost, so that nobody knows what the server did.
    pub(crate) fn is_of_connection(&self) -> bool {
        match self {
            Self::Sql(error) => error.as_db_error().is_none(),
            Self::Silent(_) => true,
            Self::Store(_) | Self::Step(..) => false,
        }
    }

    /// Whether a statement failed for no other reason than that one before it did.
    pub(crate) fn is_consequence(&self) -> bool {
        matches!(self, Self::Sql(error) if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION))
    }

    /// The name of the unique index that a row is in already.
    pub(crate) fn taken_in(&self) -> Option<&str> {
        let Self::Sql(error) = self else { return None };
        let error = error.as_db_error()?;
        (*error.code() == SqlState::UNIQUE_VIOLATION).then(|| error.constraint())?
    }
}

/// Whether an index is the key of rows whose numbers nodes give out. Events are in many tables, whose keys are named after
/// them.
fn is_of_numbers(index: &str) -> bool {
    let of_events = index.starts_with("events_") && index.contains("_pkey");
    of_events || matches!(index, "documents_pkey" | "api_keys_pkey")
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Sql(error),
            PoolError::Timeout(TimeoutType::Create) => Self::Store(StoreError::Unavailable(
                "PostgreSQL does not answer who connects to it".to_owned(),
            )),
            PoolError::Timeout(_) => Self::Store(StoreError::Unavailable(
                "every connection to PostgreSQL is in use: try again, or allow more of them"
                    .to_owned(),
            )),
            PoolError::Closed => {
                Self::Store(StoreError::Unavailable("the store is closed".to_owned()))
            }
            PoolError::PostCreateHook(HookError::Backend(error)) => Self::Sql(error),
            other => Self::Store(StoreError::Unavailable(other.to_string())),
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(error) => error,
            Error::Sql(error) => translate(&error),
            Error::Silent(time) => StoreError::Unavailable(format!(
                "PostgreSQL has not answered for {} s",
                time.as_secs_f64()
            )),
            Error::Step(said, _) => StoreError::Unavailable(said),
        }
    }
}

/// A row that does not hold what this program writes.
pub(crate) fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

/// What the call names is not there.
pub(crate) fn not_found<T>() -> Result<T> {
    Err(StoreError::NotFound.into())
}

fn translate(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => StoreError::Exists,
        // A name with a NUL in it, which nothing here has.
        Some(&SqlState::CHARACTER_NOT_IN_REPERTOIRE) => StoreError::NotFound,
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => damaged(text(error)),
        _ => StoreError::Unavailable(text(error)),
    }
}

/// An error with its causes: what PostgreSQL says is a cause of "db error".
pub(crate) fn text(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}
