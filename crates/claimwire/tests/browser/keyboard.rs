//! The portal by keyboard alone: what has the focus is to be seen, and all that a support lead needs is reached by Tab.

use serde_json::Value;
use thirtyfour::{Key, TypingData};

use crate::session::{Browser, with_browser};
use crate::world::World;

/// What has the focus, by its name or its words, and whether a ring shows it.
const FOCUSED: &str = r"
const here = document.activeElement;
const name = here.name || here.innerText || here.tagName;
const style = getComputedStyle(here);
return [name.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
";
/// No page has so much to pass by on the way to what is sought.
const TABS: usize = 80;

async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    let keys = browser.client().action_chain().send_keys(keys);
    keys.perform().await.unwrap();
}

/// Presses Tab until this has the focus.
async fn tab_to(browser: &Browser, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..TABS {
        press(browser, Key::Tab).await;
        let focused = browser.run(FOCUSED, Vec::new()).await;
        assert_eq!(focused[1], true, "no ring around {focused}");
        if focused[0] == name {
            return;
        }
        passed.push(focused[0].clone());
    }
    panic!(
        "{name} is not reached at {}: {passed:?}",
        browser.path().await
    );
}

#[test]
fn a_claim_is_found_and_decided_on_by_keyboard() {
    let world = World::new();
    world.order("1001", "");
    let claim = world.claim("1001", "");
    let editor = world.key("acme", "editor");
    with_browser(world.url(), async |browser| {
        browser.sign_in(&editor).await;
        browser.open("/portal/shops/acme/claims").await;
        // The first press of Tab offers the way past the navigation.
        tab_to(browser, "Skip to the page").await;
        press(browser, Key::Enter).await;
        press(browser, Key::Tab).await;
        let first = browser.run(FOCUSED, Vec::new()).await;
        assert_eq!(first[0], "File a claim");
        tab_to(browser, "q").await;
        press(browser, "mug").await;
        browser.leaves(press(browser, Key::Enter)).await;
        browser.sees("Broken mug").await;
        // What is seldom used is opened by keyboard, too.
        tab_to(browser, "More filters").await;
        press(browser, Key::Enter).await;
        tab_to(browser, "assignee").await;
        tab_to(browser, "Broken mug").await;
        browser.leaves(press(browser, Key::Enter)).await;
        browser.sees("One of the mugs arrived cracked").await;
        tab_to(browser, "status").await;
        press(browser, Key::Down).await;
        tab_to(browser, "Save").await;
        browser.leaves(press(browser, Key::Enter)).await;
        browser.sees("The claim was changed").await;
        let kept = world.acme("GET", &format!("/claims/{claim}"), Value::Null);
        assert_eq!(kept["status"], "accepted");
    });
}
