//! In a frame of another site's page, by https as there: a customer files a claim, and someone of the shop works in the portal, in a
//! browser that lets no cookie through there but partitioned ones. A page that the settings do not name shows neither.

use claimwire_testkit::tls::{Authority, self_signed};
use claimwire_testkit::{Receiver, Reply};
use serde_json::{Value, json};

use crate::block_on;
use crate::common::Serve;
use crate::session::{Browser, with_browser};

/// Opens a page and goes into its frame.
async fn enter(browser: &Browser, page: &str) {
    browser.client().enter_default_frame().await.unwrap();
    browser.open(page).await;
    browser.client().enter_frame(0).await.unwrap();
}

#[test]
fn pages_that_the_settings_name_may_hold_the_claim_page_and_the_portal() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let embedder = self_signed(&["localhost", "127.0.0.1"]).unwrap();
    let embedder = block_on(Receiver::start_tls(embedder)).unwrap();
    let origin = format!("https://localhost:{}", embedder.address().port());

    let mut before = Serve::start(&data, &["--log", "warn"]);
    let ask = |method: &str, path: &str, body: Value| {
        let (status, answer) = before.call(method, path, Some(body));
        assert!(status < 300, "{path}: {answer}");
        answer
    };
    ask(
        "POST",
        "/v1/shops",
        json!({"slug": "acme", "name": "Acme Home"}),
    );
    let page = json!({"enabled": true, "frame_ancestors": [origin]});
    ask("PATCH", "/v1/shops/acme", json!({"claim_page": page}));
    ask(
        "PUT",
        "/v1/shops/acme/orders/1001",
        json!({"address": {"zip": "10969"}}),
    );
    ask(
        "POST",
        "/v1/shops/acme/claims",
        json!({"title": "Broken mug"}),
    );
    let link = ask(
        "POST",
        "/v1/shops/acme/portal-links",
        json!({"role": "editor"}),
    );
    let link = url::Url::parse(link["url"].as_str().unwrap()).unwrap();
    before.signal("TERM");
    assert_eq!(before.wait(), Some(0));

    let (certificate, key) = Authority::new().unwrap().pem(&["127.0.0.1"]).unwrap();
    let files = [("cert.pem", certificate), ("key.pem", key)].map(|(name, text)| {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let flags = [
        "--log",
        "warn",
        "--tls-cert",
        &files[0],
        "--tls-key",
        &files[1],
        "--portal-frame-ancestors",
        &origin,
    ];
    let serve = Serve::start(&data, &flags);
    for (name, path) in [("/help", "/acme/claim"), ("/office", link.path())] {
        let page = format!(
            "<!doctype html><title>shop</title><iframe width=1000 height=800 src=\"{}{path}\"></iframe>",
            serve.url
        );
        let html = Reply::status(200).with_header("content-type", "text/html");
        embedder.reply_at(name, html.with_body(page));
    }
    with_browser(&serve.url, async |browser| {
        enter(browser, &format!("{origin}/help")).await;
        browser.fill("order", "1001").await;
        browser.fill("proof", "10969").await;
        browser.press("Start").await;
        browser.sees("What is the problem?").await;
        browser.press("I have a question").await;
        browser.press("Continue").await;
        browser.fill("description", "Is it dishwasher-safe?").await;
        browser.press("Continue").await;
        browser.press("Send report").await;
        browser.sees("We have your report").await;

        enter(browser, &format!("{origin}/office")).await;
        browser.press("Open the portal").await;
        browser.sees("Needs attention").await;
        browser.press("Claims").await;
        browser.press("Broken mug").await;
        browser.choose("status", "accepted").await;
        browser.press("Save").await;
        browser.sees("The claim was changed").await;

        // The same page by another name is of another origin.
        browser.expects("frame-ancestors");
        let other = origin.replace("localhost", "127.0.0.1");
        for page in ["/help", "/office"] {
            enter(browser, &format!("{other}{page}")).await;
            browser.sees_not("Order number").await;
            browser.sees_not("Open the portal").await;
        }
        browser.client().enter_default_frame().await.unwrap();
    });
}
