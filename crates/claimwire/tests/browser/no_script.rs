//! The same without JavaScript: a webhook is added beside its sample, and a claim with a photo is filed.

use claimwire_testkit::Receiver;
use serde_json::json;

use crate::block_on;
use crate::session::with_browser;
use crate::world::{PHOTO, World};

#[test]
fn the_portal_works_without_scripts() {
    let world = World::new();
    let receiver = block_on(Receiver::start()).unwrap();
    let admin = world.key("acme", "admin");
    with_browser(world.url(), async |browser| {
        browser.without_scripts().await;
        browser.sign_in(&admin).await;
        browser.press("Add a webhook").await;
        browser.fill("url", &receiver.url("/hook")).await;
        browser.choose("dialect", "cloudevents").await;
        browser.press("Show").await;
        browser.sees("specversion").await;
        assert_eq!(browser.value("url").await, receiver.url("/hook"));
        browser.press("Count again").await;
        browser.sees("There was no event in the last 7 days.").await;
        assert_eq!(browser.value("url").await, receiver.url("/hook"));
        browser.press("Add the webhook").await;
        browser.press("Send a test").await;
        browser.press("Send the test").await;
        browser.sees("Acknowledged").await;
        browser.press("The webhook").await;
        browser.press("Delete").await;
        browser.sees("Delete this webhook?").await;
        browser.press("Delete the webhook").await;
        browser.sees("The webhook was deleted.").await;

        browser.press("Claims").await;
        browser.press("File a claim").await;
        browser.fill("reason", "damage").await;
        browser.fill("title", "Torn box").await;
        browser.press("File the claim").await;
        browser.sees("The claim was filed").await;
        browser.fill("labels", "urgent").await;
        browser.press("Save").await;
        browser.sees("The claim was changed").await;
    });
}

#[test]
fn a_claim_is_filed_without_scripts() {
    let world = World::new();
    world.order("1001", "");
    world.opens_claim_page(json!({}));
    with_browser(world.url(), async |browser| {
        browser.without_scripts().await;
        browser.open("/acme/claim").await;
        browser.fill("order", "#1001").await;
        browser.fill("proof", "mia.berg@example.net").await;
        browser.press("Start").await;
        browser.press("Something is broken or does not work").await;
        browser.press("Continue").await;
        browser.press_at("input[name=item][value='1']").await;
        browser.press("Continue").await;
        browser.press("Continue").await;
        browser.sees("Add at least one photo").await;
        browser.attach("#photo", PHOTO).await;
        browser.press("Upload").await;
        browser.sees("Your photos").await;
        browser.press("Continue").await;
        browser.press("Continue").await;
        browser.sees("What would you like us to do?").await;
        browser.press("Send a replacement").await;
        browser.press("Continue").await;
        browser.press("Send report").await;
        browser.sees("We have your report").await;
    });
}
