//! What is fuzzed (see docs/fuzzing.md), fed with the seeds that the fuzzer starts from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

#[path = "../../../fuzz/src/lib.rs"]
mod fuzz;

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds");

fn feed(target: &str, entry: fn(&[u8])) {
    let mut seeds = 0;
    for file in std::fs::read_dir(format!("{SEEDS}/{target}")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let fed = std::panic::catch_unwind(|| entry(&bytes));
        assert!(fed.is_ok(), "{}", path.display());
        seeds += 1;
    }
    assert!(seeds > 0, "{target} has no seeds");
}

#[test]
fn json() {
    feed("json", fuzz::json);
}

#[test]
fn answers() {
    feed("answers", fuzz::answers);
}

#[test]
fn filters() {
    feed("filters", fuzz::filters);
}

#[test]
fn signatures() {
    feed("signatures", fuzz::signatures);
}

#[test]
fn urls() {
    feed("urls", fuzz::urls);
}
