//! An event → the bytes to send, and back: the dialects (contract section 5).
//!
//! And how an event gets to a target, in steps: [`driver`].
//!
//! Pure: no socket, no clock. The same event gives the same body bytes on every attempt; only a
//! signature's timestamp is fresh. One folder per dialect; a dialect that signs like another one uses
//! that one's `sign` and `verify` (claimable: karla's; cloudevents: standard's).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod active_secrets;
mod bodies;
mod claimable;
mod claimport;
mod cloudevents;
pub mod driver;
mod encode;
mod encoded;
mod fact;
mod fields;
mod flatten;
mod hmac;
mod karla;
pub mod letter;
mod object;
pub mod own;
mod request;
mod secret;
pub mod secrets;
pub mod send;
mod sign;
mod standard;
pub mod trace;
pub mod values;
mod verification;
mod verify;

pub use active_secrets::Signed;
pub use bodies::Bodies;
pub use encode::{encode, test_event, try_encode};
pub use encoded::{Encoded, Unencodable};
pub use flatten::flattened;
pub use request::{Attempted, Keys, headers, request};
pub use secret::{make_secret, public_key};
pub use sign::sign;
pub use verification::Unverified;
pub use verify::verify;
