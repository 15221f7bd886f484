//! What must be true of every run, a file for each promise.

mod doubtful_batches;
mod due;
mod ended;
mod in_flight;
mod lease;
mod notices;
mod order;
mod owner;
mod quiet;
mod rate;
mod record;
mod same;
mod shop;
mod signature;
mod status;
mod steps;
mod table;
mod tickets;

use crate::case::Case;

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which check says so.
    pub check: &'static str,
    /// When, in true milliseconds.
    pub at: u64,
    /// What happened.
    pub what: String,
}

/// What a check finds.
pub type Found = Vec<Violation>;

type Check = (&'static str, fn(&Case<'_>) -> Vec<(u64, String)>);

/// Every check, by name.
const CHECKS: &[Check] = &[
    ("ended", ended::check),
    ("due", due::check),
    ("table", table::check),
    ("quiet", quiet::check),
    ("lease", lease::check),
    ("owner", owner::check),
    ("order", order::check),
    ("rate", rate::check),
    ("in_flight", in_flight::check),
    ("status", status::check),
    ("steps", steps::check),
    ("tickets", tickets::check),
    ("notices", notices::check),
    ("shop", shop::check),
    ("same", same::check),
    ("doubtful_batches", doubtful_batches::check),
    ("signature", signature::check),
    ("record", record::check),
];

/// All that is wrong with a run.
#[must_use]
pub fn check(case: &Case<'_>) -> Found {
    let mut found = Vec::new();
    for (check, run) in CHECKS {
        found.extend(
            run(case)
                .into_iter()
                .map(|(at, what)| Violation { check, at, what }),
        );
    }
    found
}
