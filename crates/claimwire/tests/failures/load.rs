//! Load on nodes, and what has to have come of it in the end.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use claimwire_testkit::{Received, Receiver};
use serde_json::{Value, json};

use crate::common::{self, Serve, until};
use crate::nodes::ENCRYPTION_KEY;

/// Callers of a node, each with a subject of its own.
pub const CALLERS: usize = 3;
/// Who asks whether a node is ready waits no longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events that are accepted before and after a failure.
const EVENTS: usize = 60;
/// How webhooks are ordered; the path of each.
const ORDERINGS: [&str; 2] = ["none", "subject"];

/// A node on a database, its log in a file.
pub struct Node {
    pub serve: Serve,
    dir: tempfile::TempDir,
}

impl Node {
    pub fn start(url: &str, more: &[&str]) -> Self {
        Self::start_by(url, more, |command| command)
    }

    /// The same; `wrap` makes the command that starts it.
    pub fn start_by(
        url: &str,
        more: &[&str],
        wrap: impl FnOnce(std::process::Command) -> std::process::Command,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let needed = ["--database-url", url, "--encryption-key", ENCRYPTION_KEY];
        let command = common::serve(&dir.path().join("data"), &[&needed[..], more].concat());
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let serve = Serve::of(&mut wrap(command), log.into());
        Self { serve, dir }
    }

    fn log_file(&self) -> PathBuf {
        Path::join(self.dir.path(), "log")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }

    /// Whether it says that it is ready; anything but 200 and 503 is wrong, and no answer too.
    pub fn is_ready(&self) -> bool {
        let asked = ureq::get(format!("{}/readyz", self.serve.url)).config();
        match asked.timeout_global(Some(PATIENCE)).build().call() {
            Ok(answer) => answer.status() == 200,
            Err(ureq::Error::StatusCode(503)) => false,
            Err(other) => panic!("{other}: {}", self.log()),
        }
    }

    pub fn until_ready(&self) {
        until("the node is ready again", || self.is_ready());
    }

    pub fn until_not_ready(&self) {
        until("the node says that it is not ready", || !self.is_ready());
    }

    /// Stops it in order.
    pub fn stop(mut self) {
        self.serve.signal("TERM");
        assert_eq!(self.serve.wait(), Some(0), "{}", self.log());
    }

    /// Makes the shop and its webhooks at a receiver.
    pub fn set_up(&self, receiver: &str) {
        let made = |path: &str, body: Value| {
            let (status, answer) = self.serve.call("POST", path, Some(body));
            assert_eq!(status, 201, "{answer}");
        };
        made("/v1/shops", json!({"slug": "acme", "name": "Acme"}));
        let retry =
            json!({"delays": vec![0.2; 50], "disable_after": null, "disable_after_hours": null});
        for ordering in ORDERINGS {
            let url = format!("{receiver}/{ordering}");
            let webhook =
                json!({"url": url, "dialect": "standard", "ordering": ordering, "retry": retry});
            made("/v1/shops/acme/webhooks", webhook);
        }
    }
}

/// Callers that post one event after another, each until it is accepted.
pub struct Callers {
    numbers: Range<usize>,
    ended: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<usize>>,
}

/// How many of each caller's events were accepted.
pub type Accepted = BTreeMap<usize, usize>;

impl Callers {
    /// Callers of these numbers at a node.
    pub fn start(node: &Node, numbers: Range<usize>) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let [accepted, refused] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let threads = numbers.clone().map(|caller| {
            let (ended, accepted, refused) = (ended.clone(), accepted.clone(), refused.clone());
            let url = format!("{}/v1/shops/acme/events", node.serve.url);
            std::thread::spawn(move || {
                let mut number = 0;
                while !ended.load(Ordering::SeqCst) {
                    if is_accepted(&url, caller, number) {
                        number += 1;
                        accepted.fetch_add(1, Ordering::SeqCst);
                    } else {
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                }
                number
            })
        });
        Self {
            threads: threads.collect(),
            numbers,
            ended,
            accepted,
            refused,
        }
    }

    /// Waits until so many more are accepted.
    pub fn more(&self) {
        let enough = self.accepted.load(Ordering::SeqCst) + EVENTS;
        until("the server accepts events", || {
            self.accepted.load(Ordering::SeqCst) >= enough
        });
    }

    /// How often one was told to come again.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    pub fn end(self) -> Accepted {
        self.ended.store(true, Ordering::SeqCst);
        let threads = self.threads.into_iter();
        let counts = threads.map(|thread| thread.join().unwrap());
        self.numbers.zip(counts).collect()
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

/// Waits until all that was accepted has come to each webhook; it came in order where that was asked for.
pub fn all_came(receiver: &Receiver, accepted: &Accepted) {
    for ordering in ORDERINGS {
        for (caller, count) in accepted {
            let key = (format!("/{ordering}"), *caller as u64);
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
pub fn survives(url: &str, receiver: &Receiver, fail: impl FnOnce(&Node, &Callers)) {
    let node = Node::start(url, &[]);
    node.set_up(receiver.url("").trim_end_matches('/'));
    let callers = Callers::start(&node, 0..CALLERS);
    callers.more();
    fail(&node, &callers);
    node.until_ready();
    callers.more();
    all_came(receiver, &callers.end());
    node.stop();
}
