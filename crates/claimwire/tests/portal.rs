//! The portal beside the API on one listener, over the embedded store: sessions outlive a restart and end with the admin
//! key, and who guesses is throttled by the address that they come from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::process::Stdio;

use common::{ADMIN_KEY, Serve, claimwire, exchange};

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap()
}

fn sign_in(serve: &Serve, key: &str) -> String {
    exchange(serve, "POST", "/portal/sign-in", "", &format!("key={key}"))
}

/// The cookie that an answer sets.
fn cookie(answer: &str) -> String {
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "));
    line.unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn a_session_outlives_a_restart_and_ends_with_the_admin_key() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(dir.path(), &[]);
    let signed_in = sign_in(&serve, ADMIN_KEY);
    assert_eq!(status(&signed_in), "303", "{signed_in}");
    let cookie = cookie(&signed_in);
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    let mut serve = Serve::start(dir.path(), &[]);
    let home = exchange(&serve, "GET", "/portal/", &cookie, "");
    assert_eq!(status(&home), "200", "{home}");
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    let other = "cw_admin_test_another_0123456789";
    let mut command = claimwire();
    command
        .env("CLAIMWIRE_LISTEN", "127.0.0.1:0")
        .args(["serve", "--admin-key", other, "--data-dir"])
        .arg(dir.path());
    let serve = Serve::of(&mut command, Stdio::inherit());
    let home = exchange(&serve, "GET", "/portal/", &cookie, "");
    assert_eq!(status(&home), "303", "{home}");
    assert_eq!(status(&sign_in(&serve, other)), "303");
}

#[test]
fn who_guesses_is_throttled_by_their_address() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Serve::start(dir.path(), &[]);
    let answers: Vec<String> = (0..41).map(|_| sign_in(&serve, "guess")).collect();
    assert_eq!(status(&answers[0]), "422", "{}", answers[0]);
    // A minute may begin anew among them, once.
    let throttled = answers.iter().filter(|answer| status(answer) == "429");
    assert!(throttled.count() > 0, "{}", answers[40]);
    let api = exchange(&serve, "GET", "/healthz", "", "");
    assert_eq!(status(&api), "200", "{api}");
}
