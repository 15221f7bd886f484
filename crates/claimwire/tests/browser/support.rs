//! A support lead: finds a claim by the customer's e-mail address, sees who heard of it, and sends it again.

use serde_json::json;

use crate::session::with_browser;
use crate::world::World;

#[test]
fn a_claim_is_found_by_e_mail_and_sent_again_to_who_did_not_hear() {
    let world = World::new();
    let filled = world.fill("");
    world.acme(
        "POST",
        "/claims",
        json!({"title": "Another's", "customer": {"email": "someone@else.example"}}),
    );
    let editor = world.key("acme", "editor");
    with_browser(world.url(), async |browser| {
        browser.sign_in(&editor).await;
        browser.press("Claims").await;
        browser.sees("Another's").await;
        browser.fill("customer_email", "mia.berg@example.net").await;
        browser.press("Find").await;
        browser.sees("Broken mug").await;
        browser.sees_not("Another's").await;
        browser.press("Broken mug").await;
        browser.sees("One of the mugs arrived cracked").await;
        browser.loads("img[alt='Photo 1']").await;
        browser.sees("by Ana Ruiz").await;

        let unheard = format!(
            ".heard a[href='/portal/shops/acme/deliveries/{}']",
            filled.failed
        );
        let name = browser.find(&unheard).await.text().await.unwrap();
        assert!(
            name.contains(&filled.bad.url("/hook")) || name.contains("The old shop system"),
            "{name}"
        );
        browser.press_at(&unheard).await;
        browser.sees("500").await;
        filled.bad.reply_always(200);
        let before = filled.bad.requests().len();
        browser.press("Send once more").await;
        browser.sees("One more attempt was ordered").await;
        filled.bad.wait_for(before + 1).await.unwrap();
        browser.comes_to_see("delivered").await;
    });
}

#[test]
fn the_newest_deliveries_come_to_the_page_by_themselves() {
    let world = World::new();
    let filled = world.fill("");
    let viewer = world.key("acme", "viewer");
    with_browser(world.url(), async |browser| {
        browser.sign_in(&viewer).await;
        browser.press("Deliveries").await;
        browser.sees("Live: this list follows what happens.").await;
        browser.sees_not("claims/approved").await;
        let claim = format!("/claims/{}", filled.claim);
        world.acme("PATCH", &claim, json!({"status": "accepted"}));
        browser.sees("claims/approved").await;
        browser.press("Hold it").await;
        browser
            .sees_not("Live: this list follows what happens.")
            .await;
    });
}
