//! Karla's form of answers, and to whom it is given.

use serde_json::json;

use crate::common::{ADMIN_KEY, World};

const SHOP: &str = "/v1/shops/acme";

async fn speaking_karla() -> World {
    let world = World::new().await;
    let set = world.patch(SHOP).key(&world.acme.admin);
    let shop = set.json(&json!({"api_dialect": "karla"})).send().await;
    assert_eq!(shop.expect(200)["api_dialect"], "karla");
    world
}

#[tokio::test]
async fn only_who_is_inside_the_shop_sees_its_setting() {
    let world = speaking_karla().await;
    for path in [
        "/v1/shops/acme/claims",
        "/v1/shops/acme/claims/x",
        "/v1/shops/acme/nothing",
    ] {
        let stranger = world.get(path).key(&world.other.admin).send().await;
        let key = if path.ends_with("nothing") {
            "route_not_found"
        } else {
            "shop_not_found"
        };
        stranger.problem(404, key);
        world.get(path).key("cw_live_x").send().await;
    }
    let unknown = world.get("/v1/shops/acme/claims").key("cw_live_x").send();
    unknown.await.problem(401, "key_unknown");
    for key in [&world.acme.viewer, ADMIN_KEY] {
        let inside = world.get("/v1/shops/acme/claims/x").key(key).send().await;
        assert_eq!(inside.status, 404);
        assert_eq!(inside.json()["type"], "invalid_request_error");
    }
}

#[tokio::test]
async fn a_refusal_keeps_its_headers_and_a_failure_is_an_api_error() {
    let world = speaking_karla().await;
    let asks = "application/vnd.karla+json";
    let nobody = world.get("/v1/shops/acme/claims").header("Accept", asks);
    let nobody = nobody.send().await;
    assert_eq!(nobody.status, 401);
    assert!(nobody.header("www-authenticate").is_some());
    assert_eq!(nobody.json()["key"], "key_missing");
    world.store.off();
    let down = world.post("/v1/shops/acme/claims").key(&world.acme.editor);
    let down = down.header("Accept", asks).json(&json!({})).send().await;
    assert_eq!((down.status, down.header("retry-after")), (503, Some("1")));
    assert_eq!(down.json()["type"], "api_error");
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_in_the_same_form() {
    let world = speaking_karla().await;
    let ask = || {
        let ask = world.post("/v1/shops/acme/claims").key(&world.acme.editor);
        ask.once("k-1").json(&json!({"reason": "damage"})).send()
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let first = first.expect(201);
    assert_eq!(
        (&first["uuid"], &first["shop_slug"]),
        (&first["id"], &json!("acme"))
    );
    assert_eq!(again.expect(201), first);
}

#[tokio::test]
async fn a_webhook_is_made_once_for_a_url() {
    let world = speaking_karla().await;
    let made = world.make_webhook(json!({})).await;
    let ask = async |url: &str| {
        let ask = world
            .post("/v1/shops/acme/webhooks")
            .key(&world.acme.editor);
        ask.json(&json!({"url": url})).send().await
    };
    let again = ask("https://receiver.test/hook").await.expect(200);
    assert_eq!(
        (&again["uuid"], &again["secret"]),
        (&made["uuid"], &made["secret"])
    );
    ask("https://receiver.test/other").await.expect(201);
    assert_eq!(ask("ftp://receiver.test/").await.status, 422);
}

#[tokio::test]
async fn of_two_that_make_a_webhook_for_a_url_at_once_one_finds_it_made() {
    let world = speaking_karla().await;
    let ask = || {
        let ask = world.post("/v1/shops/acme/webhooks");
        let ask = ask.key(&world.acme.editor);
        ask.json(&json!({"url": "https://receiver.test/hook"}))
            .send()
    };
    let (one, other) = tokio::join!(ask(), ask());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    let (one, other) = (one.json(), other.json());
    assert_eq!(one["uuid"], other["uuid"]);
    assert_eq!(one["secret"], other["secret"]);

    // Deleted, it is made anew, by another id.
    let path = format!("{SHOP}/webhooks/{}", one["uuid"].as_str().unwrap());
    let gone = world.delete(&path).key(&world.acme.editor).send().await;
    assert_eq!(gone.status, 204);
    let anew = ask().await.expect(201);
    assert_ne!(anew["uuid"], one["uuid"]);
}
