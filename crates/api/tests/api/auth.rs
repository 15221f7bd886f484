//! Who may ask (contract section 2, authentication).

use data_encoding::BASE64;
use serde_json::json;

use crate::common::{ADMIN_KEY, World};

const PATH: &str = "/v1/shops/acme";

#[tokio::test]
async fn a_key_comes_in_three_ways() {
    let world = World::new().await;
    let key = &world.acme.viewer;
    world
        .get(PATH)
        .header("Authorization", &format!("Bearer {key}"))
        .send()
        .await
        .expect(200);
    world
        .get(PATH)
        .header("Authorization", &format!("bearer  {key}"))
        .send()
        .await
        .expect(200);
    world
        .get(PATH)
        .header("X-API-Key", key)
        .send()
        .await
        .expect(200);
    let basic = |user: &str| {
        format!(
            "Basic {}",
            BASE64.encode(format!("{user}:{key}").as_bytes())
        )
    };
    for user in ["acme viewer", "acme"] {
        let call = world.get(PATH).header("Authorization", &basic(user));
        call.send().await.expect(200);
    }
    for user in ["someone", "other"] {
        let call = world.get(PATH).header("Authorization", &basic(user));
        call.send().await.problem(401, "key_unknown");
    }
}

#[tokio::test]
async fn without_a_known_key_there_is_nothing() {
    let world = World::new().await;
    let missing = world.get(PATH).send().await;
    missing.problem(401, "key_missing");
    let schemes: Vec<_> = missing
        .headers
        .get_all("www-authenticate")
        .iter()
        .map(|v| v.to_str().unwrap())
        .collect();
    assert_eq!(
        schemes,
        ["Bearer realm=\"claimwire\"", "Basic realm=\"claimwire\""]
    );

    for value in [
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer cw_live_nonsense",
        "Basic !!",
        "Basic bm9jb2xvbg==",
    ] {
        world
            .get(PATH)
            .header("Authorization", value)
            .send()
            .await
            .problem(401, "key_unknown");
    }
    world
        .get(PATH)
        .header("Authorization", "Digest x")
        .send()
        .await
        .problem(401, "key_missing");
    world
        .get(PATH)
        .header("X-API-Key", "cw_live_nonsense")
        .send()
        .await
        .problem(401, "key_unknown");
}

#[tokio::test]
async fn a_key_in_the_url_is_refused_and_said_so() {
    let world = World::new().await;
    for name in ["api_key", "key", "API_KEY", "access_token", "api%5Fkey"] {
        let path = format!("{PATH}?{name}={}", world.acme.viewer);
        world.get(&path).send().await.problem(401, "key_in_query");
        world
            .get(&path)
            .key(&world.acme.viewer)
            .send()
            .await
            .problem(401, "key_in_query");
    }
}

#[tokio::test]
async fn a_deleted_key_opens_nothing() {
    let world = World::new().await;
    let made = world
        .post("/v1/shops/acme/api-keys")
        .key(&world.acme.admin)
        .json(&json!({"name": "brief", "role": "viewer"}))
        .send()
        .await
        .expect(201);
    let key = made["key"].as_str().unwrap();
    world.get(PATH).key(key).send().await.expect(200);
    let path = format!("/v1/shops/acme/api-keys/{}", made["id"].as_str().unwrap());
    world
        .delete(&path)
        .key(&world.acme.admin)
        .send()
        .await
        .expect(204);
    world
        .get(PATH)
        .key(key)
        .send()
        .await
        .problem(401, "key_unknown");
    world
        .delete(&path)
        .key(&world.acme.admin)
        .send()
        .await
        .problem(404, "api_key_not_found");
}

/// Every route of the shop, with the least role that may use it.
#[tokio::test]
async fn roles_may_do_what_the_contract_says() {
    let world = World::new().await;
    let nothing = "00000000-0000-4000-8000-000000000000";
    let webhook = format!("/v1/shops/acme/webhooks/{nothing}");
    for (method, path, least) in [
        ("GET", "/v1/shops/acme", "viewer"),
        ("PATCH", "/v1/shops/acme", "admin"),
        ("DELETE", "/v1/shops/acme", "admin"),
        ("GET", "/v1/shops/acme/api-keys", "admin"),
        ("POST", "/v1/shops/acme/api-keys", "admin"),
        (
            "DELETE",
            &format!("/v1/shops/acme/api-keys/{nothing}"),
            "admin",
        ),
        ("GET", "/v1/shops/acme/webhooks", "viewer"),
        ("POST", "/v1/shops/acme/webhooks", "editor"),
        ("GET", &webhook, "viewer"),
        ("PATCH", &webhook, "editor"),
        ("DELETE", &webhook, "editor"),
        ("POST", &format!("{webhook}/test"), "editor"),
        ("GET", &format!("{webhook}/secret"), "editor"),
        ("POST", &format!("{webhook}/secret/rotate"), "editor"),
        ("POST", &format!("{webhook}/replay"), "editor"),
        ("GET", &format!("{webhook}/stats"), "viewer"),
        ("GET", "/v1/shops/acme/deliveries", "viewer"),
        ("GET", "/v1/shops/acme/deliveries/dlv_0", "viewer"),
        ("POST", "/v1/shops/acme/deliveries/dlv_0/retry", "editor"),
        (
            "GET",
            &format!("/v1/shops/acme/replays/{nothing}"),
            "viewer",
        ),
        ("POST", "/v1/shops/acme/images", "editor"),
        ("POST", "/v1/shops/acme/claims", "editor"),
        ("GET", "/v1/shops/acme/claims", "viewer"),
        ("PUT", &format!("/v1/shops/acme/claims/{nothing}"), "editor"),
        (
            "DELETE",
            &format!("/v1/shops/acme/claims/{nothing}"),
            "editor",
        ),
        (
            "POST",
            &format!("/v1/shops/acme/claims/{nothing}/messages"),
            "editor",
        ),
        ("PUT", "/v1/shops/acme/orders/1", "editor"),
        ("GET", "/v1/shops/acme/orders", "viewer"),
        ("PUT", "/v1/shops/acme/shipments/1", "editor"),
        ("POST", "/v1/shops/acme/shipments/1/events", "editor"),
        ("POST", "/v1/shops/acme/contacts", "editor"),
        ("POST", "/v1/shops/acme/events", "editor"),
        ("GET", "/v1/shops/acme/events", "viewer"),
    ] {
        let rank = ["viewer", "editor", "admin"]
            .iter()
            .position(|role| *role == least)
            .unwrap();
        let keys = [&world.acme.viewer, &world.acme.editor, &world.acme.admin];
        for key in keys.iter().take(rank) {
            world
                .call(method, path)
                .key(key)
                .send()
                .await
                .problem(403, "role_insufficient");
        }
        // Not JSON, so that nothing is done by those who may; a DELETE needs no body.
        if method != "DELETE" {
            let may = world
                .call(method, path)
                .key(keys[rank])
                .text("{")
                .send()
                .await;
            assert!(
                ![401, 403].contains(&may.status),
                "{method} {path}: {:?}",
                may.body
            );
        }
    }
}

#[tokio::test]
async fn only_the_admin_key_makes_and_lists_shops() {
    let world = World::new().await;
    let shop = json!({"slug": "new", "name": "New"});
    world
        .post("/v1/shops")
        .key(&world.acme.admin)
        .json(&shop)
        .send()
        .await
        .problem(403, "admin_key_needed");
    world
        .get("/v1/shops")
        .key(&world.acme.admin)
        .send()
        .await
        .problem(403, "admin_key_needed");
    world
        .get("/v1/shops")
        .key(ADMIN_KEY)
        .send()
        .await
        .expect(200);
    world
        .delete("/v1/shops/acme")
        .key(ADMIN_KEY)
        .send()
        .await
        .expect(204);
    world
        .get("/v1/shops/acme")
        .key(ADMIN_KEY)
        .send()
        .await
        .problem(404, "shop_not_found");
    world
        .get("/v1/shops/acme")
        .key(&world.acme.admin)
        .send()
        .await
        .problem(401, "key_unknown");
}

#[tokio::test]
async fn an_empty_key_is_no_key() {
    let world = World::new().await;
    let basic = |text: &str| format!("Basic {}", BASE64.encode(text.as_bytes()));
    for (header, value) in [
        ("Authorization", "Bearer".to_owned()),
        ("Authorization", "Bearer ".to_owned()),
        ("X-API-Key", String::new()),
        ("X-API-Key", " ".to_owned()),
        ("Authorization", basic("admin:")),
        ("Authorization", basic(":")),
    ] {
        let answer = world.get(PATH).header(header, &value).send().await;
        answer.problem(401, "key_unknown");
        let detail = answer.json()["detail"].clone();
        assert!(detail.as_str().unwrap().contains("empty"), "{detail}");
    }
}
