//! SIGKILL at random instants under load: what was acknowledged is delivered, what was not is there whole
//! or not at all (contract section 6, promise 1).
//!
//! `CLAIMWIRE_CRASH_ROUNDS` kills (`make crash` does many), `CLAIMWIRE_CRASH_SEED` for their instants.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    dead_code
)]

#[path = "../common/mod.rs"]
mod common;
mod load;
mod log;
mod rng;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use claimwire_testkit::{Receiver, Reply};
use common::Serve;
use serde_json::json;

use load::Load;
use log::Log;
use rng::Rng;

/// Few enough for every run of the tests.
const ROUNDS: u64 = 12;
/// One round in as many is killed while it starts.
const KILLED_AT_THE_START: u64 = 6;
/// A kill comes after so many writes of the round at most.
const WRITES_BEFORE_A_KILL: u64 = 60;
/// Path of the receiver and ordering of each webhook.
pub const WEBHOOKS: [(&str, &str); 3] = [
    ("/none", "none"),
    ("/webhook", "webhook"),
    ("/subject", "subject"),
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    let rounds = setting("CLAIMWIRE_CRASH_ROUNDS", ROUNDS);
    let seed = setting("CLAIMWIRE_CRASH_SEED", rng::seed());
    println!("CLAIMWIRE_CRASH_SEED={seed} CLAIMWIRE_CRASH_ROUNDS={rounds}");
    let receiver = Receiver::start().await.unwrap();
    let urls = WEBHOOKS.map(|(path, ordering)| (receiver.url(path), ordering));
    // The server, its callers and the waiting for them are threads and processes: away from the runtime.
    let (load, log, killed_early) = tokio::task::block_in_place(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = Rng(seed);
        let mut load = Load::default();
        let mut killed_early = 0;
        for round in 0..rounds {
            let mut serve = start(dir.path());
            if round == 0 {
                set_up(&serve, &urls);
            }
            receiver.reply_next((0..rng.below(4)).map(|_| Reply::status(500)));
            let after = rng.below(WRITES_BEFORE_A_KILL);
            let pause = Duration::from_micros(rng.below(20_000));
            load.run(&serve.url, after);
            std::thread::sleep(pause);
            serve.kill();
            load.end(&mut rng);
            if rng.below(KILLED_AT_THE_START) == 0 {
                killed_early += 1;
                let mut starting = common::serve(&dir.path().join("data"), &[]);
                let mut starting = starting
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap();
                std::thread::sleep(Duration::from_micros(rng.below(200_000)));
                starting.kill().unwrap();
                starting.wait().unwrap();
            }
        }
        let mut serve = start(dir.path());
        load.settle(&serve.url);
        let log = Log::when_quiet(&serve);
        serve.signal("TERM");
        assert_eq!(serve.wait(), Some(0));
        (load, log, killed_early)
    });
    println!(
        "{rounds} kills under load, {killed_early} at the start: {}",
        log.check(&load, &receiver.requests(), rounds + killed_early)
    );
}

fn start(dir: &Path) -> Serve {
    Serve::start_logging(&dir.join("data"), &[], &dir.join("log"))
}

fn set_up(serve: &Serve, urls: &[(String, &str)]) {
    let made = |path: &str, body| assert_eq!(serve.call("POST", path, Some(body)).0, 201);
    made("/v1/shops", json!({"slug": "acme", "name": "Acme"}));
    for (url, ordering) in urls {
        let retry =
            json!({"delays": vec![0.05; 50], "disable_after": null, "disable_after_hours": null});
        made(
            "/v1/shops/acme/webhooks",
            json!({"url": url, "dialect": "standard", "ordering": ordering, "retry": retry}),
        );
    }
}
