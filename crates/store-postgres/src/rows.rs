//! Rows as the model's types and back: one file per table.

pub(crate) mod attempt;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod idempotency;
pub(crate) mod image;
pub(crate) mod key;
pub(crate) mod progress;
pub(crate) mod replay;
pub(crate) mod shop;
pub(crate) mod webhook;

use std::time::Duration;

use claimwire_model::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::error::Result;

/// A time from its column.
pub(crate) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// How long, as SQL takes it.
pub(crate) fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A time for its column.
pub(crate) fn ms(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_millis)
}

/// A count from its column.
pub(crate) fn count<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T> {
    let value: i64 = row.try_get(column)?;
    value
        .try_into()
        .map_err(|_| crate::error::damaged(format_args!("{value} is no count")).into())
}

/// A time that may not be there.
pub(crate) fn time_opt(row: &Row, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(time))
}

/// Each column of a page of rows, for `UNNEST`.
pub(crate) fn column<'a, T: FromSql<'a>>(rows: &'a [Row], at: usize) -> Result<Vec<T>> {
    rows.iter().map(|row| Ok(row.try_get(at)?)).collect()
}
