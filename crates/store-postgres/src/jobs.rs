//! What calls do inside of their transaction.

pub(crate) mod attempts;
pub(crate) mod backlog;
pub(crate) mod commit;
pub(crate) mod directory;
pub(crate) mod fan_out;
pub(crate) mod group;
pub(crate) mod record;
pub(crate) mod release;
pub(crate) mod save;
pub(crate) mod verified;
pub(crate) mod webhook;
