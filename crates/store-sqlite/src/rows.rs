//! Rows as the model's types and back: one file per table.

pub(crate) mod attempt;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod fan_out;
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
use uuid::Uuid;

use crate::error::{Result, damaged};

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
