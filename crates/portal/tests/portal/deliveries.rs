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
        store.record([outcome].into(), now).await.unwrap();
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
    let mia = json!({"email": "Mia@berg.test"});
    let claim = json!({"title": "Mug", "order_number": "1001", "customer": mia});
    let claim = world.claim("acme", claim).await;
    let kim = json!({"email": "kim@berg.test"});
    let other = json!({"title": "Bowl", "order_number": "1002", "customer": kim});
    world.claim("acme", other).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for (query, found) in [
        ("".to_owned(), 2),
        ("status=pending".to_owned(), 2),
        ("status=failed".to_owned(), 0),
        ("order_number=1001".to_owned(), 1),
        (format!("claim={claim}"), 1),
        ("claim=1".to_owned(), 1),
        ("claim=%232".to_owned(), 1),
        ("claim=CLM-000002".to_owned(), 1),
        ("claim=12".to_owned(), 0),
        ("customer_email=mia%40BERG.test".to_owned(), 1),
        ("customer_email=ia%40berg.test".to_owned(), 0),
        (
            "customer_email=mia%40berg.test&order_number=1002".to_owned(),
            0,
        ),
        (
            "customer_email=kim%40berg.test&order_number=1002&claim=2".to_owned(),
            1,
        ),
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
    let path = "/portal/shops/acme/deliveries";
    for (query, field) in [
        ("claim=mug", "claim"),
        ("customer_email=mia", "customer_email"),
        ("status=odd", "status"),
        ("webhook=odd", "webhook"),
        ("since=odd", "since"),
    ] {
        let page = viewer.get(&format!("{path}?{query}")).await.is(200);
        page.says(&format!("id=\"{field}-error\""));
    }
    let page = viewer.get(&format!("{path}?webhook={webhook}")).await;
    let page = page.says(&format!(
        "<option value=\"{webhook}\" selected>https://r.test/"
    ));
    let id = page.body.split("/deliveries/dlv_").nth(1).unwrap();
    let id = format!("dlv_{}", id.split('"').next().unwrap());
    let found = viewer.get(&format!("{path}?event=+{id}+")).await.is(303);
    assert_eq!(found.location(), format!("{path}/{id}"));
}

#[tokio::test]
async fn what_a_customers_orders_and_parcels_made_is_found_by_their_address() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/", "dialect": "standard"});
    world.webhook("acme", webhook).await;
    let customer = json!({"email": "Mia@berg.test"});
    world
        .order("acme", "1001", json!({ "customer": customer }))
        .await;
    // Two claims about it, of which one names her too.
    let claim = json!({"title": "Mug", "order_number": "1001", "customer": customer});
    world.claim("acme", claim).await;
    let claim = json!({"title": "Bowl", "order_number": "1001"});
    world.claim("acme", claim).await;
    let other = json!({"customer": {"email": "mia@berg.test.example"}});
    world.order("acme", "1002", other).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let path = "/portal/shops/acme/deliveries?customer_email=mia%40berg.test";
    let page = viewer.get(path).await.is(200);
    assert_eq!(page.body.matches("/deliveries/dlv_").count(), 3);
}

/// How many attempts were ordered by hand.
async fn ordered(world: &World) -> usize {
    let (store, now) = (&world.ports.store, world.ports.now());
    let mut ordered = 0;
    for (target, _) in store.waiting(Targets::All, now).await.unwrap() {
        let taken = store.take(target, 100, now, Duration::from_secs(60)).await;
        let taken = taken.unwrap().deliveries;
        ordered += taken.iter().filter(|handed| handed.manual).count();
    }
    ordered
}

#[tokio::test]
async fn all_that_match_are_counted_confirmed_and_sent_once_more() {
    let world = with_a_delivery().await;
    world
        .claim("acme", json!({"title": "Bowl", "order_number": "7"}))
        .await;
    attempt(&world, Stages::default(), Next::GiveUp).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = "/portal/shops/acme/deliveries";
    // Without a filter nothing is offered, and nothing is done.
    editor.get(path).await.says_not("Send all that match");
    let all = editor.get(&format!("{path}/retry")).await.is(303);
    assert_eq!(all.location(), format!("{path}?"));
    let list = editor.get(&format!("{path}?status=failed")).await;
    list.says(&format!("{path}/retry?status=failed"))
        .says("Send all that match once more");

    let ask = editor
        .get(&format!("{path}/retry?status=failed"))
        .await
        .is(200);
    let ask = ask
        .says("Send 2 deliveries once more")
        .says_not("received twice");
    let counted_at = ask.value("counted_at").to_owned();
    let one = editor
        .get(&format!("{path}/retry?status=failed&order_number=7"))
        .await;
    one.says("Send 1 delivery once more");
    let none = editor.get(&format!("{path}/retry?status=delivered")).await;
    none.says("No delivery matches any more.");

    // What came after it was counted is not meant.
    world.pass(Duration::from_secs(5));
    world.claim("acme", json!({"title": "Later"})).await;
    attempt(&world, Stages::default(), Next::GiveUp).await;
    let retry = format!("{path}/retry");
    let fields = [("status", "failed"), ("counted_at", &*counted_at)];
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    viewer.get(&format!("{retry}?status=failed")).await.is(403);
    viewer.submit(&retry, &fields).await.is(403);
    editor.submit(&retry, &[("status", "failed")]).await.is(404);
    editor
        .submit(&retry, &[("counted_at", &*counted_at)])
        .await
        .is(404);
    assert_eq!(ordered(&world).await, 0);
    let done = editor.submit(&retry, &fields).await.is(303);
    assert_eq!(
        done.location(),
        format!("{path}?status=failed&retried=2&of=2")
    );
    let page = editor.get(done.location()).await.is(200);
    page.says("2 deliveries get one more attempt.")
        .says("live?status=failed\"")
        .says("retry?status=failed\"");
    assert_eq!(ordered(&world).await, 2);
    let mut admin = world.signed_in(&world.acme.admin).await;
    let audit = admin.get("/portal/shops/acme/audit").await;
    audit.says("sent once more this many deliveries:");
}

#[tokio::test]
async fn what_was_acknowledged_or_has_no_receiver_is_told_before_it_is_sent() {
    let world = with_a_delivery().await;
    attempt(&world, Stages::default(), Next::Delivered).await;
    let gone = world
        .webhook("acme", json!({"url": "https://gone.test/"}))
        .await;
    world.claim("acme", json!({"title": "Bowl"})).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let delete = format!("/portal/shops/acme/webhooks/{gone}/delete");
    editor.submit(&delete, &[]).await.is(303);
    let ask = "/portal/shops/acme/deliveries/retry?since=2026-01-01T00:00";
    let ask = editor.get(ask).await.is(200);
    ask.says("<strong>1 was acknowledged already</strong> and will be received twice.")
        .says("1 more cannot be sent: its webhook or connector was deleted.")
        .says("Send 2 deliveries once more");
    let only = "/portal/shops/acme/deliveries/retry?status=cancelled";
    let only = editor.get(only).await.is(200);
    only.says("Nothing that matches can be sent");
}

#[tokio::test]
async fn one_press_sends_no_more_than_its_bound() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/", "dialect": "standard"});
    let webhook = world.webhook("acme", webhook).await;
    world
        .contacts("acme", claimwire_actions::deliveries::AT_ONCE + 1)
        .await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = "/portal/shops/acme/deliveries";
    let query = format!("webhook={webhook}");
    let ask = editor.get(&format!("{path}/retry?{query}")).await.is(200);
    ask.says("More than 1000 deliveries match")
        .says(&format!("/portal/shops/acme/webhooks/{webhook}/replay"))
        .says_not("counted_at");
    let now = world.ports.now().plus(Duration::from_secs(1)).to_string();
    let webhook = webhook.to_string();
    let fields = [("webhook", &*webhook), ("counted_at", &*now)];
    let done = editor
        .submit(&format!("{path}/retry"), &fields)
        .await
        .is(303);
    assert_eq!(done.location(), format!("{path}/retry?{query}"));
    assert_eq!(ordered(&world).await, 0);
}

#[tokio::test]
async fn bodies_are_shown_laid_out_or_as_they_are() {
    let world = with_a_delivery().await;
    attempt(&world, Stages::default(), Next::GiveUp).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let list = viewer.get("/portal/shops/acme/deliveries").await;
    let id = list.body.split("/deliveries/dlv_").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let path = format!("/portal/shops/acme/deliveries/dlv_{id}");
    let laid_out = "{\n  &#34;source&#34;: &#34;claims&#34;,\n";
    let as_it_is = "{&#34;source&#34;:&#34;claims&#34;,";
    let page = viewer.get(&path).await.is(200);
    page.says(laid_out).says_not(as_it_is);
    let page = viewer.get(&format!("{path}?bodies=raw")).await.is(200);
    page.says(as_it_is)
        .says_not(laid_out)
        .says("href=\"?bodies=raw\" aria-current=\"page\"");
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
