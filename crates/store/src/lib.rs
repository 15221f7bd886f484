//! What keeps. The port that the API and the engine meet at, the memory store, and the conformance
//! suite that every store passes.
//!
//! What must be true together is one call: [`Subjects::commit`] takes a change, its facts and the
//! idempotency record, matches the shop's webhooks and commits all of it with the deliveries, or
//! nothing. Every call may be made twice without harm. No call waits for a stranger.

pub mod commit;
pub mod directory;
pub mod error;
pub mod intake;
pub mod log;
pub mod page;
pub mod queue;
pub mod subjects;
pub mod vault;

pub use commit::{Answered, Commit, Committed, Idempotency};
pub use directory::Directory;
pub use error::{StoreError, StoreResult};
pub use intake::{Handed, Intake};
pub use log::Log;
pub use page::{Page, PageRequest};
pub use queue::Queue;
pub use subjects::Subjects;

/// A whole store.
pub trait Store: Directory + Subjects + Log + Queue {}

impl<T: Directory + Subjects + Log + Queue> Store for T {}
