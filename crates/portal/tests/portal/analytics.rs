//! What claims are about, and the operator's view.

use std::time::Duration;

use serde_json::json;

use crate::claim_page;
use crate::common::{ADMIN_KEY, World};

#[tokio::test]
async fn claims_are_counted_by_what_they_are_about() {
    let world = World::new().await;
    world
        .claim("acme", json!({"title": "old", "reason": "ancient"}))
        .await;
    let parcel = json!({"order_number": "900", "carrier_reference": "hermes"});
    claim_page::shipment(&world, "parcel-0", parcel).await;
    world.pass(Duration::from_secs(8 * 86_400));
    let parcel = json!({"order_number": "1001", "carrier_reference": "dhl"});
    claim_page::shipment(&world, "parcel-1", parcel).await;
    for (reason, product) in [("damage", "<b>Mug"), ("damage", "Bowl"), ("lost", "<b>Mug")] {
        let items = json!([{"title": product, "quantity": 1}]);
        let parcel = if reason == "lost" {
            "unknown"
        } else {
            "parcel-1"
        };
        let claim = json!({"reason": reason, "selected_items": items, "shipment_id": parcel});
        world.claim("acme", claim).await;
    }
    world.claim("acme", json!({"title": "says nothing"})).await;
    // About a parcel from before the time that is counted.
    let claim = json!({"reason": "damage", "shipment_id": "parcel-0"});
    world.claim("acme", claim).await;
    world.claim("other", json!({"reason": "theirs"})).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let path = "/portal/shops/acme/analytics";
    let week = viewer.get(&format!("{path}?days=7")).await.is(200);
    let week = week
        .says("claims?reason=damage&amp;since=")
        .says("&#60;b&#62;Mug")
        .says("not said")
        .says_not("ancient")
        .says_not("theirs")
        .says_not("<b>Mug");
    let week = week
        .says("<polyline points=\"0,19 17,19 33,19 50,19 67,19 83,19 100,1\"/>")
        .says("<span>2026-01-30</span>");
    assert!(week.body.find("damage").unwrap() < week.body.find("lost").unwrap());
    // Two claims are about the parcel, one about another that nobody knows, and one about none.
    let carriers = week.body.split("<h3>Carriers</h3>").nth(1).unwrap();
    let carriers = carriers.split("</ul>").next().unwrap();
    assert!(carriers.contains("dhl</span>"), "{carriers}");
    assert!(carriers.contains("hermes</span>"), "{carriers}");
    assert_eq!(
        carriers.matches("<span class=\"number\">2</span>").count(),
        2,
        "{carriers}"
    );
    let month = viewer.get(path).await.is(200);
    month.says("ancient").says("value=\"30\" selected");
    viewer
        .get(&format!("{path}?days=100000000"))
        .await
        .is(200)
        .says("value=\"30\" selected");
    viewer.get("/portal/shops/other/analytics").await.is(404);
}

#[tokio::test]
async fn the_operator_sees_all_shops_and_nobody_else_does() {
    let world = World::new().await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    world.claim("acme", json!({"title": "Mug"})).await;
    let mut operator = world.signed_in(ADMIN_KEY).await;
    operator.get("/portal/").await.says("/portal/operator");
    let page = operator.get("/portal/operator").await.is(200);
    page.says(&format!("/portal/shops/acme/webhooks/{webhook}"))
        .says("waiting")
        .says("/portal/shops/other");
    let mut admin = world.signed_in(&world.acme.admin).await;
    let page = admin.get("/portal/operator").await.is(403);
    page.says_not("other");
    world.browser().get("/portal/operator").await.is(303);
}
