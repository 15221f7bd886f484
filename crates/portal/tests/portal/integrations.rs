//! Integrations, from the first to the last press.

use serde_json::json;
use uuid::Uuid;

use crate::common::{Page, World};

const SHOP: &str = "/portal/shops/acme";

/// The connector that a page leads to.
fn made(page: &Page) -> Uuid {
    let path = page
        .location()
        .strip_prefix("/portal/shops/acme/integrations/");
    path.unwrap()[..36].parse().unwrap()
}

#[tokio::test]
async fn each_kind_has_the_form_that_it_describes() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let kinds = editor
        .get(&format!("{SHOP}/integrations/new"))
        .await
        .is(200);
    for vendor in claimwire_connectors::VENDORS {
        let about = vendor.about();
        let path = format!("{SHOP}/integrations/new/{}", about.kind);
        assert!(kinds.body.contains(&path), "{path}");
        let form = editor.get(&path).await.is(200);
        for field in about.all_settings() {
            let name = format!("name=\"s-{}\"", field.name);
            assert!(form.body.contains(&name), "{}: {name}", about.kind);
        }
        for field in about.all_credentials() {
            let name = format!("name=\"c-{}\"", field.name);
            assert!(form.body.contains(&name), "{}: {name}", about.kind);
        }
    }
    editor
        .get(&format!("{SHOP}/integrations/new/fax"))
        .await
        .is(404);
}

#[tokio::test]
async fn a_connector_lives() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let list = format!("{SHOP}/integrations");
    editor.get(&list).await.says("No tool is connected yet");
    let new = format!("{list}/new/zendesk");
    let fields = [
        ("s-endpoint", " https://acme.zendesk.com "),
        ("s-email", "ann@acme.test"),
        ("s-first_comment", "internal"),
        ("s-status_map", "solved: closed\r\nwaiting: pending"),
        ("c-api_token", "hush"),
        ("which", "all"),
        ("description", "Support"),
        ("per_second", "2"),
    ];
    let page = editor.submit(&new, &fields).await.is(303);
    let id = made(&page);
    let page = editor.get(page.location()).await.is(200);
    page.says("The connector was added").says_not("hush");
    let kept = world.connector_json("acme", id).await;
    assert_eq!(kept["settings"]["endpoint"], "https://acme.zendesk.com");
    assert_eq!(
        kept["settings"]["status_map"],
        json!({"solved": "closed", "waiting": "pending"})
    );
    assert_eq!(
        kept["enabled_events"],
        json!(["claims/created", "claims/updated"])
    );
    assert_eq!(kept["rate_limit"], json!({"per_second": 2}));

    let one = format!("{list}/{id}");
    let form = editor.get(&format!("{one}/edit")).await.is(200);
    form.says("solved: closed\nwaiting: pending</textarea>")
        .says_not("hush");
    let changed = [
        ("s-endpoint", "https://acme.zendesk.com"),
        ("s-email", "bo@acme.test"),
        ("s-status_map", "solved: accepted"),
        ("c-api_token", ""),
        ("which", "some"),
        ("enabled_events", "claims"),
        ("more_events", "messages"),
    ];
    let page = editor
        .submit(&format!("{one}/edit"), &changed)
        .await
        .is(303);
    editor.get(page.location()).await.says("Saved.");
    let kept = world.connector_json("acme", id).await;
    assert_eq!(kept["settings"]["email"], "bo@acme.test");
    assert_eq!(
        kept["settings"]["status_map"],
        json!({"solved": "accepted"})
    );
    assert_eq!(kept["settings"].get("first_comment"), None);
    assert_eq!(kept["enabled_events"], json!(["claims", "messages"]));
    assert_eq!(kept["description"], json!(null));

    world.sender.answers(
        200,
        r#"{"user": {"id": 1, "role": "agent", "name": "<b>Bo</b>"}}"#,
    );
    let test = format!("{one}/test");
    editor.get(&test).await.is(200);
    let page = editor.submit(&test, &[]).await.is(200);
    page.says("It works").says("&#60;b&#62;Bo").says_not("hush");
    // The token is still the one that was typed first.
    let sent = world.sender.sent.lock().unwrap().pop().unwrap();
    let known = sent
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let expected = data_encoding::BASE64.encode(b"bo@acme.test/token:hush");
    assert_eq!(known.unwrap().1, format!("Basic {expected}"));
    world.sender.answers(401, "no");
    editor
        .submit(&test, &[])
        .await
        .is(200)
        .says("It does not work");

    for (press, status) in [("pause", "inactive"), ("resume", "active")] {
        let done = editor.submit(&format!("{one}/{press}"), &[]).await.is(303);
        editor.get(done.location()).await.is(200);
        assert_eq!(world.connector_json("acme", id).await["status"], status);
    }
    let replay = [("since", "2026-01-01"), ("status", "all")];
    let page = editor
        .submit(&format!("{one}/replay"), &replay)
        .await
        .is(303);
    editor
        .get(page.location())
        .await
        .is(200)
        .says("The connector</a>");
    editor
        .get(&format!("{one}/delete"))
        .await
        .says("Delete this connector?");
    let page = editor.submit(&format!("{one}/delete"), &[]).await.is(303);
    editor
        .get(page.location())
        .await
        .says("The connector was deleted.");
    editor.get(&one).await.is(404);
}

#[tokio::test]
async fn what_cannot_be_is_told_at_its_field_and_kept() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let new = format!("{SHOP}/integrations/new/zendesk");
    let fields = [
        ("s-endpoint", "ftp://<x>"),
        ("s-email", ""),
        ("s-status_map", "solved closed"),
        ("which", "some"),
        ("timeout_seconds", "soon"),
    ];
    let page = editor.submit(&new, &fields).await.is(422);
    page.says("id=\"s-status_map-error\"")
        .says("id=\"enabled_events-error\"")
        .says("id=\"timeout_seconds-error\"")
        .says("ftp://&#60;x&#62;")
        .says("solved closed</textarea>");
    let fields = [("s-endpoint", "ftp://x"), ("s-email", "nobody")];
    let page = editor.submit(&new, &fields).await.is(422);
    page.says("id=\"c-api_token-error\"")
        .says("id=\"s-email-error\"");
    let fields = [
        ("s-endpoint", "ftp://x"),
        ("s-email", "ann@acme.test"),
        ("c-api_token", "hush"),
        ("s-body_template", "{{ claim.reason"),
    ];
    let page = editor.submit(&new, &fields).await.is(422);
    page.says("id=\"s-endpoint-error\"")
        .says("{{ claim.reason</textarea>");
}

#[tokio::test]
async fn a_template_is_previewed_on_a_claim_before_it_is_kept() {
    let world = World::new().await;
    let claim = json!({"title": "Broken <mug>", "reason": "damaged"});
    let claim = world.claim("acme", claim).await.to_string();
    let other = world.claim("other", json!({"title": "Theirs"})).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let new = format!("{SHOP}/integrations/new/http");
    let fields = |template, claim| {
        [
            ("s-url", "https://tool.test/in"),
            ("s-body_template", template),
            ("claim", claim),
            ("show_preview", "yes"),
        ]
    };
    let template = "{\"text\": {{ claim.title }}}";
    let page = editor.submit(&new, &fields(template, &claim)).await.is(200);
    page.says("Broken &#60;mug&#62;").says("{{ claim.title }}");
    let broken = editor.submit(&new, &fields("{{ claim.", &claim)).await;
    broken.is(422).says("id=\"s-body_template-error\"");
    let other = other.to_string();
    for none in ["", "x", other.as_str()] {
        let page = editor.submit(&new, &fields(template, none)).await;
        assert!(matches!(page.status, 404 | 422), "{none}: {}", page.status);
        page.says_not("Theirs");
    }
    editor
        .get(&format!("{SHOP}/integrations"))
        .await
        .says("No tool is connected yet");
    assert!(world.sender.sent.lock().unwrap().is_empty());

    let kept = json!({"kind": "http", "settings": {"url": "https://tool.test/in"}});
    let id = world.connector("acme", kept).await;
    let edit = format!("{SHOP}/integrations/{id}/edit");
    let page = editor.submit(&edit, &fields(template, &claim)).await;
    page.is(200).says("Broken &#60;mug&#62;");
    let kept = world.connector_json("acme", id).await;
    assert_eq!(kept["settings"].get("body_template"), None);
}

#[tokio::test]
async fn roles_hold_for_connectors() {
    let world = World::new().await;
    let fields = json!({
        "kind": "http",
        "settings": {"url": "https://tool.test/in", "headers": {"X-Token": "hunter2"}},
    });
    let ours = world.connector("acme", fields.clone()).await;
    let theirs = world.connector("other", fields).await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let one = format!("{SHOP}/integrations/{ours}");
    let page = viewer.get(&one).await.is(200);
    page.says_not("hunter2")
        .says_not("/v1/hooks/")
        .says_not("/delete");
    viewer.get(&format!("{one}/tickets")).await.is(200);
    admin.get(&one).await.is(200).says("/v1/hooks/");
    for page in ["/edit", "/test", "/delete", "/replay"] {
        viewer.get(&format!("{one}{page}")).await.is(403);
        let strange = format!("{SHOP}/integrations/{theirs}{page}");
        admin.get(&strange).await.is(404);
    }
    let fields = [
        ("s-url", "https://evil.test/"),
        ("since", "2026-01-01"),
        ("status", "all"),
    ];
    for write in ["/edit", "/test", "/delete", "/replay", "/pause", "/resume"] {
        viewer
            .submit(&format!("{one}{write}"), &fields)
            .await
            .is(403);
        let strange = format!("{SHOP}/integrations/{theirs}{write}");
        admin.submit(&strange, &fields).await.is(404);
    }
    let new = format!("{SHOP}/integrations/new/http");
    viewer.get(&new).await.is(403);
    viewer.submit(&new, &fields).await.is(403);
    // A webhook is no connector and the other way round.
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    admin
        .get(&format!("{SHOP}/integrations/{webhook}"))
        .await
        .is(404);
    admin
        .submit(&format!("{SHOP}/webhooks/{ours}/delete"), &[])
        .await
        .is(404);
    world.connector_json("acme", ours).await;
}
