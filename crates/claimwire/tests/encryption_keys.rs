//! Another encryption key, while deliveries flow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::Path;
use std::time::{Duration, SystemTime};

use claimwire_model::{Dialect, Timestamp};
use claimwire_testkit::{Received, Receiver};
use common::{Serve, claimwire, run};
use serde_json::{Value, json};

/// 32 bytes each, in base64.
const A: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
const B: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
/// More than are encrypted anew in one step.
const WEBHOOKS: usize = 230;

fn post(serve: &Serve, path: &str, body: Value) -> Value {
    let (status, answer) = serve.call("POST", path, Some(body));
    assert!((200..300).contains(&status), "{path}: {answer}");
    answer
}

fn post_event(serve: &Serve) {
    let event = json!({"ref": "claims/updated", "event_data": {"claim_id": "c-1"}});
    post(serve, "/v1/shops/acme/events", event);
}

fn signed(request: &Received, secret: &str) {
    let now = Timestamp::from(SystemTime::now());
    let tolerance = Duration::from_secs(3600);
    claimwire_wire::verify(
        Dialect::Karla,
        secret,
        &request.headers,
        &request.body,
        tolerance,
        now,
    )
    .unwrap();
}

fn stop(mut serve: Serve) {
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
}

fn refused(data_dir: &Path, key: &str) {
    let (code, _, err) = run(claimwire()
        .args(["serve", "--listen", "127.0.0.1:0", "--encryption-key", key])
        .arg("--data-dir")
        .arg(data_dir));
    assert_eq!(code, Some(1));
    assert!(err.contains("sealed with the encryption key"), "{err}");
    assert!(!err.contains(A) && !err.contains(B), "{err}");
}

#[test]
fn a_key_is_changed_while_deliveries_flow() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));

    let serve = Serve::start(&data, &["--encryption-key", A]);
    for slug in ["acme", "other"] {
        post(&serve, "/v1/shops", json!({"slug": slug, "name": slug}));
    }
    let webhook = json!({"url": receiver.url("/hook"), "headers": {"X-Door": "open"}});
    let webhook = post(&serve, "/v1/shops/acme/webhooks", webhook);
    let secret = webhook["secret"].as_str().unwrap();
    let idle = json!({"url": receiver.url("/idle")});
    for _ in 1..WEBHOOKS {
        post(&serve, "/v1/shops/other/webhooks", idle.clone());
    }
    post_event(&serve);
    stop(serve);
    refused(&data, B);

    let serve = Serve::start_logging(
        &data,
        &["--encryption-key", B, "--encryption-keys-old", A],
        &log,
    );
    let mut posted = 1;
    loop {
        post_event(&serve);
        posted += 1;
        let (_, metrics) = serve.call("GET", "/metrics", None);
        let metrics = metrics.as_str().unwrap().lines();
        if metrics
            .into_iter()
            .any(|line| line == "claimwire_encryption_older_keys 0")
        {
            break;
        }
    }
    stop(serve);
    let log = std::fs::read_to_string(log).unwrap();
    let done = log
        .lines()
        .filter(|line| line.contains("nothing is encrypted with an older key"));
    assert_eq!(done.count(), 1, "{log}");
    refused(&data, A);

    let serve = Serve::start(&data, &["--encryption-key", B]);
    post_event(&serve);
    let requests = runtime.block_on(receiver.wait_for(posted + 1)).unwrap();
    for request in &requests {
        signed(request, secret);
        assert_eq!(request.header("x-door"), Some("open"));
    }
    let path = format!(
        "/v1/shops/acme/webhooks/{}/secret",
        webhook["uuid"].as_str().unwrap()
    );
    assert_eq!(serve.call("GET", &path, None).1["secret"], secret);
}
