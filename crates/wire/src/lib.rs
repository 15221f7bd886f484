//! An event → the bytes to send, and back: the dialects (contract section 5).
//!
//! Pure: no socket, no clock. The same event gives the same body bytes on every attempt; only a
//! signature's timestamp is fresh. One folder per dialect, each with encode, sign and verify.

mod encode;
mod request;
mod secret;
pub mod send;
mod sign;
mod verify;

pub use encode::{Encoded, encode, test_event};
pub use request::{Passage, request};
pub use secret::{make_secret, public_key};
pub use sign::{Signed, sign};
pub use verify::{Unverified, verify};
