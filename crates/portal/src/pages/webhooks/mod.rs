//! Settings → Webhooks.

pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod matching;
pub(crate) mod secret;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod verify;
pub(crate) mod write;
