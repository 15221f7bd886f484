//! What the owner of a webhook has counted of it holds at the next one: requests under way, those of the last second, a pause that
//! the receiver asked for, and that the host looked dead.

use std::time::{Duration, SystemTime};

use claimwire_model::Timestamp;
use claimwire_testkit::{Receiver, Reply};
use serde_json::{Value, json};

use crate::common::{Serve, free_port, until};
use crate::nodes::Nodes;

/// Of each webhook but the one that asks for a pause.
const EVENTS: usize = 20;
const MAX_IN_FLIGHT: usize = 2;
const PER_SECOND: usize = 2;
/// Longer than the move takes.
const PAUSE: Duration = Duration::from_secs(6);
/// A node says so when it begins to probe a host.
const PROBES: &str = "from now on it is probed";
/// Attempts in a row that it needs to find out by itself.
const OPENS_AT: u64 = 10;

fn made(node: &Serve, path: &str, body: Value) -> Value {
    let (status, answer) = node.call("POST", &format!("/v1/shops{path}"), Some(body));
    assert!([201, 202].contains(&status), "{answer}");
    answer
}

/// A webhook that hears of one kind of event and tries again soon; its uuid.
fn webhook(node: &Serve, url: &str, hears: &str, settings: Value) -> String {
    let mut webhook = json!({
        "url": url,
        "dialect": "standard",
        "enabled_events": [hears],
        "retry": {"delays": vec![0.05; 50], "disable_after": null, "disable_after_hours": null},
    });
    let settings = settings.as_object().cloned().unwrap_or_default();
    webhook.as_object_mut().unwrap().extend(settings);
    let webhook = made(node, "/acme/webhooks", webhook);
    webhook["uuid"].as_str().unwrap().to_owned()
}

fn post(node: &Serve, event: &str, count: usize) {
    let event = |n| json!({"ref": event, "event_data": {"claim_id": "c", "number": n}});
    made(node, "/acme/events", (0..count).map(event).collect());
}

fn deliveries(node: &Serve, webhook: &str) -> Vec<Value> {
    let path = format!("/v1/shops/acme/deliveries?webhook={webhook}&limit=100");
    let (_, list) = node.call("GET", &path, None);
    list["data"].as_array().unwrap().clone()
}

fn are_delivered(deliveries: &[Value], count: usize) -> bool {
    deliveries.len() == count && deliveries.iter().all(|d| d["status"] == "delivered")
}

fn attempts_made(node: &Serve, webhook: &str) -> u64 {
    let counts = deliveries(node, webhook).into_iter();
    counts.map(|d| d["attempt_count"].as_u64().unwrap()).sum()
}

/// When each attempt for a webhook began, in milliseconds.
fn began(node: &Serve, webhook: &str) -> Vec<i64> {
    let mut all = Vec::new();
    for delivery in deliveries(node, webhook) {
        let id = delivery["id"].as_str().unwrap();
        let (_, delivery) = node.call("GET", &format!("/v1/shops/acme/deliveries/{id}"), None);
        let attempts = delivery["attempts"].as_array().unwrap();
        assert_eq!(
            attempts.len() as u64,
            delivery["attempt_count"],
            "all are shown"
        );
        let began = attempts
            .iter()
            .map(|attempt| attempt["started_at"].as_str().unwrap());
        all.extend(began.map(|at| at.parse::<Timestamp>().unwrap().as_millis()));
    }
    all.sort_unstable();
    all
}

/// When requests for a path came.
fn at(receiver: &Receiver, path: &str) -> Vec<SystemTime> {
    let requests = receiver.requests().into_iter();
    let there = requests.filter(|request| request.path == path);
    there.map(|request| request.at).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_owner_counted_holds_at_the_next() {
    let receiver = Receiver::start().await.unwrap();
    receiver.reply_at("/slots", Reply::Hang);
    let seconds = PAUSE.as_secs().to_string();
    let busy = Reply::status(429).with_header("Retry-After", &seconds);
    receiver.reply_at("/pause", busy);
    let url = |path: &str| receiver.url(path);
    tokio::task::block_in_place(|| {
        let nodes = Nodes::new();
        let mut first = nodes.start("first");
        made(&first, "", json!({"slug": "acme", "name": "Acme"}));
        let of_all = "claims/updated";
        let few = json!({"max_in_flight": MAX_IN_FLIGHT, "timeout_seconds": 1});
        let slots = webhook(&first, &url("/slots"), of_all, few);
        let limited = json!({"rate_limit": {"per_second": PER_SECOND}});
        let rate = webhook(&first, &url("/rate"), of_all, limited);
        let nobody = format!("http://127.0.0.1:{}/", free_port());
        let dead = webhook(&first, &nobody, of_all, json!({}));
        let pause = webhook(&first, &url("/pause"), "claims/approved", json!({}));
        post(&first, of_all, EVENTS);
        until("the first node probes", || {
            nodes.log("first").contains(PROBES)
        });
        let before = attempts_made(&first, &dead);
        post(&first, "claims/approved", 1);
        until("a pause is asked for", || {
            !at(&receiver, "/pause").is_empty()
        });

        // Some move at once, the others when the first node has ended what it has under way.
        let second = nodes.start("second");
        first.signal("TERM");
        assert_eq!(first.wait(), Some(0), "{}", nodes.log("first"));
        let hung = at(&receiver, "/slots");
        receiver.reply_at("/slots", 200);
        receiver.reply_at("/pause", 200);
        post(&second, "claims/approved", 3);

        until("the second node probes", || {
            nodes.log("second").contains(PROBES)
        });
        let needed = attempts_made(&second, &dead) - before;
        assert!(needed < OPENS_AT, "{needed} attempts");
        until("all are delivered", || {
            let counts = [(&slots, EVENTS), (&rate, EVENTS), (&pause, 4)];
            counts
                .into_iter()
                .all(|(webhook, count)| are_delivered(&deliveries(&second, webhook), count))
        });

        // Each took its time limit, since nothing was cut off by the move.
        let mut turns = hung.iter().zip(&hung[MAX_IN_FLIGHT..]);
        let half = Duration::from_millis(500);
        assert!(turns.all(|(one, next)| *next >= *one + half), "{hung:?}");
        let rate = began(&second, &rate);
        let pairs = rate.iter().zip(&rate[PER_SECOND..]);
        let apart = pairs.map(|(one, other)| other - one).min();
        assert!(apart >= Some(1000), "{rate:?}");
        let asked = at(&receiver, "/pause");
        let waited = asked[1].duration_since(asked[0]).unwrap();
        assert!(waited >= PAUSE, "{waited:?}");
    });
}
