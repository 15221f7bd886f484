//! The simulator itself: the same seed is the same run, and a stretch of seeds keeps every promise while
//! every kind of fault happens.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Command;

use claimwire_sim::history::digest;
use claimwire_sim::plan::Plan;
use claimwire_sim::tally::{FAULTS, Tally};
use claimwire_sim::{run, world};

fn digest_of(seed: u64) -> u64 {
    digest(&world::run(Plan::of(seed)).entries)
}

fn digest_in_another_process(seed: u64) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_claimwire-sim"))
        .args(["--trace", "--seed", &seed.to_string()])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().last().unwrap().to_owned()
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 1..=40 {
        assert_eq!(digest_of(seed), digest_of(seed), "seed {seed}");
    }
    assert_ne!(digest_of(1), digest_of(2));
}

#[test]
fn the_same_seed_is_the_same_run_in_two_processes() {
    for seed in [1, 7, 1248, 1779, 2579] {
        let here = format!("digest {:016x}", digest_of(seed));
        assert_eq!(digest_in_another_process(seed), here, "seed {seed}");
        assert_eq!(digest_in_another_process(seed), here, "seed {seed}");
    }
}

#[test]
fn every_kind_of_fault_happens_and_every_promise_is_kept() {
    let mut all = Tally::default();
    for seed in 1..=150 {
        let verdict = run(seed);
        assert_eq!(verdict.violations, [], "seed {seed}");
        all += &verdict.tally;
    }
    for fault in FAULTS {
        assert!(all.0.get(*fault).is_some_and(|count| *count > 0), "{fault}");
    }
}
