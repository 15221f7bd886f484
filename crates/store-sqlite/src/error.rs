//! What goes wrong inside, and what of it the port's callers see.

use claimwire_store::StoreError;
use rusqlite::ErrorCode;

/// Inside the crate: the port's errors, or SQLite's.
#[derive(Debug)]
pub(crate) enum Error {
    /// The call's own fault, or already in the port's words.
    Store(StoreError),
    /// SQLite's.
    Sql(rusqlite::Error),
}

/// What the crate's own functions answer.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(error) => error,
            Error::Sql(error) => translate(error),
        }
    }
}

/// A row that does not hold what this program writes.
pub(crate) fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

fn translate(error: rusqlite::Error) -> StoreError {
    use rusqlite::Error as E;
    match &error {
        E::QueryReturnedNoRows => StoreError::NotFound,
        E::SqliteFailure(code, _) => match code.code {
            ErrorCode::ConstraintViolation => StoreError::Exists,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => damaged(error),
            _ => StoreError::Unavailable(error.to_string()),
        },
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..) => damaged(error),
        _ => StoreError::Unavailable(error.to_string()),
    }
}
