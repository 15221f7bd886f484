//! Servers on one PostgreSQL database: what one of them acknowledged is delivered, whichever of them lives on.

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

use std::collections::BTreeSet;

use claimwire_testkit::{Receiver, Reply};
use common::{Serve, run, serve};
use nodes::{ENCRYPTION_KEY, Nodes};
use serde_json::{Value, json};

fn set_up(node: &Serve, receiver: &Receiver) {
    let made = |path: &str, body: Value| {
        let (status, answer) = node.call("POST", path, Some(body));
        assert_eq!(status, 201, "{answer}");
    };
    made("/v1/shops", json!({"slug": "acme", "name": "Acme"}));
    // Several, so that each node owns some.
    for n in 0..4 {
        let url = receiver.url(&format!("/{n}"));
        let webhook =
            json!({"url": url, "dialect": "standard", "enabled_events": ["claims/created"]});
        made("/v1/shops/acme/webhooks", webhook);
    }
}

fn claim(node: &Serve, title: &str) {
    let (status, answer) = node.call(
        "POST",
        "/v1/shops/acme/claims",
        Some(json!({"title": title})),
    );
    assert_eq!(status, 201, "{answer}");
}

/// Waits until nothing is under way any more; answers how many were delivered.
fn delivered(node: &Serve, count: usize) -> usize {
    let log = node.until("/v1/shops/acme/deliveries?limit=100", |answer| {
        let all = answer["data"].as_array().unwrap();
        all.len() == count && all.iter().all(|delivery| delivery["status"] == "delivered")
    });
    log["data"].as_array().unwrap().len()
}

const TITLES: [&str; 3] = ["first", "second", "third"];

/// Which claims each path heard of, by their titles.
fn heard(receiver: &Receiver) -> BTreeSet<(String, &'static str)> {
    let requests = receiver.requests();
    let titles = requests.iter().flat_map(|request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let named = move |title: &&str| body.contains(&format!("\"title\":\"{title}\""));
        let titles = TITLES.into_iter().filter(named);
        titles.map(|title| (request.path.clone(), title))
    });
    titles.collect()
}

fn all_heard_of_all() -> BTreeSet<(String, &'static str)> {
    let paths = (0..4).map(|n| format!("/{n}"));
    let pairs = paths.flat_map(|path| TITLES.map(|title| (path.clone(), title)));
    pairs.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_loses_nothing() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let nodes = Nodes::new();
        let mut first = nodes.start("first");
        set_up(&first, &receiver);
        claim(&first, TITLES[0]);
        assert_eq!(delivered(&first, 4), 4);
        // What is answered so is tried again later: by then the node is gone.
        receiver.reply_next((0..4).map(|_| Reply::status(503)));
        claim(&first, TITLES[1]);
        first.kill();

        let second = nodes.start("second");
        claim(&second, TITLES[2]);
        assert_eq!(delivered(&second, 12), 12);
        assert_eq!(heard(&receiver), all_heard_of_all());
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_one_database_and_one_may_go() {
    share_and_one_may_go(Nodes::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_they_do_behind_a_pooler_that_gives_out_connections_by_transaction() {
    let log = share_and_one_may_go(Nodes::pooled).await;
    assert!(log.contains("a pooler is between"), "{log}");
}

/// Answers the log of the one that stays.
async fn share_and_one_may_go(nodes: fn() -> Nodes) -> String {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let all = nodes();
        let mut nodes = ["first", "second"].map(|name| all.start(name));
        set_up(&nodes[0], &receiver);
        for (node, title) in nodes.iter().zip([TITLES[0], TITLES[1]]) {
            claim(node, title);
        }
        for node in &nodes {
            assert_eq!(delivered(node, 8), 8, "each sees all");
        }
        assert_eq!(receiver.requests().len(), 8, "and nothing is sent twice");

        nodes[0].kill();
        claim(&nodes[1], TITLES[2]);
        assert_eq!(delivered(&nodes[1], 12), 12);
        assert_eq!(heard(&receiver), all_heard_of_all());
        nodes[1].signal("TERM");
        assert_eq!(nodes[1].wait(), Some(0));
        all.log("second")
    })
}

/// Status and body.
fn get(node: &Serve, path: &str) -> (u16, String) {
    let request = ureq::get(format!("{}{path}", node.url))
        .config()
        .http_status_as_error(false);
    let mut answer = request.build().call().unwrap();
    let status = answer.status().as_u16();
    (status, answer.body_mut().read_to_string().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_node_does_what_its_roles_say() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let all = Nodes::new();
        let api = all.start_with("api", &["--roles", "api"]);
        let portal = all.start_with("portal", &["--roles", "portal"]);
        set_up(&api, &receiver);
        claim(&api, TITLES[0]);
        for node in [&api, &portal] {
            for path in ["/healthz", "/readyz", "/metrics"] {
                assert_eq!(get(node, path).0, 200, "{path}");
            }
        }
        assert_eq!(get(&portal, "/portal/sign-in").0, 200);
        assert_eq!(get(&api, "/portal/sign-in").0, 404);
        let (status, body) = get(&portal, "/v1/shops");
        assert_eq!(status, 503, "{body}");
        assert!(body.contains("not_served_here"), "{body}");
        let (_, waiting) = api.call("GET", "/v1/shops/acme/deliveries", None);
        let waiting = waiting["data"].as_array().unwrap();
        assert_eq!(waiting.len(), 4);
        assert!(waiting.iter().all(|one| one["status"] == "pending"));
        assert_eq!(receiver.requests().len(), 0, "nobody delivers");

        let roles = ["--roles", "deliver,housekeeping"];
        let mut deliver = all.start_with("deliver", &roles);
        assert_eq!(get(&deliver, "/v1/shops").0, 503);
        assert_eq!(get(&deliver, "/portal/sign-in").0, 503);
        assert_eq!(get(&deliver, "/readyz").0, 200);
        assert_eq!(delivered(&api, 4), 4);
        for title in &TITLES[1..] {
            claim(&api, title);
        }
        assert_eq!(delivered(&api, 12), 12);
        assert_eq!(heard(&receiver), all_heard_of_all());
        for mut node in [api, portal] {
            node.signal("TERM");
            assert_eq!(node.wait(), Some(0));
        }
        deliver.signal("TERM");
        assert_eq!(deliver.wait(), Some(0));
    });
}

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |more: &[&str], said: &str| {
        let (code, _, err) = run(&mut serve(dir.path(), more));
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(said), "{err}");
        assert!(!err.contains("sesame"), "{err}");
    };
    let url = "postgres://me:sesame@127.0.0.1:1/claims";
    refused(
        &["--database-url", url],
        "--database-url needs --encryption-key",
    );
    refused(&["--roles", "api,portal"], "--roles leaves out `deliver`");
    let key = ["--encryption-key", ENCRYPTION_KEY];
    refused(
        &[&["--database-url", url], &key[..]].concat(),
        "Check host and port",
    );
    let strange = "http://me:sesame@127.0.0.1:1/claims";
    refused(
        &[&["--database-url", strange], &key[..]].concat(),
        "postgres://",
    );
}
