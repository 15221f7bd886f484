//! What happened: found by the URL, with who heard of it and what each dialect sends.

use serde_json::json;

use crate::common::World;

#[tokio::test]
async fn events_are_found_by_what_the_url_says() {
    let world = World::new().await;
    world.order("acme", "10/01", json!({})).await;
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    world.claim("other", json!({"title": "Theirs"})).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let path = "/portal/shops/acme/events";
    for (query, found) in [
        ("".to_owned(), 2),
        ("ref=claims".to_owned(), 1),
        ("ref=claims/".to_owned(), 1),
        ("ref=claims%2Fcreated".to_owned(), 1),
        ("ref=claim".to_owned(), 0),
        ("subject=10%2F01".to_owned(), 1),
        (format!("subject={claim}&ref=claims"), 1),
        (format!("subject={claim}&ref=orders"), 0),
        ("since=2026-01-29T00:00".to_owned(), 2),
        ("until=2026-01-29T00:00".to_owned(), 0),
        ("ref=%3Cb%3E".to_owned(), 0),
    ] {
        let page = viewer.get(&format!("{path}?{query}")).await.is(200);
        let rows = page.body.matches("/acme/events/evt_").count();
        assert_eq!(rows, found, "{query}: {}", page.body);
        page.says_not("ref=<b>");
    }
    let page = viewer.get(path).await;
    page.says("/portal/shops/acme/orders/10%2F01")
        .says(&format!("/portal/shops/acme/claims/{claim}"))
        .says("<option value=\"shipments/delivered\">");
    let wrong = viewer.get(&format!("{path}?since=odd")).await.is(200);
    wrong.says("id=\"since-error\"");
    viewer.get("/portal/shops/other/events").await.is(404);
}

#[tokio::test]
async fn an_event_shows_who_heard_of_it_and_every_dialect_side_by_side() {
    let world = World::new().await;
    world.claim("acme", json!({"title": "Nobody hears"})).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let newest = async |viewer: &mut crate::common::Browser<'_>| {
        let list = viewer.get("/portal/shops/acme/events").await;
        let path = list
            .body
            .split("href=\"/portal/shops/acme/events/evt_")
            .nth(1);
        let id = path.unwrap().split('"').next().unwrap().to_owned();
        let path = format!("/portal/shops/acme/events/evt_{id}");
        viewer.get(&path).await.is(200)
    };
    let page = newest(&mut viewer).await;
    page.says("Nobody was subscribed to it.");
    let webhook = json!({"url": "https://r.test/"});
    world.webhook("acme", webhook).await;
    let claim = world.claim("acme", json!({"title": "<b>Mug</b>"})).await;
    let page = newest(&mut viewer).await;
    let page = page
        .says("https://r.test/</a>")
        .says("/portal/shops/acme/deliveries/dlv_")
        .says(&format!("/portal/shops/acme/claims/{claim}"))
        .says_not("<b>Mug");
    for dialect in ["karla", "claimport", "claimable", "standard", "cloudevents"] {
        assert!(
            page.body.contains(&format!("<h3>{dialect}</h3>")),
            "{dialect}"
        );
        assert!(
            page.body.contains(&format!("aria-label=\"{dialect}\"")),
            "{dialect}"
        );
    }
    page.says_not("<details");
}
