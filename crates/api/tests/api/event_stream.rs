//! The stream of events, through HTTP.

use axum::body::BodyDataStream;
use axum::response::Response;
use serde_json::{Value, json};

use crate::common::World;

const STREAM: &str = "/v1/shops/acme/event-stream";

/// What one block of server-sent events says.
#[derive(Debug, Default, PartialEq)]
struct Block {
    id: String,
    data: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let blocks = text.split_terminator("\n\n");
    let read = |block: &str| {
        let lines = |name: &str| {
            let lines = block.lines().filter_map(|line| line.strip_prefix(name));
            lines.collect::<Vec<_>>().join("\n")
        };
        Block {
            id: lines("id: "),
            data: lines("data: "),
        }
    };
    blocks.map(read).collect()
}

/// The stream to the end of the log.
async fn read(world: &World, query: &str) -> Vec<Block> {
    let path = format!("{STREAM}?follow=false{query}");
    let answer = world.get(&path).key(&world.acme.viewer).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    blocks(answer.text())
}

async fn post(world: &World, id: &str, r#ref: &str) {
    let event = json!({"id": id, "ref": r#ref, "event_data": {"claim_id": "c"}});
    let posted = world.post("/v1/shops/acme/events").key(&world.acme.editor);
    posted.json(&event).send().await.expect(202);
}

fn ids(blocks: &[Block]) -> Vec<String> {
    let data = blocks.iter().filter(|block| !block.data.is_empty());
    data.map(|block| {
        let event: Value = serde_json::from_str(&block.data).unwrap();
        event["id"].as_str().unwrap().to_owned()
    })
    .collect()
}

#[tokio::test]
async fn events_come_in_order_from_any_place_on() {
    let world = World::new().await;
    let beginning = read(&world, "").await;
    assert_eq!(ids(&beginning), Vec::<String>::new());
    for n in 0..150 {
        post(&world, &format!("e{n}"), "claims/updated").await;
    }
    let place = &beginning[0].id;
    let all = read(&world, &format!("&after={place}")).await;
    let right: Vec<String> = (0..150).map(|n| format!("e{n}")).collect();
    assert_eq!(ids(&all), right);
    let middle = &all[100];
    let rest = read(&world, &format!("&after={}", middle.id)).await;
    assert_eq!(ids(&rest), right[100..]);
    assert_eq!(
        ids(&read(&world, "&since=2020-01-01T00:00:00Z").await),
        right
    );
    assert_eq!(ids(&read(&world, "").await), Vec::<String>::new());
    let last = world
        .get(&format!("{STREAM}?follow=false&since=2020-01-01T00:00:00Z"))
        .header("Last-Event-ID", &middle.id)
        .key(&world.acme.viewer);
    assert_eq!(ids(&blocks(last.send().await.text())), right[100..]);
}

#[tokio::test]
async fn only_what_is_asked_for_comes_and_the_place_goes_on_all_the_same() {
    let world = World::new().await;
    post(&world, "a", "claims/closed").await;
    post(&world, "b", "shipments/delivered/SUCCESSFULLY_DELIVERED").await;
    post(&world, "c", "claims/closed").await;
    let since = "&since=2020-01-01T00:00:00Z";
    let parcels = read(&world, &format!("{since}&events=shipments,orders")).await;
    assert_eq!(ids(&parcels), ["b"]);
    let all = read(&world, since).await;
    assert_eq!(parcels.last().unwrap().id, all.last().unwrap().id);
    let claimport = read(&world, &format!("{since}&dialect=claimport")).await;
    assert_eq!(ids(&claimport), ["a", "c"]);
    let sent: Value = serde_json::from_str(&claimport[1].data).unwrap();
    let shown = world.get("/v1/shops/acme/events/a?dialect=claimport");
    let shown = shown.key(&world.acme.viewer).send().await;
    assert_eq!(sent["body"].as_str().unwrap(), shown.text());
    assert_eq!(sent["headers"]["Content-Type"], "application/json");
}

#[tokio::test]
async fn another_shops_events_never_come() {
    let world = World::new().await;
    post(&world, "ours", "claims/updated").await;
    let all = read(&world, "&since=2020-01-01T00:00:00Z").await;
    let place = format!("&after={}", all.last().unwrap().id);
    let theirs = json!({"id": "theirs", "ref": "claims/updated", "event_data": {}});
    let posted = world
        .post("/v1/shops/other/events")
        .key(&world.other.editor);
    posted.json(&theirs).send().await.expect(202);
    assert_eq!(ids(&read(&world, &place).await), Vec::<String>::new());
    let path = format!("/v1/shops/other/event-stream?follow=false{place}");
    let answer = world.get(&path).key(&world.other.viewer).send().await;
    assert_eq!(ids(&blocks(answer.text())), ["theirs"]);
    let refused = world.get(&path).key(&world.acme.viewer).send().await;
    refused.problem(404, "shop_not_found");
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused() {
    let world = World::new().await;
    for (query, key) in [
        ("after=nowhere", "query_invalid"),
        (
            "after=evt_0000000000000&since=2026-01-01T00:00:00Z",
            "query_invalid",
        ),
        ("follow=maybe", "query_invalid"),
        ("unknown=1", "query_invalid"),
        ("events=claims/nothing", "event_unknown"),
        ("events=", "event_unknown"),
    ] {
        let refused = world
            .get(&format!("{STREAM}?{query}"))
            .key(&world.acme.viewer);
        refused.send().await.problem(422, key);
    }
}

/// The next block that has data; none at the end.
async fn next(stream: &mut BodyDataStream, text: &mut String) -> Option<Block> {
    use http_body_util::BodyExt as _;
    loop {
        if let Some(end) = text.find("\n\n") {
            let rest = text.split_off(end + 2);
            let block = blocks(&std::mem::replace(text, rest)).pop().unwrap();
            if !block.data.is_empty() {
                return Some(block);
            }
            continue;
        }
        let frame = stream.frame().await?.unwrap().into_data().unwrap();
        text.push_str(std::str::from_utf8(&frame).unwrap());
    }
}

async fn follow(world: &World) -> Response {
    let call = world.get(STREAM).key(&world.acme.viewer);
    call.response().await
}

#[tokio::test]
async fn a_stream_that_is_followed_gets_what_is_written_later() {
    let world = World::new().await;
    let mut stream = follow(&world).await.into_body().into_data_stream();
    let mut text = String::new();
    for id in ["first", "second"] {
        post(&world, id, "claims/updated").await;
        let block = next(&mut stream, &mut text).await.unwrap();
        assert_eq!(ids(&[block]), [id]);
    }
}

#[tokio::test]
async fn a_shop_has_so_many_streams_at_once() {
    let world = World::new().await;
    let mut open = Vec::new();
    loop {
        let answer = follow(&world).await;
        if answer.status() != 200 {
            assert_eq!(answer.status(), 503);
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
        open.push(answer);
    }
    assert_eq!(open.len(), 16);
    open.pop();
    assert_eq!(follow(&world).await.status(), 200);
}
