//! The storage port. The API and the engine meet at it; with it come the memory store and the conformance
//! suite that every store passes.
//!
//! What must be true together is one call: [`Subjects::commit`] takes a change, its facts and the
//! idempotency record, matches the shop's webhooks and commits all of it with the deliveries, or
//! nothing. Every call may be made twice without harm. No call waits for another system.
//!
//! Four rules hold for every call:
//!
//! - Time is an argument. A store that one node has to itself has no clock; one that several share has one
//!   for what they must agree on, ownership and leases, and for nothing else. Numbers that a store gives out
//!   grow with the time it is given, and never go back.
//! - A deleted shop is gone at once with all that is its own: single things are `NotFound`, lists are
//!   empty, its slug is free. A deleted webhook is gone too, but its deliveries stay in the log.
//! - A call with an idempotency record reads that first: `Before`, or `Conflict`, and nothing else
//!   is checked or done.
//! - The [`Intake`] is notified of a commit after it, about when the call returns; only
//!   [`Intake::admit`] is called from within it.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod audit;
pub mod backlog;
pub mod codes;
pub mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod deferred;
pub mod directory;
pub mod document;
pub mod error;
pub mod find;
pub mod handed;
pub mod images;
pub mod intake;
pub mod log;
pub mod members;
#[cfg(feature = "memory")]
pub mod memory;
pub mod moving;
pub mod outbox;
pub mod ownership;
pub mod page;
pub mod queue;
pub mod replay_step;
pub mod replay_turns;
pub mod reseal;
pub mod sessions;
pub mod settings;
pub mod stats;
pub mod subjects;
pub mod subscriptions;
pub mod tally;
pub mod usage;
pub mod vault;

pub use audit::Audit;
pub use backlog::{Backlog, CountBacklog, LastBacklog};
pub use commit::{Answered, Commit, Committed, Idempotency};
pub use directory::Directory;
pub use document::Document;
pub use error::{StoreError, StoreResult};
pub use find::{AboutSubject, DocumentFilter, EventFilter};
pub use handed::{Handed, Returned};
pub use images::Images;
pub use intake::Intake;
pub use log::Log;
pub use members::Members;
#[cfg(feature = "memory")]
pub use memory::{MemoryStore, SharedMemoryStore};
pub use outbox::Outbox;
pub use page::{Page, PageRequest};
pub use queue::Queue;
pub use reseal::Reseal;
pub use sessions::Sessions;
pub use subjects::Subjects;
pub use usage::Usage;

/// A whole store.
pub trait Store:
    Directory + Subjects + Log + Queue + Outbox + Images + Usage + Sessions + Members + Audit
{
}

impl<T: Directory + Subjects + Log + Queue + Outbox + Images + Usage + Sessions + Members + Audit>
    Store for T
{
}
