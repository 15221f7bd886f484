//! Writes the pictures in `docs/screenshots` anew, of the demo's shop after a month:
//! `cargo test --workspace --locked --test browser -- --ignored screenshots`.

use std::path::PathBuf;

use serde_json::json;

use crate::demo::{Demo, KEY};
use crate::session::{Browser, with_browser};
use crate::world::PHOTO;

/// Pixels: no picture is higher.
const HIGHEST: u64 = 1_000;

/// Writes the page that is shown in light, in dark and as on a phone.
async fn shoot(browser: &Browser, name: &str) {
    for (suffix, theme, phone) in [
        ("", "light", false),
        ("-dark", "dark", false),
        ("-phone", "light", true),
    ] {
        browser.theme(theme).await;
        if phone {
            browser.phone().await;
            // So that the navigation shows where we are; on a page with a form half filled in it is not opened anew.
            if browser.path().await.starts_with("/portal/") {
                browser.client().refresh().await.unwrap();
            }
        }
        let height = browser
            .run(
                "scrollTo(0, 0); return document.documentElement.scrollHeight",
                Vec::new(),
            )
            .await;
        let height = height.as_u64().unwrap().clamp(600, HIGHEST);
        let clip = json!({"x": 0, "y": 0, "width": if phone { 390 } else { 1280 }, "height": height, "scale": 1});
        let settings =
            json!({"format": "webp", "quality": 82, "clip": clip, "captureBeyondViewport": true});
        let shot = browser.cdp("Page.captureScreenshot", settings).await;
        let bytes = data_encoding::BASE64
            .decode(shot["data"].as_str().unwrap().as_bytes())
            .unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/screenshots");
        std::fs::write(folder.join(format!("{name}{suffix}.webp")), bytes).unwrap();
        browser.desktop().await;
    }
    browser.theme("light").await;
}

#[test]
#[ignore = "writes docs/screenshots"]
fn screenshots() {
    let demo = Demo::new();
    let claim = demo.first("/claims?order_number=S-10077", "id", |_| true);
    let failing = demo.first("/webhooks", "uuid", |webhook| {
        webhook["description"] == "The old shop system"
    });
    let failed = demo.first(
        &format!("/deliveries?webhook={failing}&status=failed&limit=100"),
        "id",
        |delivery| delivery["attempt_count"].as_u64() > Some(1),
    );
    let connector = demo.first("/connectors", "id", |_| true);
    let event = demo.first("/events?ref=claims/created", "id", |_| true);
    with_browser(&demo.url, async |browser| {
        let shop = |path: &str| format!("/portal/shops/demo-shop{path}");
        browser.open("/portal/sign-in").await;
        shoot(browser, "sign-in").await;
        browser.open("/portal/operator/sign-in").await;
        shoot(browser, "operator-sign-in").await;
        browser.open(&demo.link).await;
        browser.press("Open the portal").await;
        browser.sees("Overview").await;
        browser.open(&shop("/members")).await;
        browser.fill("email", "tom.becker@example.net").await;
        browser.press("Make the invitation").await;
        let (claim, failing) = (format!("/claims/{claim}"), format!("/webhooks/{failing}"));
        let (failed, connector) = (
            format!("/deliveries/{failed}"),
            format!("/integrations/{connector}"),
        );
        let event = format!("/events/{event}");
        for (name, path) in [
            ("overview", ""),
            ("claims", "/claims"),
            ("claim", &claim),
            ("deliveries", "/deliveries"),
            ("delivery", &failed),
            ("event", &event),
            ("webhooks", "/webhooks"),
            ("webhook", &failing),
            ("add-webhook", "/webhooks/new"),
            ("integration", &connector),
            ("members", "/members"),
            ("analytics", "/analytics"),
            ("claim-page-settings", "/claim-page"),
        ] {
            browser.open(&shop(path)).await;
            shoot(browser, name).await;
        }
        browser.open(&shop(&format!("{connector}/edit"))).await;
        browser.press("Preview").await;
        browser.sees("The request that makes it").await;
        shoot(browser, "connector-preview").await;
        browser.sign_out().await;
        browser.sign_in(KEY).await;
        browser.open("/portal/operator").await;
        shoot(browser, "operator").await;

        browser.open("/demo-shop/claim").await;
        shoot(browser, "claim-page-start").await;
        browser.fill("order", "S-10077").await;
        browser.fill("proof", "10969").await;
        browser.press("Start").await;
        browser.press("Something is broken or does not work").await;
        browser.press("Continue").await;
        browser.press_at("input[name=item][value='0']").await;
        shoot(browser, "claim-page-items").await;
        browser.press("Continue").await;
        browser.attach("#photo", PHOTO).await;
        browser.sees("Your photos").await;
        shoot(browser, "claim-page-photos").await;
        browser.press("Continue").await;
        browser
            .fill(
                "description",
                "The handle of one mug came off; the other one is fine.",
            )
            .await;
        browser.press("Continue").await;
        browser.press("Refund the money").await;
        browser.press("Continue").await;
        browser.sees("Check your answers").await;
        shoot(browser, "claim-page-review").await;
    });
}
