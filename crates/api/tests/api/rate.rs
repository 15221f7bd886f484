//! How often a key may ask.

use std::time::Duration;

use crate::common::{ADMIN_KEY, World};

const PATH: &str = "/v1/shops/acme";
const PER_SECOND: u32 = 10;

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_again() {
    let world = World::with_rate(PER_SECOND).await;
    let ask = |key: &'static str| world.get(PATH).key(key).send();
    let viewer: &'static str = world.acme.viewer.clone().leak();
    let editor: &'static str = world.acme.editor.clone().leak();
    for _ in 0..PER_SECOND {
        ask(viewer).await.expect(200);
    }
    let refused = ask(viewer).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Each key has its own.
    ask(editor).await.expect(200);
    world.pass(Duration::from_millis(100));
    ask(viewer).await.expect(200);
    ask(viewer).await.problem(429, "rate_limited");
    world.pass(Duration::from_secs(1));
    for _ in 0..PER_SECOND {
        ask(viewer).await.expect(200);
    }
    // Nor is the admin key spared.
    for _ in 0..PER_SECOND {
        ask(ADMIN_KEY).await.expect(200);
    }
    ask(ADMIN_KEY).await.problem(429, "rate_limited");
    // Who has no key has no bucket.
    world.get("/healthz").send().await.expect(200);
    ask("cw_live_nobody").await.problem(401, "key_unknown");
}
