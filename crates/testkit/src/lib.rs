//! What tests and the demo need of the outside world: a receiver on loopback that does as it is told.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "helpdesk")]
pub mod helpdesk;
mod log;
#[cfg(feature = "marketing")]
pub mod marketing;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "postgres")]
pub mod proxy;
#[cfg(feature = "smtp")]
mod python;
mod receiver;
mod reply;
pub mod rows;
mod script;
#[cfg(feature = "smtp")]
pub mod smtp;
#[cfg(feature = "tls")]
pub mod tls;

pub use log::{Late, Received};
#[cfg(feature = "smtp")]
pub use python::python;
pub use receiver::Receiver;
pub use reply::{Parts, Reply};
