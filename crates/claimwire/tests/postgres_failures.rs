//! PostgreSQL fails under a node's load: it crashes and comes back, or its standby takes over. Nothing that was
//! acknowledged is lost, order is kept, and the node goes on by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;
#[path = "common/nodes.rs"]
mod nodes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use claimwire_testkit::postgres::{Cluster, Setup};
use claimwire_testkit::{Received, Receiver};
use common::{Serve, until};
use serde_json::{Value, json};

/// What is committed is on the way to the disk, which a crash of the server alone does not undo.
const KEEPS: Setup<'static> = Setup {
    settings: "synchronous_commit = on\n",
    files: &[],
    port: None,
};
/// Callers, each with a subject of its own.
const CALLERS: usize = 3;
/// Events that are accepted before and after a failure.
const EVENTS: usize = 60;

fn is_ready(node: &Serve) -> bool {
    let answer = ureq::get(format!("{}/readyz", node.url)).call();
    answer.is_ok_and(|answer| answer.status() == 200)
}

fn set_up(node: &Serve, receiver: &str) {
    let made = |path: &str, body: Value| {
        let (status, answer) = node.call("POST", path, Some(body));
        assert_eq!(status, 201, "{answer}");
    };
    made("/v1/shops", json!({"slug": "acme", "name": "Acme"}));
    let retry =
        json!({"delays": vec![0.2; 50], "disable_after": null, "disable_after_hours": null});
    for ordering in ["none", "subject"] {
        let url = format!("{receiver}/{ordering}");
        let webhook =
            json!({"url": url, "dialect": "standard", "ordering": ordering, "retry": retry});
        made("/v1/shops/acme/webhooks", webhook);
    }
}

/// Callers that post one event after another, each until it is accepted.
struct Callers {
    ended: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<usize>>,
}

impl Callers {
    fn start(url: &str) -> Self {
        let (ended, accepted) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let threads = (0..CALLERS).map(|caller| {
            let (ended, accepted) = (ended.clone(), accepted.clone());
            let url = format!("{url}/v1/shops/acme/events");
            std::thread::spawn(move || {
                let mut number = 0;
                while !ended.load(Ordering::SeqCst) {
                    if is_accepted(&url, caller, number) {
                        number += 1;
                        accepted.fetch_add(1, Ordering::SeqCst);
                    }
                }
                number
            })
        });
        Self {
            threads: threads.collect(),
            ended,
            accepted,
        }
    }

    /// Waits until so many more are accepted.
    fn more(&self) {
        let enough = self.accepted.load(Ordering::SeqCst) + EVENTS;
        until("the server accepts events", || {
            self.accepted.load(Ordering::SeqCst) >= enough
        });
    }

    /// How many of each caller's were accepted.
    fn end(self) -> Vec<usize> {
        self.ended.store(true, Ordering::SeqCst);
        let threads = self.threads.into_iter();
        threads.map(|thread| thread.join().unwrap()).collect()
    }
}

/// Posts an event. Not accepted: it is posted again, under the same id.
fn is_accepted(url: &str, caller: usize, number: usize) -> bool {
    let body = json!({
        "id": format!("{caller}-{number}"),
        "ref": "claims/updated",
        "event_data": {"claim_id": format!("claim-{caller}"), "caller": caller, "number": number},
    });
    let request = ureq::post(url)
        .header("X-API-Key", common::ADMIN_KEY)
        .header("Content-Type", "application/json");
    request.send(body.to_string()).is_ok()
}

/// For each path and caller the numbers that came, each once, in the order in which they came first.
fn came(requests: &[Received]) -> BTreeMap<(String, u64), Vec<u64>> {
    let mut came: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for request in requests {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let number = |name: &str| find(&body, name).and_then(Value::as_u64).unwrap();
        let numbers = came
            .entry((request.path.clone(), number("caller")))
            .or_default();
        if !numbers.contains(&number("number")) {
            numbers.push(number("number"));
        }
    }
    came
}

/// A field, wherever it stands.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields
            .get(name)
            .or_else(|| fields.values().find_map(|field| find(field, name))),
        _ => None,
    }
}

/// A node on this database, under load while `fail` breaks it and mends it.
fn survives(url: &str, receiver: &Receiver, fail: impl FnOnce(&Serve)) {
    let dir = tempfile::tempdir().unwrap();
    let more = [
        "--database-url",
        url,
        "--encryption-key",
        nodes::ENCRYPTION_KEY,
    ];
    let log = std::fs::File::create(dir.path().join("log")).unwrap();
    let mut node = Serve::of(
        &mut common::serve(&dir.path().join("data"), &more),
        log.into(),
    );
    set_up(&node, receiver.url("").trim_end_matches('/'));
    let callers = Callers::start(&node.url);
    callers.more();
    fail(&node);
    until("the node is ready again", || is_ready(&node));
    callers.more();
    let accepted = callers.end();

    for ordering in ["/none", "/subject"] {
        for (caller, count) in accepted.iter().enumerate() {
            let key = (ordering.to_owned(), caller as u64);
            until(&format!("all of {key:?} come"), || {
                let came = came(&receiver.requests());
                came.get(&key)
                    .is_some_and(|numbers| numbers.len() >= *count)
            });
        }
    }
    for ((path, caller), numbers) in came(&receiver.requests()) {
        let in_order = path != "/subject" || numbers.is_sorted();
        assert!(in_order, "{path}, caller {caller}: {numbers:?}");
    }
    node.signal("TERM");
    assert_eq!(node.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_postgresql_loses_nothing() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let cluster = Cluster::start_as(KEEPS).unwrap();
        let url = cluster.url("postgres", "postgres");
        survives(&url, &receiver, |node| {
            cluster.crash().unwrap();
            until("the node says that it is not ready", || !is_ready(node));
            cluster.start_again().unwrap();
        });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synchronous_standby_takes_over_and_nothing_is_lost() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let primary = Cluster::start_as(KEEPS).unwrap();
        let standby = primary.standby().unwrap();
        for sql in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            primary.sql("postgres", sql).unwrap();
        }
        until("the standby is synchronous", || {
            let sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            primary.sql("postgres", sql).unwrap() == "1"
        });
        let url = format!(
            "postgresql://postgres@{},{}/postgres?target_session_attrs=read-write",
            primary.host(),
            standby.host()
        );
        survives(&url, &receiver, |node| {
            primary.crash().unwrap();
            until("the node says that it is not ready", || !is_ready(node));
            standby.promote().unwrap();
        });
    });
}
