//! Anything of another shop is the same as what does not exist, on every route that the document has.

use serde_json::{Value, json};

use crate::common::{Answer, World};

/// Method and path of every operation under a shop, with the path's variables filled in by `fill`.
fn operations(fill: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let document = serde_json::to_value(claimwire_api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/shops/{slug}") {
            continue;
        }
        let filled: Vec<_> = path
            .split('/')
            .map(
                |part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                    Some(name) => fill(name),
                    None => part.to_owned(),
                },
            )
            .collect();
        for method in item.as_object().unwrap().keys() {
            found.push((method.to_uppercase(), filled.join("/")));
        }
    }
    assert!(found.len() >= 15, "{found:?}");
    found
}

/// What a caller can tell apart.
fn seen(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json())
}

#[tokio::test]
async fn another_shop_is_as_if_it_were_not_there() {
    let world = World::new().await;
    let id = "00000000-0000-4000-8000-000000000000";
    let in_shop = |shop: &'static str| {
        operations(move |name| {
            if name == "slug" {
                shop.to_owned()
            } else {
                id.to_owned()
            }
        })
    };
    for ((method, theirs), (_, nowhere)) in in_shop("other").into_iter().zip(in_shop("nowhere")) {
        let ask = |path: &str| {
            world
                .call(&method, path)
                .key(&world.acme.admin)
                .json(&json!({}))
                .send()
        };
        let (theirs, nowhere) = (ask(&theirs).await, ask(&nowhere).await);
        theirs.problem(404, "shop_not_found");
        assert_eq!(seen(&theirs), seen(&nowhere), "{}", theirs.label);
    }
    world
        .get("/v1/shops/other")
        .key(&world.other.viewer)
        .send()
        .await
        .expect(200);
}

/// The ids of another shop's things, under one's own slug.
#[tokio::test]
async fn another_shops_ids_are_unknown_in_ones_own() {
    let world = World::new().await;
    let webhook = json!({"url": "https://receiver.test/hook"});
    let made = world
        .post("/v1/shops/other/webhooks")
        .key(&world.other.editor)
        .json(&webhook)
        .send()
        .await
        .expect(201);
    let key = world
        .get("/v1/shops/other/api-keys")
        .key(&world.other.admin)
        .send()
        .await
        .expect(200);
    let ids = [
        made["uuid"].as_str().unwrap(),
        key["data"][0]["id"].as_str().unwrap(),
    ];
    for id in ids {
        for (method, path) in operations(|name| {
            if name == "slug" {
                "acme".to_owned()
            } else {
                id.to_owned()
            }
        }) {
            if !path.contains(id) || method == "PUT" {
                continue;
            }
            let bodies = [
                json!({}),
                json!({"since": "2026-01-01T00:00:00Z", "status": "all"}),
            ];
            for body in bodies {
                let answer = world
                    .call(&method, &path)
                    .key(&world.acme.admin)
                    .json(&body)
                    .send()
                    .await;
                assert!(
                    [404, 422].contains(&answer.status),
                    "{method} {path}: {:?}",
                    answer.body
                );
                if answer.status == 422 {
                    assert_eq!(
                        answer.json()["key"],
                        "validation_failed",
                        "{method} {path}: {:?}",
                        answer.body
                    );
                }
            }
        }
    }
    world
        .get(&format!("/v1/shops/other/webhooks/{}", ids[0]))
        .key(&world.other.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(world.sender.sent().len(), 0);
}
