//! What an operator sees: metrics that Prometheus' own rules find no fault with, alerts and a dashboard that name none
//! that is not there, and requests that can be found again in the log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use common::{ADMIN_KEY, Serve, until};
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// Words of this text that begin so.
fn words<'a>(text: &'a str, begin: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(move |word| word.starts_with(begin))
}

/// The metrics that the program's sources name.
fn in_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let crates = std::fs::read_dir(Path::new(ROOT).join("crates")).unwrap();
    let mut dirs: Vec<_> = crates
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            !["bench", "sim", "testkit"]
                .iter()
                .any(|name| path.ends_with(name))
        })
        .map(|path| path.join("src"))
        .collect();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let texts = text.split('"');
                let names = texts.filter(|text| {
                    let name = text.strip_prefix("claimwire_").unwrap_or_default();
                    let ends = ["_total", "_seconds", "_bytes", "_ratio", "_info", "_jobs"];
                    let gauges = [
                        "connections",
                        "connections_limit",
                        "attempts_in_flight",
                        "deliveries_queued",
                        "deliveries_unfinished",
                        "outcomes_unrecorded",
                        "encryption_older_keys",
                        "store_waiting_writes",
                    ];
                    !name.contains(|c: char| !c.is_ascii_lowercase() && c != '_')
                        && (ends.iter().any(|end| name.ends_with(end)) || gauges.contains(&name))
                });
                found.extend(names.map(str::to_owned));
            }
        }
    }
    found
}

/// The series of a histogram or counter belong to one metric.
fn metric(series: &str) -> &str {
    ["_bucket", "_sum", "_count"]
        .iter()
        .find_map(|end| series.strip_suffix(end))
        .unwrap_or(series)
}

fn process_metrics(text: &str) -> BTreeSet<&str> {
    words(text, "process_").collect()
}

#[test]
fn the_reference_has_every_metric_and_no_other() {
    let reference = file("docs/reference/metrics.md");
    let told: BTreeSet<String> = words(&reference, "claimwire_").map(str::to_owned).collect();
    assert_eq!(told, in_sources());
}

#[test]
fn alerts_dashboard_and_guides_name_metrics_that_exist() {
    let reference = file("docs/reference/metrics.md");
    let mut known: BTreeSet<&str> = words(&reference, "claimwire_").collect();
    known.extend(process_metrics(&reference));
    for path in [
        "ops/alerts.yaml",
        "ops/dashboard.json",
        "docs/guides/runbook.md",
    ] {
        let text = file(path);
        let named = words(&text, "claimwire_").chain(words(&text, "process_"));
        for name in named {
            assert!(known.contains(metric(name)), "{path}: {name}");
        }
    }
}

#[test]
fn each_alert_has_a_section_of_the_runbook_and_each_section_an_alert() {
    let alerts = file("ops/alerts.yaml");
    let named = |line: &str, begin: &str| line.trim().strip_prefix(begin).map(str::to_owned);
    let names: Vec<String> = alerts
        .lines()
        .filter_map(|line| named(line, "- alert: "))
        .collect();
    let books: Vec<String> = alerts
        .lines()
        .filter_map(|line| named(line, "runbook: docs/guides/runbook.md#"))
        .collect();
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower, books);
    let runbook = file("docs/guides/runbook.md");
    let sections: BTreeSet<&str> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(sections, names.iter().map(String::as_str).collect());
}

/// A server with a shop, something delivered nowhere, and a request that failed.
fn busy(dir: &Path, log: &Path) -> (Serve, Value) {
    let serve = Serve::start_logging(dir, &["--log-format", "json"], log);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let key = json!({"name": "till", "role": "editor"});
    let (status, key) = serve.call("POST", "/v1/shops/acme/api-keys", Some(key));
    assert_eq!(status, 201);
    // Nobody listens there.
    let webhook = json!({"url": "http://127.0.0.1:1/", "retry": {"delays": []}});
    let (status, made) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(status, 201, "{made}");
    let event = json!({"ref": "claims/updated", "event_data": {"claim_id": "c-1"}});
    let key = key["key"].as_str().unwrap();
    let (status, _) = serve.call_as(key, "POST", "/v1/shops/acme/events", Some(event));
    assert_eq!(status, 202);
    serve.until("/v1/shops/acme/deliveries?status=failed", |list| {
        !list["data"].as_array().unwrap().is_empty()
    });
    let (status, problem) = serve.call_as(key, "GET", "/v1/shops/acme/claims/none", None);
    assert_eq!(status, 404);
    (serve, problem)
}

#[test]
fn metrics_are_described_and_named_as_is_usual() {
    let dir = tempfile::tempdir().unwrap();
    let (serve, _) = busy(&dir.path().join("data"), &dir.path().join("log"));
    let (status, text) = serve.call("GET", "/metrics", None);
    let text = text.as_str().unwrap();
    assert_eq!(status, 200);
    let comment = |begin| -> BTreeMap<&str, &str> {
        text.lines()
            .filter_map(|line| line.strip_prefix(begin)?.split_once(' '))
            .collect()
    };
    let (help, kinds) = (comment("# HELP "), comment("# TYPE "));
    let known = in_sources();
    for (name, kind) in &kinds {
        assert!(
            help.get(name).is_some_and(|help| !help.is_empty()),
            "{name} has no HELP"
        );
        assert_eq!(
            name.ends_with("_total"),
            *kind == "counter",
            "{name} is a {kind}"
        );
        assert!(
            known.contains(*name) || name.starts_with("process_"),
            "{name}"
        );
        assert!(
            ["counter", "gauge", "histogram"].contains(kind),
            "{name} is a {kind}"
        );
    }
    let value = |series: &str| -> f64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {series} in {text}"))
            .parse()
            .unwrap()
    };
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        value(&format!("claimwire_build_info{{version=\"{version}\"}}")),
        1.0
    );
    assert_eq!(value("claimwire_events_accepted_total"), 1.0);
    assert_eq!(value("claimwire_deliveries_failed_total"), 1.0);
    assert_eq!(value("claimwire_attempt_seconds_count"), 1.0);
    assert_eq!(
        value("claimwire_attempts_total{result=\"unanswered\"}"),
        1.0
    );
    assert_eq!(value("claimwire_deliveries_queued_oldest_seconds"), 0.0);
    assert!(value("claimwire_connections{listener=\"api\"}") >= 1.0);
    let reference = file("docs/reference/metrics.md");
    for name in process_metrics(&reference) {
        assert!(value(name) > 0.0, "{name}");
    }
}

#[test]
fn a_request_is_found_in_the_log_by_the_id_in_its_problem() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let (mut serve, problem) = busy(&dir.path().join("data"), &log);
    let (_, second) = serve.call_as("cw_live_nobody", "GET", "/v1/shops/acme/claims", None);
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let line_of = |problem: &Value| {
        let id = &problem["request_id"];
        assert!(id.is_string(), "{problem}");
        lines.iter().find(|line| line["request_id"] == *id).unwrap()
    };
    let line = line_of(&problem);
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["route"], "/v1/shops/{slug}/claims/{id}");
    assert_eq!(
        (&line["shop"], &line["key"]),
        (&json!("acme"), &json!("till"))
    );
    assert_eq!(
        (&line["method"], &line["status"]),
        (&json!("GET"), &json!(404))
    );
    let stranger = line_of(&second);
    assert_eq!(
        (&stranger["status"], &stranger["key"]),
        (&json!(401), &Value::Null)
    );
    assert!(
        !log.contains(ADMIN_KEY) && !log.contains("cw_live_"),
        "a key is in the log"
    );
    let failed = lines
        .iter()
        .filter(|line| line["message"] == "not delivered: it has failed, no attempt is left");
    assert_eq!(failed.count(), 1);
}

#[test]
fn a_host_that_is_gone_and_one_that_is_back_are_told_of_apart() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let serve = Serve::start_logging(&dir.path().join("data"), &["--log-format", "json"], &log);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhook = json!({"url": format!("http://{address}/"), "retry": {"delays": vec![1; 30]}});
    let (status, made) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    assert_eq!(status, 201, "{made}");
    for n in 0..10 {
        let event = json!({"ref": "claims/updated", "event_data": {"claim_id": n}});
        let posted = serve.call("POST", "/v1/shops/acme/events", Some(event));
        assert_eq!(posted.0, 202);
    }
    let told = |message: &str| {
        let text = std::fs::read_to_string(&log).unwrap();
        let lines = text.lines().map(serde_json::from_str::<Value>);
        lines
            .filter(|line| line.as_ref().is_ok_and(|line| line["message"] == message))
            .count()
    };
    let gone = "the webhook's host does not answer: from now on it is probed";
    until(gone, || told(gone) > 0);
    let back = TcpListener::bind(address).unwrap();
    std::thread::spawn(move || {
        for mut stream in back.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        }
    });
    let answers = "the webhook's host answers again";
    until(answers, || told(answers) > 0);
    assert_eq!((told(gone), told(answers)), (1, 1));
}
