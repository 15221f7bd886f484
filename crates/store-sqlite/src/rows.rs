//! Rows as the model's types and back: one file per table.

pub(crate) mod attempt;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod fan_out;
pub(crate) mod handed;
pub(crate) mod idempotency;
pub(crate) mod image;
pub(crate) mod key;
pub(crate) mod letter;
pub(crate) mod part;
pub(crate) mod progress;
pub(crate) mod replay;
pub(crate) mod shop;
pub(crate) mod ticket;
pub(crate) mod timing;
pub(crate) mod webhook;

use claimwire_model::Timestamp;
use claimwire_store::StoreError;
use rusqlite::{Connection, ToSql};
use uuid::Uuid;

use crate::error::{Result, damaged};

/// Refuses with `Exists` what a unique column of a table has already. A job asks before it writes: what a statement
/// that fails leaves behind (a savepoint's write of the search index, a trigger's) is undone with the whole group.
pub(crate) fn must_be_free(
    conn: &Connection,
    (table, column): (&str, &str),
    value: impl ToSql,
) -> Result<()> {
    let sql = format!("SELECT 1 FROM {table} WHERE {column} = ?1");
    if conn.prepare_cached(&sql)?.exists([value])? {
        return Err(StoreError::Exists.into());
    }
    Ok(())
}

/// A time from its column.
pub(crate) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// A time for its column.
pub(crate) fn ms(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_millis)
}

/// A uuid from its column.
pub(crate) fn uuid(bytes: &[u8]) -> Result<Uuid> {
    Uuid::from_slice(bytes).map_err(|e| damaged(e).into())
}
