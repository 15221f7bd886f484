//! The operator's own way in: with the admin key alone, and to the view of the whole server.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;

use crate::common::{ADMIN_KEY, Browser, World};

const SIGN_IN: &str = "/portal/operator/sign-in";

#[tokio::test]
async fn who_asks_for_the_view_is_asked_for_the_admin_key_and_gets_there() {
    let world = World::new().await;
    let mut browser = world.browser();
    let asked = browser.get("/portal/operator").await.is(303);
    assert_eq!(asked.location(), SIGN_IN);
    let form = browser.get(SIGN_IN).await.is(200);
    form.says("Sign in as the operator")
        .says_not("name=\"shop\"");
    let inside = browser.post(SIGN_IN, &[("key", ADMIN_KEY)]).await.is(303);
    assert_eq!(inside.location(), "/portal/operator");
    let view = browser.get("/portal/operator").await.is(200);
    view.says("Deepest queues").says("/portal/shops/acme");
    let again = browser.get(SIGN_IN).await.is(303);
    assert_eq!(again.location(), "/portal/operator", "signed in already");
}

#[tokio::test]
async fn no_other_key_opens_it() {
    let world = World::new().await;
    for key in ["", "cw_admin_nothing", "<b>", &world.acme.editor] {
        let mut browser = world.browser();
        let page = browser.post(SIGN_IN, &[("key", key)]).await.is(422);
        page.says("id=\"key-error\"").says_not("<b>");
        assert!(browser.cookie.is_none(), "{key}");
    }
}

#[tokio::test]
async fn who_is_of_a_shop_can_sign_in_as_the_operator_in_a_new_session() {
    let world = World::new().await;
    let mut browser = world.signed_in(&world.acme.editor).await;
    browser.get("/portal/operator").await.is(403);
    browser.get(SIGN_IN).await.is(200);
    let before = browser.cookie.clone();
    browser.post(SIGN_IN, &[("key", ADMIN_KEY)]).await.is(303);
    assert_ne!(browser.cookie, before);
    browser.get("/portal/operator").await.is(200);
    let mut copy = world.browser();
    copy.cookie = before;
    copy.get("/portal/shops/acme").await.is(303);
}

#[tokio::test]
async fn tries_are_bounded_together_with_those_of_the_other_page() {
    let world = World::new().await;
    let address = SocketAddr::from(([192, 0, 2, 1], 1));
    let router = world.router.clone();
    let router = router.layer(axum::Extension(ConnectInfo(address)));
    for n in 0..20 {
        let path = [SIGN_IN, "/portal/sign-in"][n % 2];
        let fields = [("key", "cw_admin_guess")];
        Browser::new(&router).post(path, &fields).await.is(422);
    }
    let right = [("key", ADMIN_KEY)];
    Browser::new(&router).post(SIGN_IN, &right).await.is(429);
}
