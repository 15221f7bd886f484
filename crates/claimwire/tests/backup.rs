//! Backups (contract section 1): made while the server serves, and made a data directory again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use common::{Serve, claimwire, run};
use serde_json::{Value, json};
use tempfile::TempDir;

const EVENTS: &str = "/v1/shops/acme/events";
/// A picture of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn backup(data: &Path, to: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = claimwire();
    command.arg("backup").arg(to).arg("--data-dir").arg(data);
    run(command.args(more))
}

fn restore(from: &Path, data: &Path) -> (Option<i32>, String, String) {
    let mut command = claimwire();
    run(command.arg("restore").arg(from).arg("--data-dir").arg(data))
}

fn ok(serve: &Serve, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = serve.call(method, path, Some(body));
    assert!((200..300).contains(&status), "{method} {path}: {answer}");
    answer
}

/// A server with a shop, a webhook with a secret, and a photo: the photo's path.
fn furnished(data: &Path) -> (Serve, String) {
    let serve = Serve::start(data, &[]);
    ok(
        &serve,
        "POST",
        "/v1/shops",
        json!({"slug": "acme", "name": "A"}),
    );
    let webhook = json!({"url": "http://127.0.0.1:9/", "dialect": "karla", "secret": "a secret of this webhook"});
    ok(&serve, "POST", "/v1/shops/acme/webhooks", webhook);
    let bytes = data_encoding::BASE64.decode(PIXEL.as_bytes()).unwrap();
    let agent = ureq::Agent::new_with_defaults();
    let mut answer = agent
        .post(format!("{}/v1/shops/acme/images", serve.url))
        .header("Authorization", format!("Bearer {}", common::ADMIN_KEY))
        .header("Content-Type", "image/png")
        .send(&bytes[..])
        .unwrap();
    let image: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    (serve, format!("/images/{}", image["id"].as_str().unwrap()))
}

fn event(n: usize) -> Value {
    json!({"id": format!("event-{n}"), "ref": "claims/created", "event_data": {"n": n, "text": "x".repeat(500)}})
}

fn ids(serve: &Serve) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let (_, page) = serve.call("GET", &format!("{EVENTS}?limit=100{cursor}"), None);
        for event in page["data"].as_array().unwrap() {
            found.insert(event["id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn a_backup_made_under_load_has_all_that_was_acknowledged_before_it() {
    let dir = TempDir::new().unwrap();
    let (data, copy, again) = (
        dir.path().join("data"),
        dir.path().join("copy"),
        dir.path().join("again"),
    );
    let (serve, photo) = furnished(&data);
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let before = thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                ok(&serve, "POST", EVENTS, event(n));
                acknowledged.store(n + 1, Ordering::Release);
            }
        });
        while acknowledged.load(Ordering::Acquire) < 100 {
            thread::yield_now();
        }
        let before = acknowledged.load(Ordering::Acquire);
        let (code, out, err) = backup(&data, &copy, &["--with-key"]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("1 images"), "{out}");
        // The writer is still there.
        let after = acknowledged.load(Ordering::Acquire);
        while acknowledged.load(Ordering::Acquire) == after {
            thread::yield_now();
        }
        stop.store(true, Ordering::Relaxed);
        before
    });
    drop(serve);

    let (code, out, err) = restore(&copy, &again);
    assert_eq!(code, Some(0), "{err}");
    assert!(!out.contains("encryption key"), "{out}");
    let restored = Serve::start(&again, &[]);
    let found = ids(&restored);
    for n in 0..before {
        assert!(
            found.contains(&format!("event-{n}")),
            "event {n} is missing"
        );
    }
    // Nothing without what came before it.
    let last = found.len() - 1;
    assert!(found.contains(&format!("event-{last}")), "{found:?}");
    let file = photo.trim_start_matches('/');
    let bytes = |data: &Path| std::fs::read(data.join(file)).unwrap();
    assert!(bytes(&again) == bytes(&data));
    let (_, webhooks) = restored.call("GET", "/v1/shops/acme/webhooks", None);
    let uuid = webhooks["data"][0]["uuid"].as_str().unwrap();
    let path = format!("/v1/shops/acme/webhooks/{uuid}/secret");
    let (_, secret) = restored.call("GET", &path, None);
    assert_eq!(secret["secret"], "a secret of this webhook");
}

#[test]
fn without_the_key_the_restored_server_asks_for_it() {
    let dir = TempDir::new().unwrap();
    let (data, copy, again) = (
        dir.path().join("data"),
        dir.path().join("copy"),
        dir.path().join("again"),
    );
    let (mut serve, _) = furnished(&data);
    serve.signal("TERM");
    serve.wait();
    let (code, out, err) = backup(&data, &copy, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("keep a copy of encryption.key"), "{out}");
    assert!(!copy.join("encryption.key").exists());
    let (code, out, err) = restore(&copy, &again);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("has no encryption key"), "{out}");
    let (code, _, err) = run(&mut common::serve(&again, &[]));
    assert_eq!(code, Some(1));
    assert!(err.contains("encryption.key"), "{err}");
    std::fs::copy(data.join("encryption.key"), again.join("encryption.key")).unwrap();
    Serve::start(&again, &[]);
}

#[test]
fn what_is_no_whole_backup_is_refused_and_leaves_nothing() {
    let dir = TempDir::new().unwrap();
    let (data, copy, again) = (
        dir.path().join("data"),
        dir.path().join("copy"),
        dir.path().join("again"),
    );
    let refused = |(code, _, err): (Option<i32>, String, String), says: &str| {
        assert_eq!(code, Some(1));
        assert!(err.contains(says), "{err}");
    };
    refused(backup(&data, &copy, &[]), "no data directory of a server");
    let (serve, photo) = furnished(&data);
    refused(backup(&data, &data, &[]), "is not empty");
    assert_eq!(backup(&data, &copy, &[]).0, Some(0));
    refused(backup(&data, &copy, &[]), "is not empty");
    refused(restore(&copy, &data), "is not empty");
    refused(restore(&data, &again), "no whole backup");
    drop(serve);

    let image = copy.join(photo.trim_start_matches('/'));
    let bytes = std::fs::read(&image).unwrap();
    std::fs::write(&image, &bytes[1..]).unwrap();
    refused(restore(&copy, &again), "is not as the backup left it");
    std::fs::remove_file(&image).unwrap();
    refused(restore(&copy, &again), "is missing");
    std::fs::write(&image, &bytes).unwrap();
    let manifest = copy.join("backup.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let outside = text.replace("claimwire.db", "../data/claimwire.db");
    std::fs::write(&manifest, outside).unwrap();
    refused(restore(&copy, &again), "no database");
    std::fs::write(&manifest, text.replace("\"format\": 1", "\"format\": 2")).unwrap();
    refused(restore(&copy, &again), "a later one");
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
    std::fs::write(&manifest, text).unwrap();
    assert_eq!(restore(&copy, &again).0, Some(0));
}
