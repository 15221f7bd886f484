//! The simulated world: the whole engine on a store that fails, with nodes that crash, clocks that go
//! wrong and receivers that do as they like, all of it from one seed, in simulated time.
//!
//! A run is a time of trouble and a time of calm, in which everything must end. It is written down as it
//! happens (`history`), put in order (`case`) and held to the promises of contract section 6, each a file
//! in `checks`. The same seed gives the same run, to the last byte.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod bulk;
pub mod case;
pub mod chance;
pub mod checks;
mod clock;
mod context;
mod drivers;
mod faults;
pub mod history;
mod intake;
mod leases;
mod node;
pub mod plan;
mod process;
mod receivers;
mod schedules;
mod store;
pub mod tally;
mod time;
mod trace;
mod vendor;
pub mod world;
mod writer;

use case::Case;
use checks::Violation;
use plan::Plan;
use tally::Tally;

/// What came of a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which seed.
    pub seed: u64,
    /// How much happened.
    pub tally: Tally,
    /// What is wrong; empty: nothing.
    pub violations: Vec<Violation>,
}

/// Runs a seed and checks it.
#[must_use]
pub fn run(seed: u64) -> Verdict {
    let remains = world::run(Plan::of(seed));
    let case = Case::of(&remains);
    Verdict {
        seed,
        tally: Tally::of(&case),
        violations: checks::check(&case),
    }
}
