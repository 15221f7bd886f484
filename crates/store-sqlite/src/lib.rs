//! The embedded store: one SQLite file under the data directory.
//!
//! One thread writes; it runs what waits in one transaction and answers after one sync
//! ([`writer`](crate::writer)). Reads go beside it on connections of their own, and what every request
//! reads is kept in memory, exactly ([`cache`](crate::cache)). Leases are memory only
//! ([`leases`](crate::leases)): a second process is refused by a lock on the data directory, so no one
//! else can hold one. The write-ahead log is emptied beside the writer ([`checkpoint`](crate::checkpoint)).
//!
//! One event costs a row in `events`, and one in `deliveries` for each webhook that subscribes to it. That of
//! a delivery that is handed over at once is written with its outcome ([`unwritten`](crate::unwritten)):
//! nothing is written twice, and nothing but at the end of a tree. What only lists need is written later, many at once
//! ([`write_behind`](crate::write_behind)).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod background;
mod backlog;
pub mod backup;
mod cache;
mod checkpoint;
mod connection;
mod counters;
mod delivered;
mod deliveries;
mod directory;
mod error;
mod event_subjects;
mod events;
mod images;
mod jobs;
mod leases;
mod listing;
mod lock;
mod log;
mod measures;
mod members;
mod merge;
mod migrations;
pub mod moving;
mod outbox;
mod parts;
mod prunable;
mod queue;
mod readers;
mod recover;
mod replays;
mod reseal;
mod rows;
mod seals;
mod search;
mod sessions;
mod shared;
mod store;
mod subjects;
mod take;
mod tallies;
mod terms;
#[cfg(test)]
mod tests;
mod unnoted;
mod unwritten;
mod wal_file;
mod work;
mod write_behind;
mod writer;

pub use lock::DirectoryLock;
pub use shared::Options;
pub use store::SqliteStore;
