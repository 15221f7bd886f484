//! Every page, looked at as [`crate::look`] says. Split, so that two browsers share the work.

use serde_json::json;

use crate::common::ADMIN_KEY;
use crate::look::faults;
use crate::session::{Browser, with_browser};
use crate::world::{PHOTO, World};

async fn look_at(browser: &Browser, pages: impl IntoIterator<Item = String>) {
    let mut found = Vec::new();
    for page in pages {
        browser.open(&page).await;
        found.extend(
            faults(browser)
                .await
                .into_iter()
                .map(|fault| format!("{page} {fault}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A long text, as someone will write one.
const LONG: &str = " – Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterungsschraube, and then some words more";

fn shop_pages(half: usize) {
    let world = World::new();
    let mut filled = world.fill(LONG);
    let admin = world.key("acme", "admin");
    let own = json!({"reason": "scratch", "flow": "defective", "labels": {"en": LONG, "de": "Zerkratzt"}});
    world.opens_claim_page(json!({"reasons": [own], "texts": {"fr": {"back": "Retour"}}}));
    with_browser(world.url(), async |browser| {
        browser.sign_in(&admin).await;
        if half == 0 {
            browser.open("/portal/shops/acme/members").await;
            browser.fill("email", "sam@example.net").await;
            browser.press("Make the invitation").await;
            browser.sees("Send this link").await;
            look_at(browser, []).await;
            browser.press("Done").await;
            let member = browser.find("td a[href*='/members/']").await;
            let link = member.attr("href").await.unwrap().unwrap();
            filled.member = link.rsplit('/').next().unwrap().to_owned();
        }
        let pages = filled.pages();
        let (first, second) = pages.split_at(pages.len() / 2);
        look_at(browser, [first, second][half].to_vec()).await;
    });
}

#[test]
fn the_first_half_of_a_shops_pages_is_sound() {
    shop_pages(0);
}

#[test]
fn the_second_half_of_a_shops_pages_is_sound() {
    shop_pages(1);
}

#[test]
fn empty_pages_and_those_outside_shops_are_sound() {
    let world = World::new();
    let admin = world.key("acme", "admin");
    let link = world.acme("POST", "/portal-links", json!({"role": "viewer"}));
    with_browser(world.url(), async |browser| {
        let link = link["url"].as_str().unwrap().to_owned();
        look_at(
            browser,
            [
                "/portal/sign-in".to_owned(),
                "/portal/operator/sign-in".to_owned(),
                link,
            ],
        )
        .await;
        browser.sign_in(ADMIN_KEY).await;
        look_at(browser, ["/portal/", "/portal/operator"].map(str::to_owned)).await;
        browser.sign_out().await;
        browser.sign_in(&admin).await;
        let empty = [
            "",
            "/analytics",
            "/claims",
            "/orders",
            "/shipments",
            "/contacts",
            "/deliveries",
            "/events",
            "/webhooks",
            "/integrations",
            "/members",
            "/shop",
            "/audit",
            "/claim-page",
        ];
        look_at(
            browser,
            empty.map(|page| format!("/portal/shops/acme{page}")),
        )
        .await;
        browser.expects("status of 404");
        look_at(browser, ["/portal/shops/nobody/claims".to_owned()]).await;
    });
}

#[test]
fn the_claim_page_is_sound() {
    let world = World::new();
    world.order("1001", LONG);
    world.opens_claim_page(json!({}));
    with_browser(world.url(), async |browser| {
        let sound = async |words: &str| {
            browser.sees(words).await;
            look_at(browser, [browser.path().await]).await;
        };
        browser.open("/acme/claim").await;
        sound("Report a problem").await;
        browser.press("Start").await;
        browser.sees("Enter your order number").await;
        let wrong = faults(browser).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
        browser.fill("order", "1001").await;
        browser.fill("proof", "10969").await;
        browser.press("Start").await;
        sound("What is the problem?").await;
        browser.press("Something is broken or does not work").await;
        browser.press("Continue").await;
        sound("Which items are affected?").await;
        browser.press_at("input[name=item][value='0']").await;
        browser.press("Continue").await;
        sound("Add photos").await;
        browser.attach("#photo", PHOTO).await;
        sound("Your photos").await;
        browser.press("Continue").await;
        sound("Anything else that we should know?").await;
        browser.fill("description", LONG).await;
        browser.press("Continue").await;
        sound("What would you like us to do?").await;
        browser.press("Refund the money").await;
        browser.press("Continue").await;
        sound("Check your answers").await;
        browser.press("Send report").await;
        sound("We have your report").await;
        browser.open("/acme/claim?lang=de").await;
        sound("Bestellnummer").await;
        browser.expects("status of 404");
        browser.open("/acme/claim/status/none").await;
        sound("There is no such page").await;
    });
}
