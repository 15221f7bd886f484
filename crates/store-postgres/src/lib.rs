//! The store that any number of nodes share: one PostgreSQL database, 15 or newer.
//!
//! PostgreSQL is the one source of truth and of coordination. A call that writes is one transaction at read
//! committed ([`transaction`]), which is retried whole after a serialisation failure or a deadlock, and whose end
//! is found out when its answer is lost. All that adds to a shop's log or changes its directory locks the shop
//! ([`locks`]), so that its events are numbered in commit order and no commit misses a webhook. Commits are
//! gathered into groups, each a transaction of two round trips ([`committer`]).
//!
//! What every commit reads of a shop is kept in memory with the version that it has in the database
//! ([`cache`]); the transaction checks it. What every request reads of shops and keys is kept for a moment
//! ([`recent`]). Ownership and leases are rows, and their time is the database's. Nodes tell each other what to
//! look at ([`hints`]), and get on without it.
//!
//! [`transaction`]: crate::transaction
//! [`locks`]: crate::locks
//! [`committer`]: crate::committer
//! [`cache`]: crate::cache
//! [`recent`]: crate::recent
//! [`hints`]: crate::hints

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod background;
mod backlog;
mod cache;
mod committer;
mod connection;
mod deferred;
mod deliveries;
mod directory;
mod effects;
mod error;
mod events;
mod group;
mod growth;
mod hints;
mod housekeeping;
mod images;
mod jobs;
mod lanes;
mod listing;
mod locks;
mod log;
mod members;
mod migrations;
pub mod moving;
mod numbers;
mod open;
mod options;
mod outbox;
mod ownership;
mod partitions;
mod pipeline;
#[cfg(test)]
mod plans;
mod pooled;
mod prune;
mod queue;
mod recent;
mod reconnect;
mod replays;
mod reseal;
mod retry;
mod rows;
mod seals;
mod search;
mod sessions;
mod shared;
mod start;
mod store;
mod subjects;
mod take;
mod tallies;
#[cfg(test)]
mod tests;
mod timings;
mod tls;
mod transaction;
mod url;
mod usage;
mod waiting;

pub use options::{Options, Sharing};
pub use store::PostgresStore;
