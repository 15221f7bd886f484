//! A merchant: joins by the first member's link, adds a webhook, sees it fail, mends its URL and replays what it missed.

use claimwire_testkit::Receiver;
use serde_json::{Value, json};

use crate::block_on;
use crate::session::with_browser;
use crate::world::{FirstStart, World};

#[test]
fn a_webhook_is_added_seen_to_fail_mended_and_replayed() {
    let first = FirstStart::new();
    let receiver = block_on(Receiver::start()).unwrap();
    receiver.reply_at("/wrong", 404);
    let make = |path: &str, body| {
        let (status, answer) = first
            .serve
            .call_as(&first.admin_key, "POST", path, Some(body));
        assert_eq!(status, 201, "{answer}");
    };
    make("/v1/shops", json!({"slug": "acme", "name": "Acme Home"}));
    make("/v1/shops/acme/claims", json!({"title": "Chipped vase"}));
    with_browser(&first.serve.url, async |browser| {
        browser.open(&first.link).await;
        browser.fill("email", "ines@example.net").await;
        browser.fill("name", "Ines Vidal").await;
        browser.fill("password", "four words are enough").await;
        browser.press("Join").await;
        browser.press_at("a[href='/portal/shops/acme']").await;
        browser.sees("nobody is told of this shop's claims").await;

        browser.press("Add a webhook").await;
        browser.fill("url", &receiver.url("/wrong")).await;
        browser.fill("description", "The warehouse").await;
        let karla = browser.find("#sample").await.text().await.unwrap();
        browser.choose("dialect", "standard").await;
        browser.sees("webhook-signature").await;
        assert!(!karla.contains("webhook-signature"), "{karla}");
        // The count follows the filter without a press of a button.
        browser.sees("1 of 1 events would have matched").await;
        browser.press_at("#which-some").await;
        browser.sees("Choose at least one event.").await;
        browser.fill("more_events", "orders").await;
        browser.sees("0 of 1 events would have matched").await;
        browser.press_at("#which-all").await;
        browser.sees("1 of 1 events would have matched").await;
        browser.press("Add the webhook").await;
        browser.sees("The webhook was added").await;
        let secret = browser.find("#secret").await.text().await.unwrap();
        assert!(secret.starts_with("whsec_"), "{secret}");
        let reads = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        browser.cdp("Browser.grantPermissions", reads).await;
        browser.press("Copy").await;
        browser.sees("Copied").await;
        let pasted = "navigator.clipboard.readText().then(arguments[0])";
        let pasted = browser.run_async(pasted, Vec::new()).await;
        assert_eq!(pasted, secret.as_str());
        browser.press("Send a test").await;
        browser.press("Send the test").await;
        browser.sees("Not acknowledged").await;
        browser.sees("404").await;

        make(
            "/v1/shops/acme/claims",
            json!({"title": "Broken lamp", "reason": "damage"}),
        );
        receiver.wait_for(2).await.unwrap();
        browser.press("The webhook").await;
        browser.comes_to_see("What fails").await;
        browser.sees("404").await;

        browser.press("Change").await;
        assert_eq!(browser.value("url").await, receiver.url("/wrong"));
        browser.fill("url", &receiver.url("/right")).await;
        browser.press("Save").await;
        browser.sees("Saved.").await;
        browser.press("Replay").await;
        browser.put_time("since", "2026-01-01T00:00").await;
        browser.press("Order the replay").await;
        browser.sees("To be sent").await;
        let right = receiver
            .wait_for_matching(1, |request| request.path == "/right")
            .await
            .unwrap();
        let body = String::from_utf8_lossy(&right[0].body).into_owned();
        assert!(
            body.contains("claim.created") && body.contains("Broken lamp"),
            "{body}"
        );
        browser.comes_to_see("The webhook's deliveries").await;
        browser.press("The webhook's deliveries").await;
        browser.comes_to_see("delivered").await;

        browser.sign_out().await;
        browser.fill("email", "ines@example.net").await;
        browser.fill("password", "four words are enough").await;
        browser.press("Sign in").await;
        browser.sees("Acme Home").await;
    });
}

#[test]
fn a_webhook_that_was_switched_off_says_why_and_goes_on_with_what_was_held() {
    let world = World::new();
    let receiver = block_on(Receiver::start()).unwrap();
    receiver.reply_always(410);
    let webhook = json!({"url": receiver.url("/hook"), "enabled_events": ["claims/created"]});
    let webhook = world.acme("POST", "/webhooks", webhook);
    let path = format!("/webhooks/{}", webhook["uuid"].as_str().unwrap());
    let claim = |title: &str| world.acme("POST", "/claims", json!({ "title": title }));
    claim("Broken lamp");
    let is_off = |webhook: &Value| webhook["status"] == "disabled";
    world.serve.until(&format!("/v1/shops/acme{path}"), is_off);
    claim("Chipped vase");
    let admin = world.key("acme", "admin");
    with_browser(world.url(), async |browser| {
        browser.sign_in(&admin).await;
        browser.sees("disabled").await;
        browser.open(&format!("/portal/shops/acme{path}")).await;
        browser.sees("Switched off at").await;
        browser.sees("410").await;
        browser.sees("1 delivery is held").await;
        receiver.reply_always(200);
        browser.press("Resume and send the 1 held").await;
        browser.sees("It is on again.").await;
        let sent = receiver.wait_for(2).await.unwrap();
        let body = String::from_utf8_lossy(&sent[1].body);
        assert!(body.contains("Chipped vase"), "{body}");
        browser.comes_to_see("delivered").await;
    });
}
