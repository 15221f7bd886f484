//! The sender against real receivers, proxies and name servers on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod common;

mod addresses;
mod egress;
mod exchange;
mod forbidden;
mod hostile;
mod http2;
mod kept;
mod names;
mod odd_answers;
mod timing;
mod tls;
