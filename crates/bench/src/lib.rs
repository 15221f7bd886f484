//! The load generator and the measuring receiver that `docs/performance.md` is made with.
//!
//! One process makes the load and receives the deliveries, so one clock measures both ends; the server is a
//! process of its own, whose CPU and memory are read from `/proc`. Everything goes over loopback. Absolute
//! figures hold for one machine: each run therefore also measures that machine's own limits.
//!
//! One measurement by file name: a `scenario` starts a `server` and a `receiver`, lets the `load` post
//! `payload`s, and puts what came of it in the `report`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod client;
mod clock;
mod isolation;
mod limits;
mod load;
mod options;
mod outcome;
mod payload;
mod process;
mod progress;
mod receiver;
mod report;
mod run;
mod scenario;
mod server;
mod stats;
mod tally;

pub use options::{Options, Work};
pub use report::{Figure, Report, Row};
pub use run::run;
