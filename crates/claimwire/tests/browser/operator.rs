//! The server's operator: what waits and what is slow over all shops, and into a shop and back.

use crate::common::ADMIN_KEY;
use crate::session::with_browser;
use crate::world::World;

#[test]
fn an_operator_sees_all_shops_and_goes_into_one() {
    let world = World::new();
    let _filled = world.fill("");
    let editor = world.key("acme", "editor");
    with_browser(world.url(), async |browser| {
        // Without a shop: the view asks for the admin key, and opens.
        browser.open("/portal/operator").await;
        browser.sees("Sign in as the operator").await;
        browser.fill("key", ADMIN_KEY).await;
        browser.press("Sign in").await;
        browser.sees("Deepest queues").await;
        browser.press("Shops").await;
        browser.sees("Other").await;
        browser
            .press("The server: queues, failures, what is slow")
            .await;
        browser.sees("Deepest queues").await;
        browser.sees("store answers").await;
        browser.sees("engine on time").await;
        browser.sees("Deliveries not finished").await;
        browser.press("Acme Home").await;
        browser.sees("Needs attention").await;
        browser.press("All shops").await;
        browser.sign_out().await;

        // Nobody of a shop gets there.
        browser.sign_in(&editor).await;
        browser.open("/portal/operator").await;
        browser.sees_not("Deepest queues").await;
        browser.expects("status of 403");
        browser.expects("status of 404");
    });
}
