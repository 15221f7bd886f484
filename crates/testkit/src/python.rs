//! Python as a judge that is not ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// What a script prints that gets these bytes on its standard input; none where there is no Python.
///
/// # Panics
/// When the script fails.
#[must_use]
pub fn python(script: &str, input: &[u8]) -> Option<Vec<u8>> {
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    python.stdin.take()?.write_all(input).ok()?;
    let out = python.wait_with_output().ok()?;
    assert!(out.status.success(), "the script failed");
    Some(out.stdout)
}
