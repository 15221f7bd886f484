//! Every form refuses what cannot be at its field, and keeps what was typed.

use serde_json::json;

use crate::common::{Browser, Field, Page, World};

/// That the page tells of the field on top, links to it and tells there what is wrong.
fn told(page: Page, field: &str) -> Page {
    let link = format!("<a href=\"#{field}\">");
    let error = format!("id=\"{field}-error\"");
    page.is(422)
        .says("There is a problem")
        .says("<title>Error: ")
        .says(&link)
        .says(&error)
}

#[tokio::test]
async fn a_webhooks_form_keeps_what_was_typed() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let existing = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let before = world.webhook_json("acme", existing).await;
    let typed = [
        ("description", "<Helpdesk>"),
        ("dialect", "claimable"),
        ("enabled_events", "claims/created"),
        ("which", "some"),
        ("more_events", "contacts"),
        ("headers", "X-A: b"),
        ("max_in_flight", "7"),
        ("ordering", "webhook"),
        ("verify", "yes"),
    ];
    for (field, wrong) in [
        ("url", ""),
        ("url", "ftp://r.test/"),
        ("more_events", "no/such_event"),
        ("headers", "no colon"),
        ("headers", "Host: x"),
        ("timeout_seconds", "31"),
        ("timeout_seconds", "soon"),
        ("per_second", "0"),
        ("per_second", "-1"),
        ("max_in_flight", "1001"),
        ("signing", "ed25519"),
        ("description", &"x".repeat(600)),
    ] {
        let mut fields: Vec<_> = typed
            .iter()
            .copied()
            .filter(|(name, _)| *name != field)
            .collect();
        fields.push((field, wrong));
        if field != "url" {
            fields.push(("url", "https://kept.test/hook"));
        }
        let edit = format!("/portal/shops/acme/webhooks/{existing}/edit");
        for path in ["/portal/shops/acme/webhooks/new", &edit] {
            let page = told(editor.submit(path, &fields).await, field);
            let page = page.says("value=\"claims/created\" checked");
            let page = page
                .says("value=\"claimable\" selected")
                .says("value=\"webhook\" selected");
            if field != "description" {
                assert_eq!(page.value("description"), "&#60;Helpdesk&#62;", "{field}");
            }
            if field != "url" {
                assert_eq!(page.value("url"), "https://kept.test/hook");
            }
            if field != "headers" {
                page.says("X-A: b</textarea>");
            } else {
                page.says(&format!("{wrong}</textarea>"));
            }
        }
    }
    let fields = [
        ("url", "https://r.test/"),
        ("dialect", "karla"),
        ("which", "some"),
    ];
    let page = editor
        .submit("/portal/shops/acme/webhooks/new", &fields)
        .await;
    told(page, "enabled_events");
    assert_eq!(world.webhook_json("acme", existing).await, before);
}

#[tokio::test]
async fn a_form_that_was_open_meanwhile_overwrites_nothing_unseen() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/"});
    let webhook = world.webhook("acme", webhook).await;
    let connector = world
        .connector(
            "acme",
            json!({"kind": "zendesk", "credentials": {"api_token": "hush"},
                "settings": {"endpoint": "https://acme.zendesk.com", "email": "ann@acme.test"}}),
        )
        .await;
    let mut first = world.signed_in(&world.acme.admin).await;
    let mut second = world.signed_in(&world.acme.admin).await;
    let edit = |path: String| format!("/portal/shops/acme{path}");
    for (path, field) in [
        (edit(format!("/webhooks/{webhook}/edit")), "url"),
        (
            edit(format!("/integrations/{connector}/edit")),
            "s-endpoint",
        ),
        (edit("/claim-page".to_owned()), "logo_url"),
        (edit("/shop".to_owned()), "name"),
    ] {
        // As a browser sends the form: all of its fields, one with another value.
        let typed = |page: Page, value: &'static str| {
            let form = page.forms().into_iter().find(|form| {
                let mut names = form.fields.iter().map(|known| &known.name);
                names.any(|name| name == field)
            });
            let mut fields = form.unwrap().fields;
            fields.retain(Field::is_sent);
            for known in fields.iter_mut().filter(|known| known.name == field) {
                value.clone_into(&mut known.value);
            }
            let fields = fields.into_iter();
            fields.map(|known| (known.name, known.value)).collect()
        };
        let send = async |browser: &mut Browser<'_>, fields: &Vec<(String, String)>| {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .collect();
            browser.post(&path, &fields).await
        };
        let mine: Vec<_> = typed(first.get(&path).await.is(200), "https://mine.test/");
        let theirs: Vec<_> = typed(second.get(&path).await.is(200), "https://theirs.test/");
        world.pass(std::time::Duration::from_secs(1));
        send(&mut second, &theirs).await.is(303);

        let told = send(&mut first, &mine).await.is(422);
        let told = told
            .says("while you had it open")
            .says(": https://theirs.test/");
        assert_eq!(told.value(field), "https://mine.test/", "{path}");
        assert!(
            first.get(&path).await.body.contains("https://theirs.test/"),
            "{path}"
        );
        // Who has seen it puts theirs in its place.
        let seen: Vec<_> = typed(told, "https://mine.test/");
        send(&mut first, &seen).await.is(303);
        assert!(
            first.get(&path).await.body.contains("https://mine.test/"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_is_told() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/rotate");
    let fields = [("secret", "short"), ("overlap_seconds", "3600")];
    let page = told(editor.submit(&path, &fields).await, "secret");
    assert_eq!(page.value("secret"), "short");
    page.says("value=\"3600\" selected");
    let page = editor
        .submit(&path, &[("overlap_seconds", "for ever")])
        .await;
    told(page, "overlap_seconds");
    let page = editor
        .submit(&path, &[("overlap_seconds", "99999999")])
        .await;
    told(page, "overlap_seconds");
}

#[tokio::test]
async fn a_replay_that_cannot_be_is_told() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/replay");
    for (field, fields) in [
        ("since", [("since", ""), ("status", "all")]),
        ("since", [("since", "yesterday"), ("status", "all")]),
        ("since", [("since", "2027-01-01T00:00"), ("status", "all")]),
        (
            "status",
            [("since", "2026-01-01T00:00"), ("status", "some")],
        ),
    ] {
        let page = told(editor.submit(&path, &fields).await, field);
        assert_eq!(page.value("since"), fields[0].1);
    }
    let fields = [
        ("since", "2026-01-01T00:00"),
        ("status", "all"),
        ("enabled_events", "no/such"),
    ];
    let page = told(editor.submit(&path, &fields).await, "enabled_events");
    page.says("no/such</textarea>")
        .says("value=\"all\" selected");
}

#[tokio::test]
async fn a_claims_forms_keep_what_was_typed() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let seen = editor.get(&path).await.value("seen").to_owned();
    let fields = [
        ("seen", seen.as_str()),
        ("status", "accepted"),
        ("assignee_name", "Sam <b>"),
        ("labels", "Not A Label"),
    ];
    let page = told(editor.submit(&path, &fields).await, "labels");
    assert_eq!(page.value("labels"), "Not A Label");
    assert_eq!(page.value("assignee_name"), "Sam &#60;b&#62;");
    page.says("value=\"accepted\" selected");
    let fields = [("seen", seen.as_str()), ("status", "perhaps")];
    told(editor.submit(&path, &fields).await, "status");
    let page = editor
        .submit(&format!("{path}/messages"), &[("body", " \r\n")])
        .await;
    told(page, "body");
    let long = "y".repeat(70_000);
    let page = editor
        .submit(&format!("{path}/messages"), &[("body", &long)])
        .await;
    told(page, "body").says(&long);
    assert_eq!(world.claim_json("acme", claim).await["status"], "pending");
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_told() {
    let world = World::new().await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for (query, field) in [
        ("deliveries?status=lost", "status"),
        ("deliveries?webhook=x", "webhook"),
        (
            "deliveries?webhook=343b760b-791d-4921-aa4e-bffd73fa4e0a",
            "webhook",
        ),
        ("deliveries?claim=x", "claim"),
        ("deliveries?since=yesterday", "since"),
        ("claims?status=lost", "status"),
        ("claims?until=x", "until"),
        ("claims?q=%21", "q"),
        ("orders?q=%21", "q"),
    ] {
        let page = viewer
            .get(&format!("/portal/shops/acme/{query}"))
            .await
            .is(200);
        page.says("There is a problem")
            .says(&format!("id=\"{field}-error\""));
    }
    viewer
        .get("/portal/shops/acme/deliveries?cursor=%3Cx%3E")
        .await
        .is(200);
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = "/portal/shops/acme/webhooks/new";
    editor
        .headers
        .push(("content-type", "application/json".to_owned()));
    editor.send("POST", path, None).await.is(415);
    editor.headers.pop();
    let long = "x".repeat(300_000);
    editor.submit(path, &[("url", &long)]).await.is(413);
}
