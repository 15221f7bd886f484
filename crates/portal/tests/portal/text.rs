//! What people wrote stays text on every page.

use serde_json::json;

use crate::common::World;

const ATTACKS: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea><svg/onload=alert(1)>",
    "'-alert(1)-'",
];

#[tokio::test]
async fn what_people_wrote_stays_text() {
    let world = World::new().await;
    for attack in ATTACKS {
        let email = "a@b.test";
        let claim = json!({
            "title": attack, "description": attack, "reason": attack, "type": attack,
            "resolution_preference": attack, "order_number": attack, "shipment_id": attack,
            "customer": {"email": email, "first_name": attack, "last_name": attack, "external_id": attack},
            "assignee": {"name": attack, "email": attack},
            "damages": [{"damage_type": attack, "description": attack}],
            "selected_items": [{"sku": attack, "title": attack, "quantity": 1}],
            "custom": {attack: attack},
        });
        let claim = world.claim("acme", claim).await;
        let message = json!({"direction": "inbound", "body": attack, "author": {"name": attack, "email": attack}});
        world.message("acme", claim, message).await;
        let order = json!({"order_name": attack, "customer": {"first_name": attack}, "custom": {attack: attack}});
        world.order("acme", attack, order).await;
        let webhook = json!({"url": "https://r.test/<script>alert(1)</script>", "description": attack, "headers": {"X-A": attack}});
        let webhook = world.webhook("acme", webhook).await;
        let mut admin = world.signed_in(&world.acme.admin).await;
        let order = percent(attack);
        for path in [
            String::new(),
            "/webhooks".to_owned(),
            format!("/webhooks/{webhook}"),
            format!("/webhooks/{webhook}/edit"),
            format!("/webhooks/{webhook}/test"),
            format!("/webhooks/{webhook}/delete"),
            format!("/webhooks/{webhook}/replay"),
            format!("/webhooks/{webhook}/rotate"),
            "/claims".to_owned(),
            format!("/claims/{claim}"),
            "/orders".to_owned(),
            format!("/orders/{order}"),
            format!("/claims?q={order}&reason={order}"),
            format!("/deliveries?order_number={order}&status={order}"),
            format!("/deliveries?claim={order}&customer_email={order}&event={order}"),
            format!("/deliveries/retry?order_number={order}"),
            "/events".to_owned(),
            format!("/events?ref={order}&subject={order}"),
            format!(
                "/webhooks/new?dialect={order}&url={order}&enabled_events={order}&headers={order}&sample_event={order}"
            ),
        ] {
            let page = admin.get(&format!("/portal/shops/acme{path}")).await;
            assert_eq!(page.status, 200, "{path}");
            for markup in [
                "<script>alert",
                "<img src=x",
                "<svg/onload",
                "href=\"javascript",
            ] {
                assert!(
                    !page.body.contains(markup),
                    "{path}: {markup} in {}",
                    page.body
                );
            }
        }
        let events = admin
            .get(&format!("/portal/shops/acme/claims/{claim}"))
            .await;
        let event = events.body.split("/events/").nth(1).unwrap();
        let event = event.split('"').next().unwrap();
        let page = admin
            .get(&format!("/portal/shops/acme/events/{event}"))
            .await
            .is(200);
        page.says_not("<script>alert")
            .says_not("<img src=x")
            .says_not("<svg/onload");
    }
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
