//! Nodes on one PostgreSQL database that fail under load: what one has in hand when it is killed goes on at another,
//! and one that wakes up too late finishes nothing that is no longer its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    dead_code
)]

mod common;
#[path = "crash/load.rs"]
mod load;
#[path = "crash/log.rs"]
mod log;
#[path = "common/nodes.rs"]
mod nodes;
#[path = "crash/rng.rs"]
mod rng;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use claimwire_testkit::{Receiver, Reply};
use common::{Serve, until};
use nodes::Nodes;
use serde_json::{Value, json};

use load::Load;
use log::Log;
use rng::Rng;

/// Path of the receiver and ordering of each webhook.
pub const WEBHOOKS: [(&str, &str); 3] = [
    ("/none", "none"),
    ("/webhook", "webhook"),
    ("/subject", "subject"),
];
fn made(serve: &Serve, path: &str, body: Value) -> Value {
    let (status, answer) = serve.call("POST", path, Some(body));
    assert_eq!(status, 201, "{answer}");
    answer
}

fn make_shop(serve: &Serve) {
    made(serve, "/v1/shops", json!({"slug": "acme", "name": "Acme"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_killed_nodes_had_goes_on_at_the_others() {
    let seed = rng::seed();
    println!("seed {seed}");
    let receiver = Receiver::start().await.unwrap();
    let urls = WEBHOOKS.map(|(path, ordering)| (receiver.url(path), ordering));
    // Nodes, their callers and the waiting for them are processes and threads: away from the runtime.
    let (load, log, went_on) = tokio::task::block_in_place(|| {
        let (nodes, mut rng, mut load) = (Nodes::new(), Rng(seed), Load::default());
        let mut first = nodes.start("first");
        make_shop(&first);
        for (url, ordering) in &urls {
            let retry = json!({"delays": vec![0.05; 50], "disable_after": null, "disable_after_hours": null});
            made(
                &first,
                "/v1/shops/acme/webhooks",
                json!({"url": url, "dialect": "standard", "ordering": ordering, "retry": retry}),
            );
        }
        let mut second = nodes.start("second");
        receiver.reply_next((0..4).map(|_| Reply::status(500)));
        load.run(&first.url, 60 + rng.below(60));
        first.kill();
        load.end(&mut rng);
        load.run(&second.url, 60 + rng.below(60));
        let third = nodes.start("third");
        second.kill();
        let killed = Instant::now();
        load.end(&mut rng);
        load.settle(&third.url);
        let log = Log::when_quiet(&third);
        (load, log, killed.elapsed())
    });
    println!(
        "{}; the last node had done all of it {went_on:?} after the second kill",
        log.check(&load, &receiver.requests(), 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_wakes_up_too_late_finishes_nothing() {
    const EVENTS: usize = 20;
    // The first request stops the first node, which finds its answer when it wakes up: that its webhook is gone for good.
    let node = Arc::new(AtomicU32::new(0));
    let stopped = Arc::new(AtomicBool::new(false));
    let taken_over = Arc::new(AtomicBool::new(false));
    let handler = {
        let (node, stopped, taken_over) = (node.clone(), stopped.clone(), taken_over.clone());
        let stopping = Mutex::new(());
        move |_: &_| {
            if taken_over.load(Ordering::SeqCst) {
                return Reply::status(200);
            }
            let _one = stopping.lock().unwrap();
            if !stopped.load(Ordering::SeqCst) {
                signal("STOP", node.load(Ordering::SeqCst));
                stopped.store(true, Ordering::SeqCst);
            }
            Reply::status(410)
        }
    };
    let receiver = Receiver::start_with(handler).await.unwrap();
    let url = receiver.url("/hook");
    tokio::task::block_in_place(|| {
        let nodes = Nodes::new();
        let mut first = nodes.start("first");
        node.store(first.pid(), Ordering::SeqCst);
        make_shop(&first);
        let hook = json!({"url": url, "dialect": "standard", "timeout_seconds": 30});
        let hook = made(&first, "/v1/shops/acme/webhooks", hook);
        let caller = std::thread::spawn({
            let (url, events) = (first.url.clone(), events(EVENTS));
            move || post(&url, &events)
        });
        until("the first node is stopped", || {
            stopped.load(Ordering::SeqCst)
        });
        taken_over.store(true, Ordering::SeqCst);
        let second = nodes.start("second");
        // Those that are there; whether the caller was told of them or not.
        let all_delivered = |list: &Value| {
            let deliveries = list["data"].as_array().map_or(&[][..], Vec::as_slice);
            deliveries.len() == EVENTS && deliveries.iter().all(|d| d["status"] == "delivered")
        };
        let list = format!("/v1/shops/acme/deliveries?limit={EVENTS}");
        second.until(&list, all_delivered);

        first.signal("CONT");
        assert!(caller.join().unwrap(), "the events were accepted");
        first.signal("TERM");
        assert_eq!(first.wait(), Some(0), "{}", nodes.log("first"));
        let hook = format!("/v1/shops/acme/webhooks/{}", hook["uuid"].as_str().unwrap());
        let (_, kept) = second.call("GET", &hook, None);
        assert_eq!(kept["status"], "active", "{kept}");
        let (_, after) = second.call("GET", &list, None);
        assert!(all_delivered(&after), "{after}");
    });
}

fn events(count: usize) -> Value {
    let event = |n| json!({"ref": "claims/updated", "event_data": {"claim_id": "c", "number": n}});
    (0..count).map(event).collect()
}

/// Whether they were accepted, however long that takes.
fn post(url: &str, events: &Value) -> bool {
    let request = ureq::post(format!("{url}/v1/shops/acme/events"))
        .header("X-API-Key", common::ADMIN_KEY)
        .header("Content-Type", "application/json");
    request.send(events.to_string()).is_ok()
}

fn signal(name: &str, process: u32) {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &process.to_string()]);
    assert!(kill.stdin(Stdio::null()).status().unwrap().success());
}
