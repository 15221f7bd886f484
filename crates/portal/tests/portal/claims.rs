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

#[tokio::test]
async fn claims_are_exported_as_they_are_filtered_and_run_nothing() {
    let world = World::new().await;
    for (title, reason) in [("=HYPERLINK(\"x\")", "damage"), ("Bowl, \"blue\"", "lost")] {
        let claim = json!({"title": title, "reason": reason, "customer": {"email": "+a@x.test"}});
        world.claim("acme", claim).await;
    }
    world
        .claim("other", json!({"title": "Theirs", "reason": "damage"}))
        .await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let list = viewer.get("/portal/shops/acme/claims?reason=damage").await;
    list.says("/claims/export.csv?reason=damage");
    let path = "/portal/shops/acme/claims/export.csv";
    let all = viewer.get(path).await.is(200);
    assert_eq!(all.header("content-type"), "text/csv; charset=utf-8");
    assert!(all.header("content-disposition").starts_with("attachment"));
    assert_eq!(all.body.lines().count(), 3, "{}", all.body);
    all.says("\"'=HYPERLINK(\"\"x\"\")\"")
        .says("\"Bowl, \"\"blue\"\"\"")
        .says("\"'+a@x.test\"")
        .says_not("Theirs");
    let some = viewer.get(&format!("{path}?reason=damage")).await.is(200);
    some.says("HYPERLINK").says_not("Bowl");
    viewer
        .get("/portal/shops/other/claims/export.csv")
        .await
        .is(404);
}

#[tokio::test]
async fn an_export_has_all_pages() {
    let world = World::new().await;
    for n in 0..205 {
        world
            .claim("acme", json!({"title": format!("Mug {n}")}))
            .await;
    }
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let file = viewer.get("/portal/shops/acme/claims/export.csv").await;
    assert_eq!(file.body.lines().count(), 206);
    for n in [0, 100, 204] {
        assert_eq!(file.body.matches(&format!("\"Mug {n}\"")).count(), 1);
    }
}

#[tokio::test]
async fn damages_are_edited_beside_the_status() {
    let world = World::new().await;
    let claim = json!({"damages": [{"id": "d1", "damage_type": "crack", "description": "at the\nhandle"}, {"id": "d2", "damage_type": "dent"}]});
    let claim = world.claim("acme", claim).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let page = editor.get(&path).await.is(200);
    let page = page.says("crack: at the handle\ndent</textarea>");
    let seen = page.value("seen").to_owned();
    let damages = "crack: at the handle\r\nscratch: <b>lid</b>";
    let fields = [
        ("seen", &*seen),
        ("status", "pending"),
        ("damages", damages),
    ];
    editor.submit(&path, &fields).await.is(303);
    let kept = world.claim_json("acme", claim).await;
    let kept = kept["damages"].as_array().unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(
        (&kept[0]["id"], &kept[0]["description"]),
        (&json!("d1"), &json!("at the\nhandle"))
    );
    assert_eq!(kept[1]["description"], "<b>lid</b>");
    let page = editor.get(&path).await.says_not("<b>lid");
    let page = page
        .says("claims/damage_deleted")
        .says("claims/damage_created");
    let seen = page.value("seen").to_owned();
    let long = format!("{}: x", "x".repeat(65));
    let fields = [("seen", &*seen), ("status", "pending"), ("damages", &*long)];
    editor
        .submit(&path, &fields)
        .await
        .is(422)
        .says("id=\"damages-error\"");
}

#[tokio::test]
async fn a_claim_is_filed_for_a_customer_from_their_order() {
    let world = World::new().await;
    let order = json!({
        "customer": {"email": "kim@x.test", "first_name": "Kim"},
        "products": [{"sku": "MUG", "title": "Mug <b>", "quantity": 3}, {"sku": "BOWL", "quantity": 1}],
    });
    world.order("acme", "1/01", order).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let order = editor.get("/portal/shops/acme/orders/1%2F01").await.is(200);
    order.says("/claims/new?order_number=1%2F01");
    let new = "/portal/shops/acme/claims/new";
    let form = editor
        .get(&format!("{new}?order_number=1%2F01"))
        .await
        .is(200);
    let form = form.says("Mug &#60;b&#62;").says("3 bought");
    assert_eq!(form.value("email"), "kim@x.test");
    let mut fields = vec![
        ("order_number", "1/01"),
        ("item-0", "yes"),
        ("count-0", "none"),
        ("count-1", "1"),
        ("description", "It\r\nbroke"),
        ("email", "kim@x.test"),
    ];
    let page = editor.submit(new, &fields).await.is(422);
    page.says("id=\"reason-error\"")
        .says("href=\"#count-0\"")
        .says("name=\"item-0\" value=\"yes\" checked")
        .says("broke</textarea>");
    fields[2] = ("count-0", "2");
    fields.push(("reason", "damage"));
    let made = editor.submit(new, &fields).await.is(303);
    let page = editor.get(made.location()).await.is(200);
    page.says("The claim was filed")
        .says("by acme editor, by hand");
    let id = made.location().split(['/', '?']).nth(5).unwrap();
    let kept = world.claim_json("acme", id.parse().unwrap()).await;
    assert_eq!(kept["selected_items"][0]["quantity"], 2);
    assert_eq!(kept["selected_items"].as_array().unwrap().len(), 1);
    assert_eq!(kept["customer"]["email"], "kim@x.test");
    assert_eq!(
        (&kept["reason"], &kept["description"], &kept["order_number"]),
        (&json!("damage"), &json!("It\nbroke"), &json!("1/01"))
    );

    let long = "x".repeat(600);
    let fields = [("reason", "damage"), ("email", long.as_str())];
    editor
        .submit(new, &fields)
        .await
        .is(422)
        .says("id=\"email-error\"");
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    viewer.get(new).await.is(403);
    viewer.submit(new, &fields).await.is(403);
}

#[tokio::test]
async fn the_history_says_who_changed_what_from_what_to_what() {
    let world = World::new().await;
    let claim = json!({"title": "Mug", "assignee": {"name": "Ana"}});
    let claim = world.claim("acme", claim).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let page = editor.get(&path).await.is(200);
    let seen = page.value("seen").to_owned();
    let fields = [
        ("seen", &*seen),
        ("status", "accepted"),
        ("labels", "vip, glass"),
        ("assignee_name", "Ben"),
    ];
    world.pass(std::time::Duration::from_secs(1));
    editor.submit(&path, &fields).await.is(303);
    let page = editor.get(&path).await.is(200);
    for line in [
        "status: <del>pending</del> → <ins>accepted</ins>",
        "labels: <del>–</del> → <ins>vip, glass</ins>",
        "assignee: <del>Ana</del> → <ins>Ben</ins>",
    ] {
        // Several events come of it, and one of them says so.
        assert_eq!(page.body.matches(line).count(), 1, "{line}: {}", page.body);
    }
    page.says("claims/approved").says("by acme editor, by hand");
}

#[tokio::test]
async fn a_claim_that_the_page_warns_of_stands_out_in_the_list() {
    let world = World::new().await;
    let labels = json!(["gift", "repeat-claimant"]);
    let claim = json!({"title": "Mug", "labels": labels});
    let claim = world.claim("acme", claim).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for path in [String::new(), format!("/{claim}")] {
        let page = viewer
            .get(&format!("/portal/shops/acme/claims{path}"))
            .await;
        page.is(200)
            .says("<li>gift</li>")
            .says("<li class=\"warns\">repeat-claimant</li>");
    }
}

#[tokio::test]
async fn filters_that_are_seldom_used_are_shown_when_they_are() {
    let world = World::new().await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for (path, filter) in [
        ("claims", "label=gift"),
        ("claims", "since=nonsense"),
        ("deliveries", "event=evt_1"),
    ] {
        let path = format!("/portal/shops/acme/{path}");
        let page = viewer.get(&path).await.is(200);
        page.says("<details class=\"further\">");
        let page = viewer.get(&format!("{path}?{filter}")).await.is(200);
        page.says("<details class=\"further\" open>");
    }
}

#[tokio::test]
async fn an_order_is_shown_as_people_read_it() {
    let world = World::new().await;
    let order = json!({
        "customer": {"email": "kim@x.test"},
        "products": [{"sku": "MUG", "title": "Mug <b>", "quantity": 3}, {"sku": "BOWL", "quantity": 1}],
    });
    world.order("acme", "1001", order).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let list = viewer.get("/portal/shops/acme/orders").await.is(200);
    list.says("kim@x.test")
        .says(">4</td>")
        .says("2026-01-29 14:48:47</time>");
    let page = viewer.get("/portal/shops/acme/orders/1001").await.is(200);
    page.says("<th scope=\"col\">Quantity</th>")
        .says(">Mug &#60;b&#62;</td>")
        .says("2026-01-29 14:48:47</time> UTC")
        .says("<h2>Customer</h2>")
        .says("/portal/shops/acme/shipments?q=1001\">Its parcels</a>")
        .says_not("File a claim");
}
