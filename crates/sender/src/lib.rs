//! The only outgoing sockets: resolve, refuse, connect, limit, time out (contract section 6, promises 3, 4, 7
//! and 8). The engine and the API reach it through the port in [`claimwire_wire::send`].
//!
//! One request by file name: [`HttpSender`] finds the URL's `target`, takes one of the connections that are `kept`
//! or has `connect` make one (`permitted_addresses`: `resolve` → `address`; then TCP, the `proxy` if there is one, `tls`), and
//! lets `h1` or `h2` exchange one `message` for one answer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod address;
mod connect;
mod egress;
mod error;
mod exchange;
mod h1;
mod h2;
mod http_sender;
mod kept;
pub mod limits;
mod message;
mod permitted_addresses;
mod policy;
mod pool;
mod proxy;
pub mod resolve;
mod stream;
mod target;
mod tls;
mod trouble;
mod written;

pub use egress::Egress;
pub use h1::answer_of;
pub use http_sender::{HttpSender, SenderSettings};
pub use permitted_addresses::PermittedAddresses;
pub use proxy::Proxy;
pub use resolve::Dns;
pub use tls::NoTls;
