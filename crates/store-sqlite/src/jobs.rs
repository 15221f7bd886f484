//! What the writer does: one file per kind of job. A job checks all that may fail for its own reason
//! before its first write.

pub(crate) mod commit;
pub(crate) mod directory;
pub(crate) mod fan_out;
pub(crate) mod prune;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod retry;
pub(crate) mod save;
pub(crate) mod webhook;
