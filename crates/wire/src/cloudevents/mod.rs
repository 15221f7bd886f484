//! CloudEvents 1.0, structured JSON, with `data` and signature headers as in the standard dialect.
//!
//! `subject` is the path of what the event is about (`claims/0f0a…`, `shipments/00340…`); an event
//! that was posted without one has no `subject`.

mod encode;

pub(crate) use encode::encode;
