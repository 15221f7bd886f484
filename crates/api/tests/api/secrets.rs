//! Secrets: shown, rotated, and what is sent while two are good.

use std::time::Duration;

use claimwire_model::Dialect;
use claimwire_wire::verify;
use serde_json::{Value, json};

use crate::common::{Answer, World};

const TOLERANCE: Duration = Duration::from_secs(300);

fn path(webhook: &Value, rest: &str) -> String {
    format!(
        "/v1/shops/acme/webhooks/{}/{rest}",
        webhook["uuid"].as_str().unwrap()
    )
}

async fn shown(world: &World, webhook: &Value) -> Value {
    let call = world.get(&path(webhook, "secret"));
    call.key(&world.acme.editor).send().await.expect(200)
}

async fn rotate(world: &World, webhook: &Value, body: Value) -> Answer {
    let call = world.post(&path(webhook, "secret/rotate"));
    call.key(&world.acme.editor).json(&body).send().await
}

/// The headers of a request that goes out now.
async fn sent(world: &World, webhook: &Value) -> (Vec<(String, String)>, Vec<u8>) {
    world.sender.answers(200, "");
    let call = world.post(&path(webhook, "test"));
    call.key(&world.acme.editor)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
    let request = world.sender.sent().pop().unwrap();
    (request.headers.into(), request.body.to_vec())
}

/// Which of these secrets (or public keys) a receiver that holds one accepts what goes out now with.
async fn accepted<const N: usize>(world: &World, webhook: &Value, held: [&str; N]) -> [bool; N] {
    let dialect: Dialect = serde_json::from_value(webhook["dialect"].clone()).unwrap();
    let (headers, body) = sent(world, webhook).await;
    held.map(|held| verify(dialect, held, &headers, &body, TOLERANCE, world.now()).is_ok())
}

fn text<'a>(shown: &'a Value, name: &str) -> &'a str {
    shown[name].as_str().unwrap()
}

#[tokio::test]
async fn in_each_dialect_both_sign_until_the_overlap_is_over() {
    let world = World::new().await;
    for dialect in Dialect::ALL {
        let webhook = world
            .make_webhook(json!({"dialect": dialect, "verify": false}))
            .await;
        let old = shown(&world, &webhook).await;
        assert_eq!(old["secret"], webhook["secret"]);
        assert!(old.get("previous_expires_at").is_none());
        let new = rotate(&world, &webhook, json!({"overlap_seconds": 60}))
            .await
            .expect(200);
        let expires_at = world.now().plus(Duration::from_secs(60));
        assert_eq!(new["previous_expires_at"], json!(expires_at));
        assert_eq!(shown(&world, &webhook).await, new);

        let held = [text(&old, "secret"), text(&new, "secret")];
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [true, true],
            "{dialect}"
        );
        world.pass(Duration::from_secs(60));
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [false, true],
            "{dialect}"
        );
        assert!(
            shown(&world, &webhook)
                .await
                .get("previous_expires_at")
                .is_none()
        );
    }
}

#[tokio::test]
async fn without_an_overlap_the_new_one_signs_alone() {
    let world = World::new().await;
    for dialect in Dialect::ALL {
        let webhook = world
            .make_webhook(json!({"dialect": dialect, "verify": false}))
            .await;
        let own = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let new = rotate(
            &world,
            &webhook,
            json!({"secret": own, "overlap_seconds": 0}),
        )
        .await
        .expect(200);
        assert_eq!(
            (&new["secret"], new.get("previous_expires_at")),
            (&json!(own), None)
        );
        let held = [text(&webhook, "secret"), own];
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [false, true],
            "{dialect}"
        );
    }
}

#[tokio::test]
async fn a_rotation_within_an_overlap_ends_it() {
    let world = World::new().await;
    for dialect in Dialect::ALL {
        let webhook = world
            .make_webhook(json!({"dialect": dialect, "verify": false}))
            .await;
        let second = rotate(&world, &webhook, json!({})).await.expect(200);
        world.pass(Duration::from_secs(1));
        let third = rotate(&world, &webhook, json!({})).await.expect(200);
        let held = [
            text(&webhook, "secret"),
            text(&second, "secret"),
            text(&third, "secret"),
        ];
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [false, true, true],
            "{dialect}"
        );
    }
}

#[tokio::test]
async fn claimports_own_header_keeps_the_old_secret() {
    let world = World::new().await;
    let webhook = world
        .make_webhook(json!({"dialect": "claimport", "verify": false}))
        .await;
    let names = |headers: &[(String, String)]| {
        let signatures = headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        signatures
            .filter(|name| name.starts_with("x-claimport-signature"))
            .collect::<Vec<_>>()
    };
    let (headers, _) = sent(&world, &webhook).await;
    assert_eq!(names(&headers), ["x-claimport-signature"]);
    let new = rotate(&world, &webhook, json!({})).await.expect(200);
    let (mut headers, body) = sent(&world, &webhook).await;
    assert_eq!(
        names(&headers),
        ["x-claimport-signature", "x-claimport-signature-next"]
    );
    // A receiver that knows the first header alone.
    headers.retain(|(name, _)| !name.to_ascii_lowercase().ends_with("-next"));
    let by = |secret: &str| {
        verify(
            Dialect::Claimport,
            secret,
            &headers,
            &body,
            TOLERANCE,
            world.now(),
        )
        .is_ok()
    };
    assert!(by(text(&webhook, "secret")) && !by(text(&new, "secret")));
}

#[tokio::test]
async fn a_key_pair_rotates_with_the_secret() {
    let world = World::new().await;
    for signing in ["ed25519", "both"] {
        let webhook = world
            .make_webhook(json!({"dialect": "standard", "signing": signing}))
            .await;
        let old = shown(&world, &webhook).await;
        let new = rotate(&world, &webhook, json!({})).await.expect(200);
        assert!(text(&new, "public_key").starts_with("whpk_"));
        assert_ne!(new["public_key"], old["public_key"]);

        let held = [
            text(&old, "public_key"),
            text(&new, "public_key"),
            text(&old, "secret"),
            text(&new, "secret"),
        ];
        let by_secret = signing == "both";
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [true, true, by_secret, by_secret]
        );
        world.pass(Duration::from_secs(86_400));
        assert_eq!(
            accepted(&world, &webhook, held).await,
            [false, true, false, by_secret]
        );
    }
}

#[tokio::test]
async fn what_cannot_be_is_named() {
    let world = World::new().await;
    let webhook = world.make_webhook(json!({"dialect": "standard"})).await;
    for (body, field) in [
        (json!({"secret": "short"}), "/secret"),
        (json!({"overlap_seconds": -1}), "/overlap_seconds"),
        (json!({"overlap_seconds": 2_592_001}), "/overlap_seconds"),
    ] {
        let refused = rotate(&world, &webhook, body).await;
        assert_eq!(refused.invalid("validation_failed"), [field]);
    }
}
