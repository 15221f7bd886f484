//! The server as its operator meets it: starts, stops, restarts, keeps its keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::os::unix::fs::PermissionsExt as _;

use common::{Serve, claimwire, run};
use serde_json::json;

#[test]
fn sigterm_drains_and_the_next_start_knows_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(dir.path(), &[]);
    assert_eq!(
        serve
            .call(
                "POST",
                "/v1/shops",
                Some(json!({"slug": "acme", "name": "Acme"}))
            )
            .0,
        201
    );
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    let serve = Serve::start(dir.path(), &[]);
    let (status, shop) = serve.call("GET", "/v1/shops/acme", None);
    assert_eq!((status, shop["name"].as_str()), (200, Some("Acme")));
}

#[test]
fn what_was_acknowledged_before_a_kill_is_delivered_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(dir.path(), &[]);
    serve.call(
        "POST",
        "/v1/shops",
        Some(json!({"slug": "acme", "name": "Acme"})),
    );
    // It takes requests and answers none before the kill: the attempt is under way then.
    let receiver = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap();
    let webhook = json!({"url": format!("http://{address}/"), "timeout_seconds": 30});
    assert_eq!(
        serve
            .call("POST", "/v1/shops/acme/webhooks", Some(webhook))
            .0,
        201
    );
    let event = json!({"ref": "claims/updated", "event_data": {"claim_id": "c-1", "amount": 1.10}});
    let (status, posted) = serve.call("POST", "/v1/shops/acme/events", Some(event));
    assert_eq!(status, 202);
    let arrives = || {
        let (mut stream, _) = receiver.accept().unwrap();
        let mut request = vec![0; 4096];
        let read = std::io::Read::read(&mut stream, &mut request).unwrap();
        let request = String::from_utf8_lossy(&request[..read]).into_owned();
        assert!(
            request.contains(posted["id"].as_str().unwrap()),
            "{request}"
        );
        stream
    };
    let _unanswered = arrives();
    serve.signal("KILL");
    serve.wait();
    let serve = Serve::start(dir.path(), &[]);
    std::io::Write::write_all(
        &mut arrives(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    )
    .unwrap();
    serve.until("/v1/shops/acme/deliveries", |list| {
        list["data"][0]["status"] == "delivered"
    });
}

#[test]
fn the_admin_key_is_printed_once_and_the_encryption_key_is_private() {
    let dir = tempfile::tempdir().unwrap();
    let start = |dir: &std::path::Path| {
        let mut process = claimwire()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(process.stdout.take().unwrap()));
        while !said.contains("listens on") {
            said.push_str(&lines.next().unwrap().unwrap());
            said.push('\n');
        }
        process.kill().unwrap();
        process.wait().unwrap();
        said
    };
    let first = start(dir.path());
    assert!(first.contains("cw_admin_"), "{first}");
    assert!(!start(dir.path()).contains("cw_admin_"));
    let mode = std::fs::metadata(dir.path().join("encryption.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_servers_cannot_share_a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Serve::start(dir.path(), &[]);
    let (code, _, err) = run(claimwire()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.path()));
    assert_ne!(code, Some(0));
    assert!(err.contains("claimwire.db"), "{err}");
}

#[test]
fn bad_settings_are_named() {
    for (arguments, word) in [
        (["--listen", "nowhere"], "--listen"),
        (
            ["--endpoint-allow-networks", "10.0.0.0/99"],
            "--endpoint-allow-networks",
        ),
        (["--retention-days", "0"], "--retention-days"),
        (["--encryption-key", "short"], "--encryption-key"),
        (["--images", "ftp://x"], "--images"),
        (["--log", "claimwire=loud"], "--log"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (code, _, err) = run(claimwire()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir.path())
            .args(arguments));
        assert_ne!(code, Some(0), "{arguments:?}");
        assert!(err.contains(word), "{arguments:?}: {err}");
    }
}

#[test]
fn logs_name_what_happened_and_hold_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let data = dir.path().join("data");
    let mut serve = Serve::start_logging(&data, &["--log", "trace", "--log-format", "json"], &log);
    serve.call(
        "POST",
        "/v1/shops",
        Some(json!({"slug": "acme", "name": "Acme"})),
    );
    let (_, key) = serve.call(
        "POST",
        "/v1/shops/acme/api-keys",
        Some(json!({"name": "till", "role": "editor"})),
    );
    let webhook = json!({
        "url": "http://127.0.0.1:1/hook?token=url-token-0123456789",
        "secret": "webhook-secret-0123456789",
        "headers": {"X-Door": "static-header-0123456789"},
        "retry": {"delays": [0.01]},
    });
    let (status, webhook) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(status, 201, "{webhook}");
    let claim = json!({
        "description": "It is broken, says the customer.",
        "customer": {"email": "mia.berg@example.net", "last_name": "Unmistakable"},
    });
    assert_eq!(
        serve.call("POST", "/v1/shops/acme/claims", Some(claim)).0,
        201
    );
    let delivery = serve.until("/v1/shops/acme/deliveries", |list| {
        list["data"][0]["status"] == "failed"
    });
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    for secret in [
        common::ADMIN_KEY,
        key["key"].as_str().unwrap(),
        "url-token-0123456789",
        "webhook-secret-0123456789",
        "static-header-0123456789",
        "mia.berg@example.net",
        "Unmistakable",
        "It is broken",
    ] {
        assert!(!log.contains(secret), "the log holds `{secret}`");
    }
    for named in [
        webhook["uuid"].as_str().unwrap(),
        delivery["data"][0]["id"].as_str().unwrap(),
        "connect",
    ] {
        assert!(
            log.contains(named),
            "the log does not name `{named}`:\n{log}"
        );
    }
}
