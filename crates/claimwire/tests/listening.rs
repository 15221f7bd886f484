//! What can be set about where the server listens: TLS, an address of its own for metrics, a rate for each key.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::Path;
use std::sync::Arc;

use claimwire_testkit::Receiver;
use claimwire_testkit::tls::Authority;
use common::{ADMIN_KEY, Serve, serve};
use serde_json::json;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

fn agent(authority: &Authority) -> ureq::Agent {
    let root = Certificate::from_pem(authority.root_pem().as_bytes()).unwrap();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(vec![root])))
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .max_idle_connections(0)
        .build()
        .into()
}

fn renew(authority: &Authority, dir: &Path) {
    let (certificate, key) = authority.pem(&["127.0.0.1"]).unwrap();
    std::fs::write(dir.join("cert.pem"), certificate).unwrap();
    std::fs::write(dir.join("key.pem"), key).unwrap();
}

fn healthy(agent: &ureq::Agent, url: &str) -> Result<(), ureq::Error> {
    let answer = agent.get(format!("{url}/healthz")).call()?;
    assert_eq!(answer.status(), 200);
    Ok(())
}

#[test]
fn a_server_speaks_tls_and_takes_a_new_certificate_at_a_hangup() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (Authority::new().unwrap(), Authority::new().unwrap());
    renew(&old, dir.path());
    let (certificate, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let flags = [
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ];
    let mut serve = Serve::start(&dir.path().join("data"), &flags);
    assert!(serve.url.starts_with("https://"), "{}", serve.url);
    healthy(&agent(&old), &serve.url).unwrap();
    assert!(healthy(&agent(&new), &serve.url).is_err());

    renew(&new, dir.path());
    serve.signal("HUP");
    let agent = agent(&new);
    while let Err(error) = healthy(&agent, &serve.url) {
        // The certificate is not there yet; whatever else it is, it does not pass.
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = serve(dir.path(), &["--tls-cert", "cert.pem"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("--tls-key"), "{error}");
}

#[test]
fn metrics_are_shown_on_their_own_address_alone() {
    let dir = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let serve = Serve::start(dir.path(), &["--metrics-listen", &address]);
    let (status, problem) = serve.call("GET", "/metrics", None);
    assert_eq!(
        (status, problem["key"].as_str()),
        (404, Some("route_not_found"))
    );
    let shown = ureq::get(format!("http://{address}/metrics"))
        .call()
        .unwrap();
    let text = shown.into_body().read_to_string().unwrap();
    assert!(text.contains("claimwire_connections_limit"), "{text}");
    let other = ureq::get(format!("http://{address}/v1/shops")).call();
    assert!(matches!(other, Err(ureq::Error::StatusCode(404))));
}

#[test]
fn a_rate_limit_answers_429() {
    let dir = tempfile::tempdir().unwrap();
    let serve = Serve::start(dir.path(), &["--api-rate-limit", "1"]);
    let refused = (0..100).find_map(|_| {
        let (status, problem) = serve.call("GET", "/v1/shops", None);
        (status == 429).then_some(problem)
    });
    assert_eq!(refused.unwrap()["key"], "rate_limited");
}

#[test]
fn dev_lets_webhooks_be_on_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let mut command = common::claimwire();
    command
        .env("CLAIMWIRE_LISTEN", "127.0.0.1:0")
        .args(["serve", "--dev", "--admin-key", ADMIN_KEY, "--data-dir"])
        .arg(dir.path());
    let serve = Serve::of(&mut command, std::process::Stdio::inherit());
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhook = json!({"url": receiver.url("/hook")});
    let (status, made) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(status, 201, "{made}");
    let path = format!(
        "/v1/shops/acme/webhooks/{}/test",
        made["uuid"].as_str().unwrap()
    );
    let (status, tested) = serve.call("POST", &path, Some(json!({})));
    assert_eq!(
        (status, tested["ok"].as_bool()),
        (200, Some(true)),
        "{tested}"
    );
}
