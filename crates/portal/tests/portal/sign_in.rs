//! Signing in and out: whose session it is, how long it lasts, and that no other site can use it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use claimwire_actions::{Caller, Editor, InShop, Once, api_keys, portal_links};
use claimwire_model::Role;
use claimwire_store::PageRequest;

use crate::common::{ADMIN_KEY, PUBLIC_URL, World};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_key_opens_its_shop_and_the_admin_key_all() {
    let world = World::new().await;
    let mut mia = world.signed_in(&world.acme.editor).await;
    assert_eq!(mia.get("/portal/").await.location(), "/portal/shops/acme");
    mia.get("/portal/shops/acme")
        .await
        .is(200)
        .says("acme editor · editor");
    mia.get("/portal/shops/other").await.is(404);

    let mut operator = world.signed_in(ADMIN_KEY).await;
    let shops = operator.get("/portal/").await.is(200);
    shops.says("/portal/shops/acme").says("/portal/shops/other");
    operator.get("/portal/shops/other").await.is(200);
}

#[tokio::test]
async fn who_is_not_signed_in_is_asked_and_comes_back() {
    let world = World::new().await;
    let mut browser = world.browser();
    let asked = browser
        .get("/portal/shops/acme/claims?status=pending")
        .await;
    assert_eq!(asked.status, 303);
    let sign_in = asked.location().to_owned();
    assert!(sign_in.starts_with("/portal/sign-in?next="), "{sign_in}");
    let form = browser.get(&sign_in).await.is(200);
    let next = form.value("next").replace("&#38;", "&");
    let key = world.acme.viewer.as_str();
    let back = browser
        .post("/portal/sign-in", &[("key", key), ("next", &next)])
        .await;
    assert_eq!(back.location(), "/portal/shops/acme/claims?status=pending");
    for elsewhere in [
        "https://evil.test/",
        "//evil.test/",
        "/v1/shops",
        "javascript:x",
    ] {
        let fields = [("key", key), ("next", elsewhere)];
        let back = world.browser().post("/portal/sign-in", &fields).await;
        assert_eq!(back.location(), "/portal/", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_at_its_field() {
    let world = World::new().await;
    for key in ["", "cw_live_nothing", "<b>"] {
        let mut browser = world.browser();
        let page = browser.post("/portal/sign-in", &[("key", key)]).await;
        page.is(422)
            .says("There is a problem")
            .says("id=\"key-error\"")
            .says_not("<b>");
        assert!(browser.cookie.is_none());
    }
}

#[tokio::test]
async fn a_session_slides_and_ends() {
    let world = World::new().await;
    let mut browser = world.signed_in(&world.acme.viewer).await;
    for _ in 0..15 {
        world.pass(11 * HOUR);
        browser.get("/portal/shops/acme").await.is(200);
    }
    world.pass(4 * HOUR);
    let over = browser.get("/portal/shops/acme").await.is(303);
    assert!(over.location().starts_with("/portal/sign-in"), "a week");

    let mut idle = world.signed_in(&world.acme.viewer).await;
    world.pass(12 * HOUR);
    idle.get("/portal/shops/acme").await.is(303);
}

#[tokio::test]
async fn signing_out_ends_the_session_for_everyone_who_has_the_cookie() {
    let world = World::new().await;
    let mut browser = world.signed_in(&world.acme.viewer).await;
    let mut copy = world.browser();
    copy.cookie = browser.cookie.clone();
    copy.get("/portal/shops/acme").await.is(200);
    browser.submit("/portal/sign-out", &[]).await.is(303);
    assert!(browser.cookie.is_none());
    copy.get("/portal/shops/acme").await.is(303);
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let world = World::new().await;
    let mut browser = world.signed_in(&world.acme.editor).await;
    let store = &*world.ports.store;
    let shop: InShop<claimwire_actions::Admin> =
        Caller::Operator.enter(store, "acme").await.unwrap();
    let admin = shop.on(&world.ports);
    let keys = api_keys::list(&admin, PageRequest::first(10))
        .await
        .unwrap();
    let editor = keys.items.iter().find(|key| key.role == Role::Editor);
    api_keys::delete(&admin, editor.unwrap().id).await.unwrap();
    browser.get("/portal/shops/acme").await.is(303);
}

/// Whoever put a cookie into the browser beforehand does not know the session that begins then.
#[tokio::test]
async fn a_session_is_always_a_new_one() {
    let world = World::new().await;
    let attacker = world.signed_in(&world.other.viewer).await;
    let planted = attacker.cookie.clone();
    let mut victim = world.browser();
    victim.cookie = planted.clone();
    victim
        .post("/portal/sign-in", &[("key", &world.acme.admin)])
        .await
        .is(303);
    assert_ne!(victim.cookie, planted);
    victim.get("/portal/shops/acme").await.is(200);
    let mut attacker = world.browser();
    attacker.cookie = planted;
    attacker.get("/portal/shops/acme").await.is(303);
}

#[tokio::test]
async fn the_cookie_is_for_no_script_and_no_other_site() {
    let key = |world: &World| world.acme.viewer.clone();
    let world = World::new().await;
    let fields = [("key", key(&world))];
    let fields = fields.each_ref().map(|(name, key)| (*name, key.as_str()));
    let page = world.browser().post("/portal/sign-in", &fields).await;
    let plain = page.header("set-cookie").to_owned();
    for part in ["claimwire_session=", "Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(plain.contains(part), "{plain}");
    }
    assert!(!plain.contains("Secure"));

    let secure = World::at("https://portal.test").await;
    let fields = [("key", key(&secure))];
    let fields = fields.each_ref().map(|(name, key)| (*name, key.as_str()));
    let page = secure.browser().post("/portal/sign-in", &fields).await;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-claimwire_session="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    assert_eq!(
        secure
            .signed_in(&secure.acme.viewer)
            .await
            .get("/portal/shops/acme")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn another_sites_form_does_nothing() {
    let world = World::new().await;
    let webhook = serde_json::json!({"url": "https://r.test/"});
    let webhook = world.webhook("acme", webhook).await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/delete");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.test"),
        ("origin", "null"),
    ] {
        let mut browser = world.signed_in(&world.acme.admin).await;
        browser.get("/portal/shops/acme").await.is(200);
        browser.headers.push((name, value.to_owned()));
        browser.submit(&path, &[]).await.is(403);
        let fields = [("key", world.acme.admin.as_str())];
        browser.post("/portal/sign-in", &fields).await.is(403);
    }
    let mut browser = world.signed_in(&world.acme.admin).await;
    browser.headers.push(("origin", PUBLIC_URL.to_owned()));
    browser.post(&path, &[]).await.is(403);
    let mut another = world.signed_in(&world.acme.admin).await;
    another.get("/portal/shops/acme").await.is(200);
    let foreign = another.form_token.clone();
    browser
        .post(&path, &[("form_token", &foreign)])
        .await
        .is(403);
    world.webhook_json("acme", webhook).await;
    browser.submit(&path, &[]).await.is(303);
}

#[tokio::test]
async fn failures_are_throttled_by_address() {
    let world = World::new().await;
    let sign_in = async |address: &str, key: &str| {
        let address: SocketAddr = address.parse().unwrap();
        let router = world
            .router
            .clone()
            .layer(axum::Extension(ConnectInfo(address)));
        let mut browser = crate::common::Browser::new(&router);
        browser
            .post("/portal/sign-in", &[("key", key)])
            .await
            .status
    };
    for _ in 0..20 {
        assert_eq!(sign_in("192.0.2.1:1", "wrong").await, 422);
    }
    let key = world.acme.viewer.as_str();
    assert_eq!(sign_in("192.0.2.1:2", key).await, 429);
    assert_eq!(sign_in("192.0.2.2:1", key).await, 303);
    world.pass(Duration::from_secs(60));
    assert_eq!(sign_in("192.0.2.1:3", key).await, 303);
}

#[tokio::test]
async fn a_link_opens_one_session_once() {
    let world = World::new().await;
    let link = async |role| {
        let key = api_keys::hash(&world.acme.editor);
        let key = world.ports.store.key(&key).await.unwrap();
        let caller = Caller::Key(key);
        let shop: InShop<Editor> = caller.enter(&*world.ports.store, "acme").await.unwrap();
        let request = portal_links::PortalLinkRequest {
            role,
            expires_in: 600,
        };
        let made = portal_links::create(&shop.on(&world.ports).viewer(), request, None).await;
        let Once::Now(link) = made.unwrap() else {
            panic!("it was made before")
        };
        link.url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
    };
    let path = link(Role::Viewer).await;
    let mut browser = world.browser();
    for _ in 0..2 {
        browser
            .get(&path)
            .await
            .is(200)
            .says("<form method=\"post\">");
    }
    browser.post(&path, &[]).await.is(303);
    let home = browser.get("/portal/shops/acme").await.is(200);
    home.says("acme editor · viewer");
    browser.get("/portal/shops/acme/webhooks/new").await.is(403);
    world.browser().post(&path, &[]).await.is(422);

    let late = link(Role::Editor).await;
    world.pass(Duration::from_secs(600));
    world.browser().post(&late, &[]).await.is(422);
}

const EMBEDDER: &str = "https://backoffice.test";

/// The path of a new link into the shop.
async fn link_of(world: &World) -> String {
    let store = &*world.ports.store;
    let shop: InShop<Editor> = Caller::Operator.enter(store, "acme").await.unwrap();
    let request = serde_json::from_value(serde_json::json!({"role": "viewer"})).unwrap();
    let editor = shop.on(&world.ports);
    let made = portal_links::create(&editor.viewer(), request, None).await;
    let Ok(Once::Now(link)) = made else {
        panic!("{made:?}")
    };
    let path = link.url.split_once("/portal/").unwrap().1;
    format!("/portal/{path}")
}

#[tokio::test]
async fn no_page_may_frame_the_portal_unless_the_settings_name_it() {
    let world = World::at("https://portal.test").await;
    let mut browser = world.browser();
    let page = browser.get("/portal/sign-in").await.is(200);
    assert!(
        page.header("content-security-policy")
            .ends_with("frame-ancestors 'none'")
    );
    let opened = browser.post(&link_of(&world).await, &[]).await.is(303);
    assert!(
        opened
            .header("set-cookie")
            .ends_with("SameSite=Lax; Secure")
    );

    let world = World::framed("https://portal.test", &[EMBEDDER, "https://b.test:8443"]).await;
    let mut browser = world.browser();
    let page = browser.get("/portal/sign-in").await.is(200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.ends_with("frame-ancestors 'self' https://backoffice.test https://b.test:8443"),
        "{policy}"
    );
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[tokio::test]
async fn a_links_session_works_in_a_frame_that_the_settings_allow_and_no_other_does() {
    let world = World::framed("https://portal.test", &[EMBEDDER]).await;
    let mut framed = world.browser();
    let opened = framed.post(&link_of(&world).await, &[]).await.is(303);
    let cookie = opened.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-claimwire_session="), "{cookie}");
    assert!(
        cookie.ends_with("HttpOnly; SameSite=None; Secure; Partitioned"),
        "{cookie}"
    );
    framed.get("/portal/shops/acme").await.is(200);
    // Another site's page still cannot write with it.
    let token = framed.form_token.clone();
    framed
        .headers
        .push(("sec-fetch-site", "cross-site".to_owned()));
    let out = framed
        .post("/portal/sign-out", &[("form_token", &token)])
        .await;
    out.is(403);
    framed.headers.pop();
    let out = framed.submit("/portal/sign-out", &[]).await.is(303);
    let cleared: Vec<_> = out.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cleared.len(), 2, "{cleared:?}");
    let mut member = world.browser();
    let key = [("key", world.acme.viewer.as_str())];
    let signed_in = member.post("/portal/sign-in", &key).await.is(303);
    assert!(
        signed_in
            .header("set-cookie")
            .ends_with("SameSite=Lax; Secure")
    );
}
