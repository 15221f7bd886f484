//! The only outgoing sockets: resolve, refuse, connect, limit, time out (contract section 6, promises 3, 4, 7
//! and 8). The engine and the API reach it through the port in [`claimwire_wire::send`].
//!
//! One request by file name: [`HttpSender`] finds the URL's `target`, takes a kept connection from the `pool`
//! or has `connect` make one (`resolve` → `address` → TCP → `tls`), and lets the `connection` exchange one
//! request for one answer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod address;
mod connect;
mod connection;
mod egress;
mod error;
mod http_sender;
pub mod limits;
mod message;
mod policy;
mod pool;
pub mod resolve;
mod target;
mod tls;

pub use egress::Egress;
pub use http_sender::{HttpSender, SenderSettings};
pub use tls::NoTls;
