//! Receive what Claimwire sends: verify it, parse it, do the work once.
//!
//! ```
//! use claimwire_receive::{Dialect, Receiver};
//! # fn answer(headers: &[(&str, &str)], body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new(Dialect::Karla, "the webhook's secret");
//! let header = |name: &str| {
//!     let found = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
//!     found.map(|(_, value)| *value)
//! };
//! let received = receiver.receive(header, body)?; // an error if it is not genuine
//! if received.name() == "claims/created" {
//!     let event: claimwire_receive::events::karla::ClaimsCreated = received.parse()?;
//!     println!("{}: {}", received.event_id, event.event_data.reason.unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `axum`, `axum::Endpoint` answers the requests of a route.

#[cfg(feature = "axum")]
pub mod axum;
#[allow(missing_docs)]
pub mod events;
mod once;
mod receiver;
mod verify;

pub use once::{Memory, MemoryFailed, Once, OnceError, Seen};
pub use receiver::{ReceiveError, Received, Receiver};
pub use verify::{Dialect, Refused, TOLERANCE, verify};

/// The Rust that the kits' page shows compiles.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../README.md")]
struct Page;
