//! What must fail: another shop's pages, markup in what users write, forms from elsewhere, a session that someone else chose.

use claimwire_testkit::{Receiver, Reply};
use serde_json::{Value, json};

use crate::block_on;
use crate::common::ADMIN_KEY;
use crate::session::{Browser, with_browser};
use crate::world::World;

const STATUSES: &str = r"
const [paths, done] = arguments;
Promise.all(paths.map((path) => fetch(path, {redirect: 'manual'}).then((answer) => answer.status))).then(done);
";

/// The statuses that the signed-in browser gets.
async fn statuses(browser: &Browser, paths: &[String]) -> Vec<u64> {
    let told = browser.run_async(STATUSES, vec![json!(paths)]).await;
    told.as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_u64)
        .collect()
}

#[test]
fn another_shops_pages_are_not_there() {
    let world = World::new();
    let filled = world.fill("");
    let theirs = world.key("other", "admin");
    let ours = world.key("acme", "admin");
    let pages = filled.pages();
    with_browser(world.url(), async |browser| {
        browser.expects("status of 404");
        browser.sign_in(&ours).await;
        assert_eq!(statuses(browser, &pages).await, vec![200; pages.len()]);
        browser.sign_out().await;
        browser.sign_in(&theirs).await;
        assert_eq!(statuses(browser, &pages).await, vec![404; pages.len()]);
        // Nor by the way of their own shop.
        let own: Vec<_> = pages
            .iter()
            .map(|page| page.replace("/shops/acme", "/shops/other"))
            .collect();
        let of_a_thing = |page: &&String| {
            let things = [
                &filled.claim,
                &filled.webhook,
                &filled.connector,
                &filled.delivered,
                &filled.failed,
                &filled.key,
            ];
            things.iter().any(|id| page.contains(id.as_str()))
                || page.contains("1001") && !page.contains('?')
        };
        let own: Vec<_> = own.iter().filter(of_a_thing).cloned().collect();
        assert!(own.len() > 15, "{own:?}");
        assert_eq!(
            statuses(browser, &own).await,
            vec![404; own.len()],
            "{own:?}"
        );
        browser.open(&pages[0]).await;
        browser.sees("There is no such page").await;
        browser.sees_not("Acme").await;
    });
}

/// Runs when it is anything but text, wherever it stands.
const HOSTILE: &str = concat!(
    "\"'><script>window.hit=1</script><img src=x onerror=window.hit=1><svg onload=window.hit=1>",
    "</textarea></title></style><a href=\"javascript:window.hit=1\" autofocus onfocus=window.hit=1>{{7*7}}</a>"
);

const RAN: &str = r"
const bad = 'script:not([src]), [onerror], [onload], [onfocus], a[href^=javascript], img[src=x], style';
return {hit: window.hit || null, made: [...document.querySelectorAll(bad)].map((node) => node.outerHTML)};
";

async fn stays_text(browser: &Browser, page: &str) {
    let told = browser.run(RAN, Vec::new()).await;
    assert_eq!(told, json!({"hit": null, "made": []}), "at {page}");
    browser.sees_not("49</a>").await;
}

#[test]
fn what_users_write_stays_text() {
    let world = World::called(&format!("Acme{HOSTILE}"));
    let filled = world.fill(HOSTILE);
    let label: String = HOSTILE.chars().take(100).collect();
    world.opens_claim_page(json!({
        "texts": {"en": {"start_title": HOSTILE, "start_intro": HOSTILE}},
        "reasons": [{"reason": "other", "flow": "support", "labels": {"en": label}}],
    }));
    let admin = world.key("acme", "admin");
    with_browser(world.url(), async |browser| {
        browser.sign_in(&admin).await;
        let mut shown = 0;
        for page in filled.pages() {
            browser.open(&page).await;
            stays_text(browser, &page).await;
            let text = browser
                .run("return document.documentElement.textContent", Vec::new())
                .await;
            shown += usize::from(text.as_str().unwrap().contains("onerror=window.hit=1>"));
        }
        assert!(shown > 30, "only {shown} pages show what was written");

        browser.open("/portal/shops/acme/members").await;
        browser.fill("email", "sam@example.net").await;
        browser.press("Make the invitation").await;
        let invitation = browser.find("#secret").await.text().await.unwrap();
        browser.sign_out().await;
        browser.open(&invitation).await;
        browser.fill("name", HOSTILE).await;
        browser.fill("password", "four words are enough").await;
        browser.press("Join").await;
        browser.sees("Overview").await;
        stays_text(browser, "the member's first page").await;

        browser.open("/acme/claim").await;
        browser.sees("onerror=window.hit=1>").await;
        stays_text(browser, "the claim page").await;
        browser.fill("order", HOSTILE).await;
        browser.fill("proof", HOSTILE).await;
        browser.press_at("main form button").await;
        browser.find("#summary").await;
        stays_text(browser, "a refused start").await;
        assert_eq!(
            browser.value("order").await,
            HOSTILE.chars().take(128).collect::<String>()
        );
        browser.fill("order", "1001").await;
        browser.fill("proof", "10969").await;
        browser.press_at("main form button").await;
        browser.sees("What is the problem?").await;
        stays_text(browser, "the first question").await;
        browser.press("I have a question").await;
        browser.press("Continue").await;
        browser.sees("What exactly is it?").await;
        stays_text(browser, "a reason of the shop's own").await;
        browser.press_at("input[name=reason]").await;
        browser.press("Continue").await;
        browser.sees("Describe").await;
        browser.fill("description", HOSTILE).await;
        browser.press("Continue").await;
        browser.sees("Check your answers").await;
        stays_text(browser, "the review").await;
    });
}

#[test]
fn a_form_from_another_origin_does_nothing() {
    let world = World::new();
    let filled = world.fill("");
    let evil = block_on(Receiver::start()).unwrap();
    let webhook = format!("/webhooks/{}", filled.webhook);
    let status = || world.acme("GET", &webhook, Value::Null)["status"].clone();
    let admin = world.key("acme", "admin");
    with_browser(world.url(), async |browser| {
        browser.expects("status of 403");
        browser.expects("status of 404");
        browser.sign_in(&admin).await;
        browser.open(&format!("/portal/shops/acme{webhook}")).await;
        let token = browser
            .run(
                "return document.querySelector('[name=form_token]').value",
                Vec::new(),
            )
            .await;
        let (token, action) = (
            token.as_str().unwrap(),
            format!("{}/portal/shops/acme{webhook}/pause", world.url()),
        );
        let form = format!(
            "<!doctype html><title>evil</title><form method=post action=\"{action}\">\
             <input name=form_token value=\"{token}\"><button>Win a prize</button></form>"
        );
        let html = Reply::status(200)
            .with_header("content-type", "text/html")
            .with_body(form);
        evil.reply_at("/prize", html);
        // Another port is another origin of the same site: the cookie goes along. Another name is another site.
        for from in [
            evil.url("/prize"),
            evil.url("/prize").replace("127.0.0.1", "localhost"),
        ] {
            browser.open(&from).await;
            browser.press("Win a prize").await;
            browser.comes_to_be_at(world.url()).await;
            assert_eq!(status(), "active", "{from}");
        }
        browser.open(&format!("/portal/shops/acme{webhook}")).await;
        let send = r"
            const [path, body, done] = arguments;
            const headers = {'Content-Type': 'application/x-www-form-urlencoded'};
            fetch(path, {method: 'POST', body, headers, redirect: 'manual'}).then((answer) => done([answer.status, answer.type]));";
        for body in ["", "form_token=", "form_token=0000000000000000"] {
            let told = browser
                .run_async(send, vec![json!(action), json!(body)])
                .await;
            assert_eq!(told[0], 403, "{body}");
        }
        assert_eq!(status(), "active");
        // The same with the page's own token is taken.
        browser.press("Pause").await;
        browser.sees("Paused.").await;
        assert_eq!(status(), "inactive");
    });
}

#[test]
fn a_session_that_someone_else_chose_is_worth_nothing() {
    let world = World::new();
    let cookie = "claimwire_session";
    with_browser(world.url(), async |browser| {
        browser.open("/portal/sign-in").await;
        let planted = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let params = json!({"name": cookie, "value": planted, "url": world.url(), "path": "/"});
        browser.cdp("Network.setCookie", params).await;
        browser.sign_in(ADMIN_KEY).await;
        let first = browser.cookie(cookie).await;
        assert_ne!(first["value"], planted);
        assert_eq!(
            (&first["httpOnly"], &first["sameSite"]),
            (&json!(true), &json!("Lax")),
            "{first}"
        );
        let seen = browser.run("return document.cookie", Vec::new()).await;
        assert_eq!(seen, "");
        // A second sign-in is another session, and signing out ends it.
        browser.sign_out().await;
        browser.sign_in(ADMIN_KEY).await;
        let second = browser.cookie(cookie).await;
        assert_ne!(first["value"], second["value"]);
        for old in [planted, first["value"].as_str().unwrap()] {
            let params = json!({"name": cookie, "value": old, "url": world.url(), "path": "/"});
            browser.cdp("Network.setCookie", params).await;
            browser.open("/portal/shops/acme").await;
            browser.find("input[name=password]").await;
        }
    });
}
