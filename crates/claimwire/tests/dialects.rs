//! Dialects of an operator's own files, through a real server and the commands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::{Path, PathBuf};

use claimwire_testkit::Receiver;
use common::{ADMIN_KEY, Serve, claimwire, run};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-sixteen";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dialects")
}

/// A server with the example dialects, with a shop.
fn started(data_dir: &Path) -> Serve {
    let dir = examples();
    Serve::start(data_dir, &["--dialects", dir.to_str().unwrap()])
}

fn receiver(runtime: &tokio::runtime::Runtime) -> Receiver {
    runtime.block_on(Receiver::start()).unwrap()
}

#[test]
fn a_described_dialect_works_as_a_built_in_one() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = receiver(&runtime);
    let dir = tempfile::tempdir().unwrap();
    let serve = started(dir.path());
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhooks = "/v1/shops/acme/webhooks";
    let webhook = |entry: &str| {
        json!({"url": receiver.url("/in"), "dialect": "aftership-warranty", "secret": SECRET,
            "enabled_events": [entry]})
    };
    let (status, refused) = serve.call("POST", webhooks, Some(webhook("warranty.lost")));
    assert_eq!((status, &refused["key"]), (422, &json!("event_unknown")));
    let (status, made) = serve.call("POST", webhooks, Some(webhook("warranty.created")));
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["dialect"], "aftership-warranty");
    assert_eq!(made["retry"]["delays"].as_array().map(Vec::len), Some(6));
    let unknown = json!({"url": receiver.url("/in"), "dialect": "aftershop"});
    let (status, refused) = serve.call("POST", webhooks, Some(unknown));
    assert_eq!(status, 422);
    assert!(
        refused.to_string().contains("order-protection"),
        "{refused}"
    );

    let claim = json!({"reason": "damaged", "order_number": "77", "description": "Says \"no\"",
        "customer": {"email": "mia@example.com"}});
    let (status, claim) = serve.call("POST", "/v1/shops/acme/claims", Some(claim));
    assert_eq!(status, 201, "{claim}");
    let deliveries = "/v1/shops/acme/deliveries?status=delivered";
    serve.until(deliveries, |page| {
        page["data"].as_array().is_some_and(|all| all.len() == 1)
    });
    let sent = &receiver.requests()[0];
    let body: Value = serde_json::from_slice(sent.body.as_ref()).unwrap();
    assert_eq!(body["event"], "warranty.created");
    assert_eq!(body["data"]["warranty"]["note"], "Says \"no\"");

    // The command that checks captured requests takes it, and none that was touched.
    let captured = tempfile::tempdir().unwrap();
    let file = captured.path().join("body");
    let signature = sent.header("as-signature-hmac-sha256").unwrap();
    for (bytes, code) in [(sent.body.to_vec(), 0), (b"{}".to_vec(), 1)] {
        std::fs::write(&file, bytes).unwrap();
        let mut verify = claimwire();
        verify.args([
            "verify",
            "--dialect",
            "aftership-warranty",
            "--secret",
            SECRET,
        ]);
        verify
            .arg("--dialects")
            .arg(examples())
            .arg("--body")
            .arg(&file);
        verify
            .arg("--header")
            .arg(format!("as-signature-hmac-sha256: {signature}"));
        let (exit, out, error) = run(&mut verify);
        assert_eq!(exit, Some(code), "{out}{error}");
    }

    // What `listen` brings here is the same, to the signature.
    let mut listen = claimwire();
    listen
        .args([
            "listen",
            "--no-follow",
            "--replay-since",
            "1h",
            "--server",
            &serve.url,
        ])
        .args(["--key", ADMIN_KEY, "--shop", "acme", "--secret", SECRET])
        .args([
            "--dialect",
            "aftership-warranty",
            "--forward-to",
            &receiver.url("/local"),
        ])
        .arg("--dialects")
        .arg(examples());
    let (exit, out, error) = run(&mut listen);
    assert_eq!(exit, Some(0), "{out}{error}");
    let requests = receiver.requests();
    let [_, local] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(local.body, sent.body);
    assert_eq!(local.header("as-signature-hmac-sha256"), Some(signature));

    let (_, types) = serve.call("GET", "/v1/event-types", None);
    assert!(
        types
            .to_string()
            .contains("\"order-protection\":\"claim.denied\"")
    );
    let (_, document) = serve.call("GET", "/openapi.json", None);
    let names = &document["components"]["schemas"]["Dialect"]["enum"];
    assert!(names.to_string().contains("aftership-warranty"), "{names}");
}

#[test]
fn without_its_file_deliveries_wait_and_nothing_is_lost() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = receiver(&runtime);
    let dir = tempfile::tempdir().unwrap();
    let mut serve = started(dir.path());
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhooks = "/v1/shops/acme/webhooks";
    let webhook = json!({"url": receiver.url("/in"), "dialect": "order-protection", "secret": SECRET,
        "enabled_events": ["claim.created"]});
    let (status, made) = serve.call("POST", webhooks, Some(webhook));
    assert_eq!(status, 201, "{made}");
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    let log = dir.path().join("log");
    let mut serve = Serve::start_logging(dir.path(), &[], &log);
    let path = format!("{webhooks}/{}", made["uuid"].as_str().unwrap());
    let (status, kept) = serve.call("GET", &path, None);
    assert_eq!(
        (status, &kept["dialect"]),
        (200, &json!("order-protection"))
    );
    let described = json!({"description": "still mine"});
    assert_eq!(serve.call("PATCH", &path, Some(described)).0, 200);
    let (status, refused) = serve.call("POST", &format!("{path}/test"), Some(json!({})));
    assert_eq!(status, 422, "{refused}");
    assert!(
        refused.to_string().contains("described by no file"),
        "{refused}"
    );
    let another = json!({"url": receiver.url("/other"), "dialect": "order-protection"});
    assert_eq!(serve.call("POST", webhooks, Some(another)).0, 422);
    let (status, _) = serve.call(
        "POST",
        "/v1/shops/acme/claims",
        Some(json!({"reason": "damaged"})),
    );
    assert_eq!(status, 201);
    let told = |_: &Value| {
        std::fs::read_to_string(&log).is_ok_and(|log| log.contains("no file describes the dialect"))
    };
    serve.until("/v1/shops/acme/deliveries", told);
    let (_, page) = serve.call("GET", "/v1/shops/acme/deliveries", None);
    let waits = ["pending", "delivering"].map(Value::from);
    assert!(waits.contains(&page["data"][0]["status"]), "{page}");
    assert_eq!(page["data"][0]["attempt_count"], 0, "{page}");
    assert!(receiver.requests().is_empty());
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    let serve = started(dir.path());
    serve.until("/v1/shops/acme/deliveries?status=delivered", |page| {
        page["data"].as_array().is_some_and(|all| all.len() == 1)
    });
    let sent = &receiver.requests()[0];
    assert_eq!(sent.header("x-webhook-secret"), Some(SECRET));
    let (_, page) = serve.call("GET", "/v1/shops/acme/deliveries", None);
    let id = page["data"][0]["id"].as_str().unwrap();
    let (_, shown) = serve.call("GET", &format!("/v1/shops/acme/deliveries/{id}"), None);
    assert!(
        !shown.to_string().contains(SECRET),
        "a secret is on record: {shown}"
    );
}

#[test]
fn files_are_checked_before_anything_begins() {
    let (exit, out, error) = run(claimwire().arg("dialects").arg(examples()));
    assert_eq!(exit, Some(0), "{error}");
    assert!(
        out.contains("order-protection: Order Protection, 4 event names, good"),
        "{out}"
    );
    let dir = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(examples().join("order-protection.toml")).unwrap();
    std::fs::write(dir.path().join("a.toml"), &good).unwrap();
    std::fs::write(dir.path().join("b.toml"), &good).unwrap();
    std::fs::write(
        dir.path().join("c.toml"),
        good.replace("algorithm", "algorism"),
    )
    .unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not read").unwrap();
    let (exit, _, error) = run(claimwire().arg("dialects").arg(dir.path()));
    assert_eq!(exit, Some(1));
    assert!(
        error.contains("b.toml:1: another file describes `order-protection` too"),
        "{error}"
    );
    assert!(
        error.contains("c.toml:") && error.contains("algorism"),
        "{error}"
    );

    let data = tempfile::tempdir().unwrap();
    let mut serve = common::serve(data.path(), &["--dialects", dir.path().to_str().unwrap()]);
    let (exit, _, error) = run(&mut serve);
    assert_eq!(exit, Some(1), "it does not start");
    assert!(error.contains("c.toml:"), "{error}");
}
