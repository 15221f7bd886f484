//! Who may see and do what, on every page.

use serde_json::json;

use crate::common::World;

/// Pages of a shop that everyone in it sees.
const SHOWN: [&str; 10] = [
    "",
    "/webhooks",
    "/integrations",
    "/deliveries",
    "/events",
    "/claims",
    "/analytics",
    "/orders",
    "/shipments",
    "/contacts",
];
/// Forms that only editors see.
const FORMS: [&str; 6] = ["/edit", "/rotate", "/delete", "/test", "/replay", "/new"];
/// What they send.
const WRITES: [&str; 9] = [
    "/edit", "/rotate", "/delete", "/test", "/replay", "/pause", "/resume", "/secret", "/new",
];

#[tokio::test]
async fn a_viewer_sees_and_writes_nothing() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/", "headers": {"X-Token": "hunter2"}});
    let webhook = world.webhook("acme", webhook).await;
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    let before = world.webhook_json("acme", webhook).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let shop = "/portal/shops/acme";
    for page in SHOWN {
        viewer.get(&format!("{shop}{page}")).await.is(200);
    }
    let one = format!("{shop}/webhooks/{webhook}");
    let page = viewer.get(&one).await.is(200);
    page.says_not("hunter2")
        .says_not("/delete")
        .says_not("/pause");
    let path = |rest: &str| match rest {
        "/new" => format!("{shop}/webhooks/new"),
        rest => format!("{one}{rest}"),
    };
    for form in FORMS {
        viewer.get(&path(form)).await.is(403);
    }
    let fields = [
        ("url", "https://evil.test/"),
        ("which", "all"),
        ("status", "accepted"),
    ];
    for write in WRITES {
        viewer.submit(&path(write), &fields).await.is(403);
    }
    let claim_path = format!("{shop}/claims/{claim}");
    let page = viewer.get(&claim_path).await.is(200);
    page.says_not("Decide").says_not("Send the message");
    viewer.submit(&claim_path, &fields).await.is(403);
    let messages = format!("{claim_path}/messages");
    viewer.submit(&messages, &[("body", "x")]).await.is(403);
    assert_eq!(world.webhook_json("acme", webhook).await, before);
    assert_eq!(world.claim_json("acme", claim).await["status"], "pending");
    assert!(world.sender.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_editor_does_not_read_secrets() {
    let world = World::new().await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/secret");
    let mut editor = world.signed_in(&world.acme.editor).await;
    editor.submit(&path, &[]).await.is(403);
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.submit(&path, &[]).await.is(200).says("id=\"secret\"");
}

#[tokio::test]
async fn another_shops_pages_are_not_there() {
    let world = World::new().await;
    let webhook = world
        .webhook("other", json!({"url": "https://r.test/"}))
        .await;
    let claim = world.claim("other", json!({"title": "Mug"})).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    for shop in ["other", "nowhere"] {
        for page in SHOWN {
            admin
                .get(&format!("/portal/shops/{shop}{page}"))
                .await
                .is(404);
        }
    }
    for shop in ["other", "acme"] {
        let shop = format!("/portal/shops/{shop}");
        let one = format!("{shop}/webhooks/{webhook}");
        admin.get(&one).await.is(404);
        admin.get(&format!("{shop}/claims/{claim}")).await.is(404);
        for write in WRITES.iter().filter(|write| **write != "/new") {
            let fields = [
                ("url", "https://evil.test/"),
                ("which", "all"),
                ("since", "2026-01-01"),
                ("status", "all"),
            ];
            let page = admin.submit(&format!("{one}{write}"), &fields).await;
            assert_eq!(page.status, 404, "{write} {}", page.body);
        }
        let messages = format!("{shop}/claims/{claim}/messages");
        admin.submit(&messages, &[("body", "x")]).await.is(404);
    }
    assert_eq!(
        world.webhook_json("other", webhook).await["status"],
        "active"
    );
}

#[tokio::test]
async fn every_answer_has_the_policy() {
    let world = World::new().await;
    let mut browser = world.signed_in(&world.acme.admin).await;
    for path in [
        "/portal/sign-in",
        "/portal/shops/acme",
        "/portal/nothing",
        "/portal/shops/nowhere",
        "/portal/static/x/portal.css",
        "/portal/static/x/nothing",
    ] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        for part in [
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
    let page = browser.get("/portal/shops/acme").await;
    assert_eq!(page.header("cache-control"), "no-store");
    page.says_not(" style=")
        .says_not("<style")
        .says_not(" onclick=")
        .says_not("<script>");
}
