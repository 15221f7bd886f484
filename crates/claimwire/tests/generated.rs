//! The generated documentation is what the program says today. `make reference` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::Path;

fn compare(what: &str, file: &str) {
    let (code, fresh, err) = common::run(common::claimwire().args(["reference", what]));
    assert_eq!(code, Some(0), "{err}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/reference")
        .join(file);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "docs/reference/{file} is not what the program says; run `make reference` and look at the difference"
    );
}

/// With all commands there are.
#[cfg(feature = "bench")]
#[test]
fn commands() {
    compare("commands", "commands.md");
}

#[test]
fn limits() {
    compare("limits", "limits.md");
}

#[test]
fn settings() {
    compare("settings", "settings.md");
}
