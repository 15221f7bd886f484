//! Languages, the shop's own texts and look; and that what people wrote stays text.

use serde_json::json;

use super::{Customer, set, shipment, world};

#[tokio::test]
async fn the_page_speaks_the_customers_language() {
    let world = world(json!({"texts": {"fr": {"language_name": "Français", "flow_title": "Quel est le problème ?"}}})).await;
    let mut browser = world.browser();
    browser
        .headers
        .push(("accept-language", "de-AT,de;q=0.9,en;q=0.5".to_owned()));
    let page = browser.get("/acme/claim").await.is(200);
    page.says("lang=\"de\"")
        .says("Bestellnummer")
        .says("Français");
    let mut mia = Customer::at(&world, "/acme/claim?lang=de").await;
    mia.says(&[("order", "1001"), ("proof", "10115")]).await;
    mia.sees("Was ist das Problem?");
    mia.follows("Français").await;
    mia.sees("Quel est le problème ?");
    mia.says(&[("problem", "support")]).await;
    mia.sees("Describe what happened");
    mia.sees("lang=\"fr\"");
}

#[tokio::test]
async fn the_shops_texts_colour_and_frames_are_used() {
    let settings = json!({
        "color": "#FFE100", "logo_url": "https://cdn.shop.test/logo.png", "frame_ancestors": ["https://shop.test"],
        "texts": {"en": {"start_title": "Trouble?"}},
    });
    let world = world(settings).await;
    let mut browser = world.browser();
    let page = browser
        .get("/acme/claim")
        .await
        .is(200)
        .says("<h1>Trouble?</h1>");
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.contains("frame-ancestors 'self' https://shop.test;"),
        "{policy}"
    );
    assert!(
        policy.contains("img-src 'self' blob: https://cdn.shop.test;"),
        "{policy}"
    );
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let css = browser.get("/acme/claim/look.css").await.is(200);
    css.says("--brand: #ffe100").says("--on-brand: #111111");
    assert!(!page.body.contains("style=") && !page.body.contains("<style"));
}

#[tokio::test]
async fn what_people_wrote_stays_text() {
    let attack = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let texts = json!({"en": {"start_title": attack, "flow_title": attack, "items_title": attack, "sent_title": attack,
        "back": attack, "photos_working": attack, "description_left": attack}});
    let world = world(json!({
        "texts": texts, "logo_url": "https://cdn.shop.test/\"><script>alert(1)</script>",
        "reasons": [{"reason": "x", "flow": "return", "labels": {"en": attack}}],
        "resolutions": ["refund"],
    }))
    .await;
    let order = json!({
        "order_name": attack, "address": {"zip": "10115"},
        "customer": {"first_name": attack, "last_name": attack, "email": attack},
        "products": [{"sku": attack, "title": attack, "quantity": 2}],
    });
    world.order("acme", attack, order).await;
    for id in ["1", "2"] {
        let fields = json!({"order_number": attack, "tracking_number": format!("{id}{attack}")});
        shipment(&world, id, fields).await;
    }
    let mut eve = Customer::at(&world, "/acme/claim").await;
    let look = |eve: &Customer<'_>| {
        for markup in ["<script>alert", "<img src=x", "javascript:"] {
            eve.sees_not(markup);
        }
    };
    look(&eve);
    eve.says(&[("order", attack), ("proof", attack), ("x", attack)])
        .await;
    look(&eve);
    eve.sees("value=\"1\"");
    for answer in [
        vec![("shipment", "1")],
        vec![("problem", "return")],
        vec![("reason", "x")],
        vec![("item", "0"), ("quantity-0", attack)],
        vec![("item", "0"), ("quantity-0", "2")],
        vec![("description", attack)],
    ] {
        eve.says(&answer).await;
        look(&eve);
    }
    eve.sees("<form method=\"post\" action=\"/acme/claim/review");
    eve.says(&[]).await;
    look(&eve);
    eve.says(&[("body", attack)]).await;
    look(&eve);
    eve.sees("&#60;script&#62;");
    let path = format!(
        "/acme/claim?orderNumber={0}&zipCode={0}&flowType={0}&notice={0}&lang={0}",
        "%22%3E%3Cscript%3Ealert(1)"
    );
    eve.goes(&path).await;
    look(&eve);
    set(&world, "acme", json!({"enabled": false})).await;
}
