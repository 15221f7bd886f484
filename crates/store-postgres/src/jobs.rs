//! What calls do inside of their transaction.

pub(crate) mod backlog;
pub(crate) mod commit;
pub(crate) mod directory;
pub(crate) mod webhook;
