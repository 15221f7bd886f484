//! Claims: decided on and answered, by a person whose name stands in the events.

use serde_json::json;

use crate::common::World;

#[tokio::test]
async fn a_claim_is_decided_on_in_a_persons_name() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/", "enabled_events": ["claims/approved"], "source_filter": "ui_only", "dialect": "standard"});
    world.webhook("acme", webhook).await;
    let claim =
        json!({"title": "Mug", "assignee": {"user_id": 7, "name": "Ada"}, "labels": ["old"]});
    let claim = world.claim("acme", claim).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let page = editor.get(&path).await.is(200);
    assert_eq!(page.value("assignee_name"), "Ada");
    let seen = page.value("seen").to_owned();
    let fields = [
        ("seen", seen.as_str()),
        ("status", "accepted"),
        ("assignee_name", "Ada"),
        ("labels", "old, fragile"),
    ];
    world.pass(std::time::Duration::from_secs(5));
    let saved = editor.submit(&path, &fields).await.is(303);
    let page = editor.get(saved.location()).await.is(200);
    page.says("The claim was changed")
        .says("claims/approved")
        .says("by acme editor, by hand")
        .says("aria-label=\"Heard by\"")
        .says("https://r.test/");
    let kept = world.claim_json("acme", claim).await;
    assert_eq!(
        (&kept["status"], &kept["labels"]),
        (&json!("accepted"), &json!(["old", "fragile"]))
    );
    assert_eq!(kept["assignee"]["user_id"], 7, "the same person");

    // A tab that shows what it was before.
    let stale = [
        ("seen", seen.as_str()),
        ("status", "rejected"),
        ("labels", "mine"),
    ];
    let page = editor.submit(&path, &stale).await.is(422);
    let page = page
        .says("Someone changed this claim")
        .says("value=\"rejected\" selected");
    let seen = page.value("seen").to_owned();
    assert_eq!(world.claim_json("acme", claim).await["status"], "accepted");
    let fields = [
        ("seen", seen.as_str()),
        ("status", "closed"),
        ("assignee_name", "Bo"),
        ("assignee_email", "bo@acme.test"),
    ];
    editor.submit(&path, &fields).await.is(303);
    let kept = world.claim_json("acme", claim).await;
    let bo = json!({"user_id": null, "name": "Bo", "email": "bo@acme.test"});
    assert_eq!((&kept["assignee"], &kept["labels"]), (&bo, &json!([])));
}

#[tokio::test]
async fn a_message_is_in_the_writers_name() {
    let world = World::new().await;
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let sent = editor
        .submit(
            &format!("{path}/messages"),
            &[("body", "It is on its way.\r\n<3")],
        )
        .await;
    let page = editor.get(sent.is(303).location()).await.is(200);
    page.says("It is on its way.\n&#60;3")
        .says("acme editor")
        .says("messages/sent")
        .says("class=\"outbound\"");
}

#[tokio::test]
async fn photos_come_from_here_or_are_links() {
    let world = World::new().await;
    let claim = json!({"title": "Mug", "image_urls": ["http://portal.test/images/a.png", "https://elsewhere.test/b.png"]});
    let claim = world.claim("acme", claim).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let page = viewer
        .get(&format!("/portal/shops/acme/claims/{claim}"))
        .await;
    page.is(200)
        .says("<img src=\"/images/a.png\"")
        .says("href=\"https://elsewhere.test/b.png\" rel=\"noreferrer noopener\"")
        .says_not("<img src=\"https:");
}
