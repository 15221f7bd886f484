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

use claimwire_testkit::Receiver;
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
    assert!(first.contains("/portal/join/"), "{first}");
    let again = start(dir.path());
    assert!(!again.contains("cw_admin_") && !again.contains("/portal/join/"));
    assert!(first.ends_with(&format!(
        "\nclaimwire {} listens on {}\n",
        env!("CARGO_PKG_VERSION"),
        first.rsplit(' ').next().unwrap().trim()
    )));
    let mode = std::fs::metadata(dir.path().join("encryption.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A first start on this directory, with these settings more, that is to fail: what it said on both outputs.
fn failed_start(data_dir: &std::path::Path, more: &[&str]) -> (String, String) {
    let (code, out, err) = run(claimwire()
        .args(["serve", "--data-dir"])
        .arg(data_dir)
        .args(more)
        .env("CLAIMWIRE_LISTEN", "127.0.0.1:0")
        .env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1"));
    assert_eq!(code, Some(1), "{out}{err}");
    (out, err)
}

fn makes_no_key(data_dir: &std::path::Path, more: &[&str], says: &str) {
    let (out, err) = failed_start(data_dir, more);
    assert!(err.contains(says), "{err}");
    assert!(!out.contains("cw_admin_"), "{out}");
    assert!(!data_dir.join("admin-key.sha256").exists(), "{more:?}");
}

#[test]
fn a_first_start_that_fails_makes_no_admin_key() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    makes_no_key(dir.path(), &["--listen", &taken], "--listen");
    makes_no_key(dir.path(), &["--images", "s3://photos/evidence"], "AWS_");
    let mail = ["--smtp-url", "smtp://h.example"];
    makes_no_key(dir.path(), &mail, "--mail-from");
    std::fs::create_dir(dir.path().join("claimwire.db")).unwrap();
    makes_no_key(dir.path(), &[], "claimwire.db");
    assert!(!dir.path().join("encryption.key").exists());
    // Standard output is closed for good: nobody would see the key.
    std::fs::remove_dir(dir.path().join("claimwire.db")).unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let status = claimwire()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.path())
        .stdout(full.unwrap())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(!dir.path().join("admin-key.sha256").exists());
}

#[test]
fn a_lost_encryption_key_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("encryption.key");
    let mut serve = Serve::start(dir.path(), &[]);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhook = json!({"url": "http://127.0.0.1:1/"});
    let (status, _) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(status, 201);
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for _ in 0..2 {
        let (_, err) = failed_start(dir.path(), &[]);
        assert!(err.contains("encryption.key, and no other key"), "{err}");
        assert!(!key.exists());
    }
    std::fs::write(&key, kept).unwrap();
    let serve = Serve::start(dir.path(), &[]);
    assert_eq!(serve.call("GET", "/v1/shops/acme/webhooks", None).0, 200);
}

#[test]
fn a_lost_admin_key_is_made_anew_while_no_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let reset = |dir: &std::path::Path| {
        run(claimwire()
            .args(["keys", "reset-admin", "--data-dir"])
            .arg(dir))
    };
    let (code, _, err) = reset(dir.path());
    assert_eq!(code, Some(1));
    assert!(err.contains("--data-dir"), "{err}");
    let without_key = || {
        let mut command = claimwire();
        command
            .args(["serve", "--listen", "localhost:0", "--data-dir"])
            .arg(dir.path());
        Serve::of(&mut command, std::process::Stdio::inherit())
    };
    let mut serve = without_key();
    let kept = || std::fs::read_to_string(dir.path().join("admin-key.sha256")).unwrap();
    let first = kept();
    let (code, out, err) = reset(dir.path());
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("while no server runs"), "{err}");
    assert_eq!(kept(), first);
    serve.signal("TERM");
    serve.wait();
    let (code, out, err) = reset(dir.path());
    assert_eq!(code, Some(0), "{err}");
    let serve = without_key();
    assert_eq!(serve.call_as(out.trim(), "GET", "/v1/shops", None).0, 200);
    assert_ne!(kept(), first);
}

#[test]
fn all_addresses_without_a_public_url_are_warned_of() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let warns = |listen: &str, more: &[&str]| {
        let mut arguments = vec!["--listen", listen];
        arguments.extend(more);
        drop(Serve::start_logging(
            &dir.path().join("data"),
            &arguments,
            &log,
        ));
        std::fs::read_to_string(&log)
            .unwrap()
            .contains("--public-url")
    };
    assert!(warns(":0", &[]));
    assert!(!warns(":0", &["--public-url", "https://claims.example"]));
    assert!(!warns("localhost:0", &[]));
}

#[test]
fn clients_who_fill_the_listener_take_no_files_from_the_store_and_from_sending() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let server = common::serve(&dir.path().join("data"), &[]);
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", "ulimit -n 320 && exec \"$@\"", "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .env("CLAIMWIRE_LISTEN", "127.0.0.1:0");
    let log = dir.path().join("log");
    let serve = Serve::of(&mut limited, std::fs::File::create(&log).unwrap().into());
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("limit=320"), "{said}");

    serve.call(
        "POST",
        "/v1/shops",
        Some(json!({"slug": "acme", "name": "Acme"})),
    );
    let webhook = json!({"url": receiver.url("/")});
    let made = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(made.0, 201);
    let address = serve.url.strip_prefix("http://").unwrap();
    let silent: Vec<_> = (0..300)
        .map(|_| std::net::TcpStream::connect(address).unwrap())
        .collect();
    let event = json!({"ref": "claims/updated", "event_data": {"claim_id": "c-1"}});
    let posted = serve.call("POST", "/v1/shops/acme/events", Some(event));
    assert_eq!(posted.0, 202);
    runtime.block_on(receiver.wait_for(1)).unwrap();
    let (_, metrics) = serve.call("GET", "/metrics", None);
    let metrics = metrics.as_str().unwrap();
    assert!(
        metrics.contains("claimwire_connections_limit{listener=\"api\"} 32\n"),
        "{metrics}"
    );
    let full = metrics
        .lines()
        .find_map(|line| line.strip_prefix("claimwire_connections_full_total{listener=\"api\"} "));
    assert!(full.unwrap().parse::<u64>().unwrap() > 0, "{metrics}");
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(!said.contains("Too many open files"), "{said}");
    drop(silent);
}

#[test]
fn a_limit_that_is_near_is_shown_and_one_that_is_not_is_not() {
    let data_dir = tempfile::tempdir().unwrap();
    let limits = ["--limits", "contacts=2,orders=100"];
    let serve = Serve::start(data_dir.path(), &limits);
    let shop = json!({"slug": "acme", "name": "A"});
    serve.call("POST", "/v1/shops", Some(shop));
    let used = |serve: &Serve| {
        let (_, metrics) = serve.call("GET", "/metrics", None);
        let lines = metrics.as_str().unwrap().lines();
        let of_limits = |line: &&str| line.starts_with("claimwire_limit_used_ratio{");
        lines
            .filter(of_limits)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let contact = || Some(json!({"first_name": "a"}));
    serve.call("PUT", "/v1/shops/acme/orders/1", Some(json!({})));
    serve.call("POST", "/v1/shops/acme/contacts", contact());
    assert_eq!(used(&serve), [] as [&str; 0]);
    serve.call("POST", "/v1/shops/acme/contacts", contact());
    let (status, _) = serve.call("POST", "/v1/shops/acme/contacts", contact());
    assert_eq!(status, 409);
    let [line] = &used(&serve)[..] else {
        panic!("one limit is near: {:?}", used(&serve))
    };
    assert!(line.contains(r#"shop="acme""#) && line.contains(r#"limit="contacts""#));
    assert!(line.ends_with(" 1"), "{line}");
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
        (
            ["--admin-key", "23-characters-are-short"],
            "--admin-key has 23",
        ),
        (["--public-url", "claims.example"], "--public-url"),
        (["--images", "ftp://x"], "--images"),
        (["--log", "claimwire=loud"], "--log"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (code, _, err) = run(claimwire()
            .args(["serve", "--data-dir"])
            .arg(dir.path())
            .args(arguments)
            .env("CLAIMWIRE_LISTEN", "127.0.0.1:0"));
        assert_ne!(code, Some(0), "{arguments:?}");
        assert!(!err.contains("multiple times"), "{err}");
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
