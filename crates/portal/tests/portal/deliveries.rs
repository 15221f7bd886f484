//! Deliveries: found by the URL, looked at, sent once more.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split, Stages};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_store::ownership::Targets;
use claimwire_store::queue::Outcome;
use serde_json::json;

use crate::common::World;

/// One attempt of what is due, answered 503 after 200 ms, with these stages and this end.
async fn attempt(world: &World, stages: Stages, next: Next) {
    let (store, now) = (&world.ports.store, world.ports.now());
    let (target, _) = store.waiting(Targets::All, now).await.unwrap()[0];
    let taken = store.take(target, 10, now, Duration::from_secs(60)).await;
    for handed in taken.unwrap().deliveries {
        let duration = Duration::from_millis(200);
        let attempt = Attempt {
            duration,
            split: Split::of(&stages, duration),
            status_code: Some(503),
            error: Some("status_503".to_owned()),
            request_headers: [("Content-Type", "application/json")].into(),
            response_headers: [("Server", "nginx")].into(),
            response_body: b"busy".to_vec(),
            ..Attempt::at(handed.attempts + 1, now.minus(duration))
        };
        let outcome = Outcome {
            id: handed.id,
            lease: handed.lease,
            manual: handed.manual,
            attempt: Arc::new(attempt),
            verdict: Verdict::only(next),
        };
        store.record(vec![outcome], now).await.unwrap();
    }
}

/// The page of the only delivery.
async fn shown(world: &World) -> crate::common::Page {
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let list = viewer.get("/portal/shops/acme/deliveries").await;
    let id = list.body.split("/deliveries/dlv_").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let path = format!("/portal/shops/acme/deliveries/dlv_{id}");
    viewer.get(&path).await.is(200)
}

async fn with_a_delivery() -> World {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/"});
    world.webhook("acme", webhook).await;
    world.claim("acme", json!({"title": "Mug"})).await;
    world
}

#[tokio::test]
async fn what_is_told_of_a_failure_fits_where_the_delivery_stands() {
    let world = with_a_delivery().await;
    let again = world.ports.now().plus(Duration::from_secs(60));
    attempt(&world, Stages::default(), Next::RetryAt(again)).await;
    let waits = shown(&world).await.says("It is tried again by itself.");
    waits.says_not("given up").says_not("class=\"timing\"");
    world.pass(Duration::from_secs(60));
    attempt(&world, Stages::default(), Next::GiveUp).await;
    let over = shown(&world).await.says("It was given up");
    over.says("overloaded").says_not("tried again");
}

#[tokio::test]
async fn an_attempt_shows_where_its_time_went() {
    let world = with_a_delivery().await;
    let ms = |ms| Some(Duration::from_millis(ms));
    let fresh = Stages {
        dns: ms(2),
        connect: ms(18),
        tls: ms(30),
        first_byte: ms(120),
    };
    let again = world.ports.now().plus(Duration::from_secs(60));
    attempt(&world, fresh, Next::RetryAt(again)).await;
    let page = shown(&world).await;
    let page = page.says("aria-label=\"Where the time went\"");
    for (name, took) in [
        ("DNS", "2.0 ms"),
        ("Connect", "18 ms"),
        ("TLS", "30 ms"),
        ("First byte", "120 ms"),
        ("Rest", "30 ms"),
    ] {
        assert!(
            page.body
                .contains(&format!("{name} <strong>{took}</strong>")),
            "{name} {took}"
        );
    }
    page.says_not("that was kept");
    world.pass(Duration::from_secs(60));
    let kept = Stages {
        first_byte: ms(150),
        ..Stages::default()
    };
    attempt(&world, kept, Next::GiveUp).await;
    shown(&world).await.says("over a connection that was kept");
}

#[tokio::test]
async fn deliveries_are_found_by_what_the_url_says() {
    let world = World::new().await;
    let fields = json!({"url": "https://r.test/", "enabled_events": ["claims"]});
    let webhook = world.webhook("acme", fields).await;
    let claim = world
        .claim("acme", json!({"title": "Mug", "order_number": "1001"}))
        .await;
    world
        .claim("acme", json!({"title": "Bowl", "order_number": "1002"}))
        .await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for (query, found) in [
        ("".to_owned(), 2),
        ("status=pending".to_owned(), 2),
        ("status=failed".to_owned(), 0),
        ("order_number=1001".to_owned(), 1),
        (format!("claim={claim}"), 1),
        (format!("webhook={webhook}"), 2),
        (
            "since=2026-01-29T00:00&until=2026-01-30T00:00".to_owned(),
            2,
        ),
        ("until=2026-01-29T00:00".to_owned(), 0),
        ("event=evt_nothing".to_owned(), 0),
    ] {
        let path = format!("/portal/shops/acme/deliveries?{query}");
        let page = viewer.get(&path).await.is(200);
        let rows = page.body.matches("/deliveries/dlv_").count();
        assert_eq!(rows, found, "{query}: {}", page.body);
    }
}

#[tokio::test]
async fn pages_of_a_list_keep_its_filter() {
    let world = World::new().await;
    for n in 0..60 {
        world
            .claim(
                "acme",
                json!({"title": format!("Mug {n}"), "reason": "damage"}),
            )
            .await;
    }
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let path = "/portal/shops/acme/claims";
    let first = viewer
        .get(&format!("{path}?reason=damage&q="))
        .await
        .is(200);
    let older = first.body.split("rel=\"next\" href=\"").nth(1).unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    assert!(older.contains("reason=damage"), "{older}");
    let second = viewer.get(&format!("{path}{older}")).await.is(200);
    let titles = |body: &str| body.matches(">Mug ").count();
    assert_eq!((titles(&first.body), titles(&second.body)), (50, 10));
    second.says_not("rel=\"next\"");
}

#[tokio::test]
async fn a_delivery_is_sent_once_more() {
    let world = World::new().await;
    world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    world.claim("acme", json!({"title": "<b>Mug</b>"})).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let list = editor.get("/portal/shops/acme/deliveries").await;
    let id = list.body.split("/deliveries/dlv_").nth(1).unwrap();
    let id = format!("dlv_{}", id.split('"').next().unwrap());
    let path = format!("/portal/shops/acme/deliveries/{id}");
    let page = editor.get(&path).await.is(200);
    page.says("https://r.test/")
        .says("Send once more")
        .says("claims/created");
    let ordered = editor.submit(&format!("{path}/retry"), &[]).await.is(303);
    editor
        .get(ordered.location())
        .await
        .is(200)
        .says("One more attempt was ordered.");
    editor
        .get("/portal/shops/acme/deliveries/nothing")
        .await
        .is(404);
    editor
        .get("/portal/shops/acme/deliveries/dlv_0cq8kw7d5g000_1")
        .await
        .is(404);
}

#[tokio::test]
async fn a_live_view_sends_what_the_filter_finds() {
    let world = World::new().await;
    world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    world
        .claim("acme", json!({"title": "Mug", "order_number": "1001"}))
        .await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let list = viewer
        .get("/portal/shops/acme/deliveries?order_number=1001")
        .await;
    list.says("data-live=\"/portal/shops/acme/deliveries/live?order_number=1001\"");
    let live = "/portal/shops/acme/deliveries/live";
    let first = viewer
        .first_part(&format!("{live}?order_number=1001"))
        .await;
    assert!(first.starts_with("data: "), "{first}");
    assert!(
        first.ends_with("\n\n")
            && first
                .trim_end()
                .lines()
                .all(|line| line.starts_with("data: "))
    );
    assert!(first.contains("/deliveries/dlv_"), "{first}");
    let none = viewer
        .first_part(&format!("{live}?order_number=1002"))
        .await;
    assert!(none.contains("No delivery is so."), "{none}");
    viewer.get(&format!("{live}?status=odd")).await.is(404);
    viewer
        .get("/portal/shops/other/deliveries/live")
        .await
        .is(404);
    world.browser().get(live).await.is(303);
}
