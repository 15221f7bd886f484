//! What a user asks for, done: read, apply, derive (pure, in model), one commit. The API's routes and
//! later the portal call these; nothing here knows HTTP beyond an answer's status number, which the
//! idempotency record keeps.
//!
//! Each action takes a [`Call`] (who asks, where, when) and the request's body as bytes. A write
//! answers [`Done`]; what was not done is a [`Refusal`], and then nothing was written.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod call;
mod checks;
pub mod claims;
pub mod contacts;
mod context;
pub mod events;
pub mod input;
mod merge;
pub mod messages;
pub mod orders;
pub mod read;
mod refusal;
pub mod shipments;
#[cfg(test)]
mod testing;
pub mod webhooks;
mod write;

pub use call::{Call, Done, IdempotencyKey};
pub use checks::Checks;
pub use refusal::{FieldError, Refusal, VALIDATION_FAILED};
