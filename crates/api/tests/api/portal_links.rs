//! Links into the portal: who may make which, and what is answered.

use serde_json::json;

use crate::common::{PUBLIC_URL, World};

const PATH: &str = "/v1/shops/acme/portal-links";

#[tokio::test]
async fn a_links_role_is_at_most_its_makers() {
    let world = World::new().await;
    let makers = [&world.acme.viewer, &world.acme.editor, &world.acme.admin];
    for (may, key) in makers.into_iter().enumerate() {
        for (asked, role) in ["viewer", "editor", "admin"].into_iter().enumerate() {
            let made = world.post(PATH).key(key).json(&json!({"role": role}));
            let made = made.send().await;
            if asked <= may {
                let link = made.expect(201);
                assert_eq!(link["role"], role);
                assert_eq!(link["expires_at"], "2026-01-29T15:48:47.000Z");
                let url = link["url"].as_str().unwrap();
                assert!(
                    url.starts_with(&format!("{PUBLIC_URL}/portal/link/")),
                    "{url}"
                );
            } else {
                assert_eq!(made.expect(403)["key"], "role_insufficient");
            }
        }
    }
}

#[tokio::test]
async fn a_link_lasts_a_day_at_most() {
    let world = World::new().await;
    let ask = |body| world.post(PATH).key(&world.acme.admin).json(&body).send();
    let most = ask(json!({"role": "admin", "expires_in": 86_400})).await;
    assert_eq!(most.expect(201)["expires_at"], "2026-01-30T14:48:47.000Z");
    for expires_in in [0, 86_401] {
        let refused = ask(json!({"role": "admin", "expires_in": expires_in})).await;
        assert_eq!(refused.expect(422)["errors"][0]["field"], "/expires_in");
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_link() {
    let world = World::new().await;
    let ask = || {
        let ask = world.post(PATH).key(&world.acme.admin);
        let ask = ask.header("idempotency-key", "1");
        ask.json(&json!({"role": "viewer"})).send()
    };
    let first = ask().await.expect(201);
    assert_eq!(ask().await.expect(201), first);
}
