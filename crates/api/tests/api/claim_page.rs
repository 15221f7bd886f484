//! A shop's claim page: who sets it up, what is taken, and links into it.

use serde_json::{Value, json};

use crate::common::{PUBLIC_URL, World};

const SHOP: &str = "/v1/shops/acme";
const LINKS: &str = "/v1/shops/acme/claim-links";

#[tokio::test]
async fn a_page_is_set_up_whole_and_taken_away() {
    let world = World::new().await;
    let key = &world.acme.admin;
    let read = async || world.get(SHOP).key(key).send().await.expect(200)["claim_page"].clone();
    let write = |page: Value| {
        let body = json!({"claim_page": page});
        world.call("PATCH", SHOP).key(key).json(&body).send()
    };
    assert_eq!(
        read().await,
        Value::Null,
        "there is none until someone says so"
    );
    let made = write(json!({"enabled": true, "color": "#0f766e"}))
        .await
        .expect(200);
    let page = &made["claim_page"];
    assert_eq!(
        (&page["enabled"], &page["color"]),
        (&json!(true), &json!("#0f766e"))
    );
    assert_eq!(page["flows"].as_array().unwrap().len(), 7);
    assert_eq!(&read().await, page);
    write(page.clone()).await.expect(200);
    let other = write(json!({})).await.expect(200);
    assert_eq!(other["claim_page"]["enabled"], false);
    assert_eq!(other["claim_page"]["color"], Value::Null);
    for (wrong, field) in [
        (json!({"color": "red"}), "/claim_page/color"),
        (json!({"flows": []}), "/claim_page/flows"),
        (
            json!({"frame_ancestors": ["*"]}),
            "/claim_page/frame_ancestors/0",
        ),
        (
            json!({"flows": [{"flow": "alien"}]}),
            "/claim_page/flows/0/flow",
        ),
        (json!({"enabled": "yes"}), "/claim_page/enabled"),
        (json!({"colour": "#ffffff"}), "/claim_page/colour"),
    ] {
        let refused = write(wrong.clone()).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{wrong}");
    }
    assert_eq!(
        write(Value::Null).await.expect(200)["claim_page"],
        Value::Null
    );
}

#[tokio::test]
async fn a_link_lasts_a_month_and_a_year_at_most() {
    let world = World::new().await;
    let ask = |body: Value| world.post(LINKS).key(&world.acme.editor).json(&body).send();
    let link = ask(json!({"order_number": "1001"})).await.expect(201);
    assert_eq!(link["expires_at"], "2026-02-28T14:48:47.000Z");
    let url = link["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("{PUBLIC_URL}/acme/claim?link=")),
        "{url}"
    );
    let again = ask(json!({"order_number": "1001"})).await.expect(201);
    assert_eq!(link, again, "nothing is kept and nothing differs");
    ask(json!({"order_number": "1001", "expires_in": 31_622_400}))
        .await
        .expect(201);
    for (body, field) in [
        (
            json!({"order_number": "1001", "expires_in": 0}),
            "/expires_in",
        ),
        (
            json!({"order_number": "1001", "expires_in": 31_622_401}),
            "/expires_in",
        ),
        (json!({"order_number": ""}), "/order_number"),
    ] {
        assert_eq!(ask(body).await.expect(422)["errors"][0]["field"], field);
    }
}
