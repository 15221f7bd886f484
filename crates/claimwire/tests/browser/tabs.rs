//! Two tabs that change the same claim: the second is told, sees what the first did, and loses nothing that was typed.

use crate::session::with_browser;
use crate::world::World;

#[test]
fn the_second_of_two_tabs_overwrites_nothing_unseen() {
    let world = World::new();
    world.order("1001", "");
    let claim = world.claim("1001", "");
    let editor = world.key("acme", "editor");
    with_browser(world.url(), async |browser| {
        let path = format!("/portal/shops/acme/claims/{claim}");
        browser.sign_in(&editor).await;
        browser.open(&path).await;
        let first = browser.client().window().await.unwrap();
        let second = browser.client().new_tab().await.unwrap();
        browser.client().switch_to_window(second).await.unwrap();
        browser.open(&path).await;
        browser.choose("status", "accepted").await;
        browser.press("Save").await;
        browser.sees("The claim was changed").await;

        browser.client().switch_to_window(first).await.unwrap();
        browser.fill("labels", "urgent, from-the-first").await;
        browser.press("Save").await;
        browser
            .sees("Someone changed this claim while you had it open")
            .await;
        browser.sees("accepted").await;
        assert_eq!(browser.value("labels").await, "urgent, from-the-first");
        let kept = world.acme("GET", &format!("/claims/{claim}"), serde_json::Value::Null);
        assert_eq!(
            (&kept["status"], kept["labels"].as_array().unwrap().len()),
            (&"accepted".into(), 0),
            "{kept}"
        );

        browser.choose("status", "accepted").await;
        browser.press("Save").await;
        browser.sees("The claim was changed").await;
        let kept = world.acme("GET", &format!("/claims/{claim}"), serde_json::Value::Null);
        assert_eq!(
            (&kept["status"], kept["labels"].as_array().unwrap().len()),
            (&"accepted".into(), 2),
            "{kept}"
        );
    });
}
