//! Shops and their keys.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::common::{ADMIN_KEY, ROUTES, World};

#[tokio::test]
async fn a_shop_lives() {
    let world = World::new().await;
    let made = world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .json(&json!({"slug": "new-1", "name": "New"}))
        .send()
        .await
        .expect(201);
    assert_eq!(
        (made["slug"].as_str(), made["name"].as_str()),
        (Some("new-1"), Some("New"))
    );
    assert!(made["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(made["created_at"], "2026-01-29T14:48:47.000Z");

    let path = "/v1/shops/new-1";
    assert_eq!(
        world.get(path).key(ADMIN_KEY).send().await.expect(200),
        made
    );
    world.pass(Duration::from_secs(5));
    let renamed = world
        .patch(path)
        .key(ADMIN_KEY)
        .json(&json!({"name": "Newer"}))
        .send()
        .await
        .expect(200);
    assert_eq!(renamed["name"], "Newer");
    assert_eq!(renamed["updated_at"], "2026-01-29T14:48:52.000Z");
    assert_eq!(
        world
            .patch(path)
            .key(ADMIN_KEY)
            .text("{}")
            .send()
            .await
            .expect(200),
        renamed
    );
    let moved = world
        .patch(path)
        .key(ADMIN_KEY)
        .json(&json!({"slug": "x"}))
        .send()
        .await;
    assert_eq!(moved.invalid("validation_failed"), ["/slug"]);

    world.delete(path).key(ADMIN_KEY).send().await.expect(204);
    world
        .get(path)
        .key(ADMIN_KEY)
        .send()
        .await
        .problem(404, "shop_not_found");
    world
        .delete(path)
        .key(ADMIN_KEY)
        .send()
        .await
        .problem(404, "shop_not_found");
}

#[tokio::test]
async fn a_shop_names_who_is_told() {
    let world = World::new().await;
    let emails = json!(["ops@acme.example", "it+hooks@acme.example"]);
    let shop = json!({"slug": "told", "name": "Told", "notification_emails": emails});
    let made = world.post("/v1/shops").key(ADMIN_KEY).json(&shop);
    assert_eq!(made.send().await.expect(201)["notification_emails"], emails);
    let acme = || world.get("/v1/shops/acme").key(&world.acme.admin).send();
    assert_eq!(acme().await.expect(200)["notification_emails"], json!([]));
    let change = |body| {
        let call = world.patch("/v1/shops/acme").key(&world.acme.admin);
        call.json(&body).send()
    };
    let told = change(json!({"notification_emails": emails}))
        .await
        .expect(200);
    assert_eq!(
        (&told["name"], &told["notification_emails"]),
        (&json!("acme"), &emails)
    );
    assert_eq!(acme().await.expect(200), told);
    for (bad, field) in [
        (json!(["x"]), "/notification_emails/0"),
        (
            json!(["a@b.co", "a@b.co\r\nBcc: c@d.ef"]),
            "/notification_emails/1",
        ),
        (json!(vec!["a@b.co"; 11]), "/notification_emails"),
        (json!([7]), "/notification_emails/0"),
    ] {
        let refused = change(json!({"notification_emails": bad})).await;
        assert_eq!(refused.invalid("validation_failed"), [field]);
    }
}

#[tokio::test]
async fn no_shop_is_called_as_the_servers_own_paths_are() {
    let world = World::new().await;
    let beginnings: BTreeSet<&str> = ROUTES
        .iter()
        .filter_map(|route| route.path.split('/').nth(1))
        .chain(["portal"])
        .filter(|name| !name.contains('.'))
        .collect();
    assert!(beginnings.len() > 5, "{beginnings:?}");
    for name in beginnings {
        let shop = json!({"slug": name, "name": "Shop"});
        let refused = world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .json(&shop)
            .send()
            .await;
        assert_eq!(refused.invalid("validation_failed"), ["/slug"], "{name}");
    }
}

#[tokio::test]
async fn a_slug_is_there_once() {
    let world = World::new().await;
    let shop = json!({"slug": "acme", "name": "Again"});
    world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .json(&shop)
        .send()
        .await
        .problem(409, "shop_exists");
}

#[tokio::test]
async fn a_shops_own_admin_manages_it() {
    let world = World::new().await;
    let admin = &world.acme.admin;
    let renamed = world
        .patch("/v1/shops/acme")
        .key(admin)
        .json(&json!({"name": "Ours"}))
        .send()
        .await
        .expect(200);
    assert_eq!(renamed["name"], "Ours");
    assert_eq!(
        world
            .get("/v1/shops/acme")
            .key(admin)
            .send()
            .await
            .expect(200)["name"],
        "Ours"
    );
    world
        .delete("/v1/shops/acme")
        .key(admin)
        .send()
        .await
        .expect(204);
}

#[tokio::test]
async fn a_shop_is_pinned_to_an_egress_profile_by_the_admin_key_alone() {
    let world = World::new().await;
    let patch = async |key: &str, body: serde_json::Value| {
        let request = world.patch("/v1/shops/acme").key(key).json(&body);
        request.send().await
    };
    let (admin, editor) = (&world.acme.admin, &world.acme.editor);
    for body in [json!({"egress": "office"}), json!({"egress": null})] {
        patch(admin, body).await.problem(403, "admin_key_needed");
    }
    let unknown = json!({"egress": "elsewhere", "name": "Not this"});
    let answer = patch(ADMIN_KEY, unknown).await;
    let message = answer.problem(422, "egress_unknown")["errors"][0]["message"].to_string();
    assert!(message.contains("there are: fixed, office"), "{message}");

    let pinned = patch(ADMIN_KEY, json!({"egress": "office"})).await;
    let pinned = pinned.expect(200);
    assert_eq!(pinned["egress"], "office");
    assert_ne!(pinned["name"], "Not this");
    let renamed = patch(admin, json!({"name": "Ours"})).await.expect(200);
    assert_eq!(renamed["egress"], "office");

    let hook = world
        .post("/v1/shops/acme/webhooks")
        .key(editor)
        .json(&json!({"url": "https://a.example/"}))
        .send()
        .await
        .expect(201);
    world.sender.answers(200, "");
    let test = format!(
        "/v1/shops/acme/webhooks/{}/test",
        hook["uuid"].as_str().unwrap()
    );
    world.post(&test).key(editor).send().await.expect(200);
    assert_eq!(world.sender.sent()[0].egress.as_deref(), Some("office"));
    let free = patch(ADMIN_KEY, json!({"egress": null})).await.expect(200);
    assert_eq!(free["egress"], json!(null));
}

#[tokio::test]
async fn a_key_is_shown_once() {
    let world = World::new().await;
    let key = json!({"name": "a:b", "role": "editor"});
    let made = world
        .post("/v1/shops/acme/api-keys")
        .key(&world.acme.admin)
        .json(&key)
        .send()
        .await
        .expect(201);
    let secret = made["key"].as_str().unwrap();
    assert!(
        secret.starts_with("cw_live_") && secret.len() == 40,
        "{secret}"
    );
    let list = world
        .get("/v1/shops/acme/api-keys")
        .key(&world.acme.admin)
        .send()
        .await;
    assert!(!list.text().contains(secret));
    let first = &list.json()["data"][0];
    assert_eq!(
        (&first["id"], &first["name"], &first["role"]),
        (&made["id"], &made["name"], &made["role"])
    );
    assert!(first.get("key").is_none());
    let basic = data_encoding::BASE64.encode(format!("a:b:{secret}").as_bytes());
    world
        .get("/v1/shops/acme")
        .header("Authorization", &format!("Basic {basic}"))
        .send()
        .await
        .expect(200);

    let bad = world
        .post("/v1/shops/acme/api-keys")
        .key(&world.acme.admin)
        .json(&json!({"name": "x", "role": "owner"}));
    assert_eq!(bad.send().await.invalid("validation_failed"), ["/role"]);
}
