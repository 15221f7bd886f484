//! Servers on one PostgreSQL database: what one of them acknowledged is delivered, whichever of them lives on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

#[path = "nodes/bad_input.rs"]
mod bad_input;
mod common;
#[path = "nodes/idle.rs"]
mod idle;
#[path = "nodes/moved.rs"]
mod moved;
#[path = "common/nodes.rs"]
mod nodes;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use claimwire_testkit::{Receiver, Reply};
use common::{Serve, run, until};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_encryption_key_goes_round_from_node_to_node() {
    const OTHER: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
    const DONE: &str = "nothing is encrypted with an older key any more";
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let all = Nodes::new();
        let both = ["--encryption-keys-old", OTHER];
        let now_other = [
            "--encryption-key",
            OTHER,
            "--encryption-keys-old",
            ENCRYPTION_KEY,
        ];
        let stop = |mut node: Serve| {
            node.signal("TERM");
            assert_eq!(node.wait(), Some(0));
        };
        // Each knows the other key before any seals with it.
        let [first, second] = ["first", "second"].map(|name| all.start_with(name, &both));
        set_up(&first, &receiver);
        stop(first);
        let first = all.start_with("first", &now_other);
        until("all is sealed with the other key", || {
            all.log("first").contains(DONE)
        });
        let webhook = json!({"url": receiver.url("/4"), "dialect": "standard"});
        for node in [&second, &first] {
            let made = node.call("POST", "/v1/shops/acme/webhooks", Some(webhook.clone()));
            assert_eq!(made.0, 201, "{}", made.1);
        }
        claim(&second, TITLES[0]);
        assert_eq!(delivered(&first, 6), 6);
        stop(second);
        let second = all.start_with("second", &now_other);
        until("what was sealed meanwhile is too", || {
            all.log("second").contains(DONE)
        });
        stop(first);
        stop(second);
        let last = all.start_with("last", &["--encryption-key", OTHER]);
        claim(&last, TITLES[1]);
        assert_eq!(delivered(&last, 12), 12);
        stop(last);
    });
}

/// An S3 server with a bucket `photos`; it ends with this.
struct S3 {
    process: Child,
    url: String,
}

impl S3 {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let program = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target/tools/bin/moto_server"
        );
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto_server, which scripts/install-tools installs");
        let url = format!("http://127.0.0.1:{port}");
        let bucket = format!("{url}/photos");
        until("the S3 server has a bucket", || {
            ureq::put(&bucket).send_empty().is_ok()
        });
        Self { process, url }
    }

    fn environment(&self) -> [(&str, &str); 5] {
        [
            ("AWS_ENDPOINT", &self.url),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
    }

    /// How many photos it has.
    fn photos(&self) -> usize {
        let list = ureq::get(format!("{}/photos?list-type=2", self.url)).call();
        let list = list.unwrap().body_mut().read_to_string().unwrap();
        list.matches("<Key>").count()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The path of a photo that this node took.
fn photo(node: &Serve) -> String {
    let bytes = data_encoding::BASE64.decode(PIXEL.as_bytes()).unwrap();
    let request = ureq::post(format!("{}/v1/shops/acme/images", node.url))
        .header("X-API-Key", common::ADMIN_KEY)
        .header("Content-Type", "image/png");
    let mut answer = request.send(&bytes[..]).unwrap();
    let image: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    format!("/images/{}", image["id"].as_str().unwrap())
}

fn shows(node: &Serve, path: &str) -> Vec<u8> {
    let answer = ureq::get(format!("{}{path}", node.url)).call();
    answer.unwrap().body_mut().read_to_vec().unwrap()
}

#[test]
fn nodes_share_photos_by_s3_and_a_move_takes_them_along() {
    let s3 = S3::start();
    let all = Nodes::new();
    let images = ["--images", "s3://photos/evidence"];
    let mut nodes = ["first", "second"].map(|name| {
        let mut command = all.command(name, &images);
        command.envs(s3.environment());
        all.started(name, &mut command)
    });
    let shop = json!({"slug": "acme", "name": "Acme"});
    let (status, answer) = nodes[0].call("POST", "/v1/shops", Some(shop));
    assert_eq!(status, 201, "{answer}");
    let path = photo(&nodes[0]);
    let pixel = data_encoding::BASE64.decode(PIXEL.as_bytes()).unwrap();
    assert_eq!(shows(&nodes[1], &path), pixel);

    // A node that dies in the midst of an upload leaves nothing of it.
    let address = nodes[0].url.trim_start_matches("http://").to_owned();
    let mut upload = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/shops/acme/images HTTP/1.1\r\nHost: x\r\nX-API-Key: {}\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n",
        common::ADMIN_KEY,
        pixel.len()
    );
    upload.write_all(head.as_bytes()).unwrap();
    upload.write_all(&pixel[..pixel.len() / 2]).unwrap();
    nodes[0].kill();
    assert_eq!(s3.photos(), 1);
    let other = photo(&nodes[1]);
    assert_eq!(shows(&nodes[1], &other), pixel);
    assert_eq!(s3.photos(), 2);
    nodes[1].signal("TERM");
    assert_eq!(nodes[1].wait(), Some(0));

    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let migrate = |way: &str, url: &str, place: &str| {
        let mut command = common::claimwire();
        command.args(["migrate", way, url, "--images", place, "--data-dir"]);
        let (code, out, err) = run(command.arg(&data).envs(s3.environment()));
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("2 photos are the same on both sides"), "{out}");
    };
    migrate("--from", &all.url(), "s3://photos/evidence");
    std::fs::write(data.join("encryption.key"), ENCRYPTION_KEY).unwrap();
    let mut alone = Serve::start(&data, &[]);
    for path in [&path, &other] {
        assert_eq!(shows(&alone, path), pixel);
    }
    alone.signal("TERM");
    assert_eq!(alone.wait(), Some(0));
    let back = Nodes::new();
    migrate("--to", &back.url(), "s3://photos/back");
    assert_eq!(s3.photos(), 4);
}

/// With `make upgrade-test OLD=…`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a previous program: make upgrade-test OLD=path"]
async fn the_previous_program_and_this_one_serve_together() {
    let old = std::env::var("CLAIMWIRE_OLD").expect("CLAIMWIRE_OLD names the previous program");
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let all = Nodes::new();
        let mut command = all.command("old", &[]);
        let mut previous = Command::new(old);
        previous.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => previous.env(name, value),
                None => previous.env_remove(name),
            };
        }
        let mut previous = all.started("old", &mut previous);
        set_up(&previous, &receiver);
        claim(&previous, TITLES[0]);
        assert_eq!(delivered(&previous, 4), 4);
        let mut new = all.started("new", &mut command);
        claim(&previous, TITLES[1]);
        claim(&new, TITLES[2]);
        for node in [&previous, &new] {
            assert_eq!(delivered(node, 12), 12, "each sees all");
        }
        // What the one was told is read by the other, attempts too.
        let list = new
            .call("GET", "/v1/shops/acme/deliveries?limit=100", None)
            .1;
        for delivery in list["data"].as_array().unwrap() {
            let path = format!(
                "/v1/shops/acme/deliveries/{}",
                delivery["id"].as_str().unwrap()
            );
            let seen = [&previous, &new].map(|node| node.call("GET", &path, None));
            for (status, delivery) in &seen {
                assert_eq!(*status, 200, "{delivery}");
                let attempts = delivery["attempts"].as_array().unwrap();
                assert_eq!(attempts.len(), 1, "{delivery}");
            }
        }
        previous.signal("TERM");
        assert_eq!(previous.wait(), Some(0));
        assert_eq!(heard(&receiver), all_heard_of_all());
        new.signal("TERM");
        assert_eq!(new.wait(), Some(0));
    });
}
