//! The load generator and the measuring receiver that `docs/performance.md` is made with.
//!
//! One process makes the load and receives the deliveries, so one clock measures both ends; the server is a
//! process of its own, whose CPU and memory are read from `/proc`. Everything goes over loopback. Absolute
//! figures hold for one machine: each run therefore also measures that machine's own limits.
//!
//! One measurement by file name: `run` takes the `works` one by one. A work lets `scenario`s run on a `stage`,
//! which is a `server`, its shops and webhooks (`setup`) and a `receiver`; the `load` posts `payload`s, the
//! `outcome` goes as figures and curves into the `report`, and `plot` draws the curves. `bare` and `commits` are
//! the same without a server.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bare;
mod client;
mod clock;
mod commits;
mod database;
mod load;
mod machine;
mod neighbour;
mod options;
mod outcome;
mod payload;
mod plot;
mod process;
mod progress;
mod receiver;
mod report;
mod run;
mod scenario;
mod server;
mod setup;
mod stage;
mod stats;
mod tally;
mod work;
mod works;

pub use database::Database;
pub use machine::Machine;
pub use neighbour::Neighbour;
pub use options::Options;
pub use plot::svg;
pub use report::{Axis, Bar, Curve, Figure, Line, Report, Row};
pub use run::run;
pub use work::Work;
