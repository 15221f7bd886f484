//! The embedded store: one SQLite file under the data directory.
//!
//! One thread writes; it runs what waits in one transaction and answers after one sync
//! ([`writer`](crate::writer)). Reads go beside it on connections of their own, and what every request
//! reads is kept in memory, exactly ([`cache`](crate::cache)). Leases are memory only
//! ([`leases`](crate::leases)): a second process is refused by a lock on the data directory, so no one
//! else can hold one. The write-ahead log is emptied beside the writer ([`checkpoint`](crate::checkpoint)).
//!
//! One event costs a row in `events`, one in `deliveries` for each webhook that hears of it, and at the
//! end an update of that row and one more in `attempts`; all but the update are appends.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cache;
mod checkpoint;
mod codes;
mod connection;
mod counters;
mod directory;
mod error;
mod jobs;
mod leases;
mod listing;
mod lock;
mod log;
mod migrations;
mod queue;
mod readers;
mod rows;
mod seals;
mod shared;
mod store;
mod subjects;
mod take;
#[cfg(test)]
mod tests;
mod tidy;
mod work;
mod writer;

pub use shared::Options;
pub use store::SqliteStore;
