//! Settings → Webhooks, from the first to the last press.

use claimwire_wire::send::SendErrorKind;
use serde_json::json;

use crate::common::World;

const NEW: &str = "/portal/shops/acme/webhooks/new";

#[tokio::test]
async fn a_webhook_lives() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin
        .get("/portal/shops/acme/webhooks")
        .await
        .says("Nobody is told yet");
    admin.get(NEW).await.is(200).says("Karla-Signature");
    let made = admin
        .submit(
            NEW,
            &[
                ("url", " https://r.test/hook "),
                ("description", "Helpdesk"),
                ("dialect", "standard"),
                ("which", "some"),
                ("enabled_events", "claims"),
                ("enabled_events", "shipments/delivered"),
                ("more_events", "group:shipment_delivered\r\n"),
                ("headers", "X-Team: support\r\nX-Zone: eu:1"),
                ("per_second", "5"),
                ("max_in_flight", "8"),
                ("source_filter", "ui_only"),
                ("ordering", "subject"),
                ("ack", "200"),
                ("signing", "both"),
                ("flatten", "yes"),
            ],
        )
        .await
        .is(200)
        .says("whsec_");
    let id = made
        .body
        .split("/webhooks/")
        .find_map(|rest| rest.get(..36)?.parse().ok());
    let id: uuid::Uuid = id.unwrap();
    let kept = world.webhook_json("acme", id).await;
    assert_eq!(
        kept["enabled_events"],
        json!(["claims", "shipments/delivered", "group:shipment_delivered"])
    );
    assert_eq!(kept["url"], "https://r.test/hook");
    assert_eq!(
        kept["headers"],
        json!({"X-Team": "support", "X-Zone": "eu:1"})
    );
    assert_eq!(kept["rate_limit"], json!({"per_second": 5}));
    assert_eq!(
        (&kept["ordering"], &kept["ack"]),
        (&json!("subject"), &json!("200"))
    );
    assert_eq!(
        (&kept["signing"], &kept["flatten"]),
        (&json!("both"), &json!(true))
    );

    let one = format!("/portal/shops/acme/webhooks/{id}");
    let page = admin.get(&one).await.is(200);
    page.says("<dd>after 5 s, 5 min, 30 min, 2 h,")
        .says("<dd>Exactly 200</dd>")
        .says("<dd>Per claim, shipment, order or contact</dd>")
        .says("<dd>From people in the portal only</dd>")
        .says("<dd>Flat:");
    let list = admin.get("/portal/shops/acme/webhooks").await.is(200);
    list.says("Nothing was sent in 24 hours.");
    let form = admin.get(&format!("{one}/edit")).await.is(200);
    let form = form
        .says("value=\"claims\" checked")
        .says("group:shipment_delivered</textarea>");
    assert_eq!(form.value("per_second"), "5");
    let changed = admin
        .submit(
            &format!("{one}/edit"),
            &[
                ("url", "https://r.test/hook"),
                ("dialect", "standard"),
                ("which", "all"),
                ("max_in_flight", "8"),
                ("source_filter", "all"),
                ("ordering", "none"),
                ("ack", "2xx"),
                ("signing", "hmac"),
            ],
        )
        .await
        .is(303);
    admin.get(changed.location()).await.says("Saved.");
    let kept = world.webhook_json("acme", id).await;
    assert_eq!(kept["enabled_events"], json!(["*"]));
    assert_eq!(
        (&kept["rate_limit"], &kept["description"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        (&kept["headers"], &kept["flatten"]),
        (&json!({}), &json!(false))
    );

    for (press, status, said) in [
        ("pause", "inactive", "Paused. Events"),
        ("resume", "active", "It is on again."),
    ] {
        let done = admin.submit(&format!("{one}/{press}"), &[]).await.is(303);
        admin.get(done.location()).await.says(said);
        assert_eq!(world.webhook_json("acme", id).await["status"], status);
    }

    let shown = admin.submit(&format!("{one}/secret"), &[]).await.is(200);
    let rotate = format!("{one}/rotate");
    let rotated = admin.submit(&rotate, &[("overlap_seconds", "3600")]).await;
    let rotated = rotated.is(200).says("The old secret signs too for");
    let rotated = rotated.says("data-until=\"2026-01-29T15:48:47Z\">1 h 0 min</strong>");
    world.pass(std::time::Duration::from_secs(600));
    let page = admin.get(&one).await.is(200);
    page.says("<strong>Two secrets sign.</strong>")
        .says(">50 min</strong>");
    world.pass(std::time::Duration::from_secs(3_000));
    admin.get(&one).await.is(200).says_not("Two secrets sign");
    let secret = |body: &str| body.split("id=\"secret\">").nth(1).unwrap()[..20].to_owned();
    assert_ne!(secret(&shown.body), secret(&rotated.body));

    let delete = format!("{one}/delete");
    admin
        .get(&delete)
        .await
        .is(200)
        .says("Nothing waits for it now.");
    let gone = admin.submit(&delete, &[]).await.is(303);
    admin
        .get(gone.location())
        .await
        .says("The webhook was deleted.");
    admin.get(&one).await.is(404);
}

#[tokio::test]
async fn the_delete_page_says_what_is_lost() {
    let world = World::new().await;
    let webhook = world
        .webhook(
            "acme",
            json!({"url": "https://r.test/", "status": "inactive"}),
        )
        .await;
    for _ in 0..2 {
        world.claim("acme", json!({"title": "Mug"})).await;
    }
    let mut admin = world.signed_in(&world.acme.admin).await;
    let one = format!("/portal/shops/acme/webhooks/{webhook}");
    let page = admin.get(&one).await.is(200).says("2 deliveries are held");
    page.says("Resume and send the 2 held");
    let page = admin.get(&format!("{one}/delete")).await.is(200);
    page.says("<strong>2 deliveries</strong> that wait for it are cancelled");
}

#[tokio::test]
async fn a_test_shows_the_whole_exchange() {
    let world = World::new().await;
    let webhook = json!({"url": "https://r.test/", "headers": {"X-Token": "hunter2"}});
    let webhook = world.webhook("acme", webhook).await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/test");
    let mut editor = world.signed_in(&world.acme.editor).await;
    world.sender.answers(201, "<b>made</b>");
    let page = editor
        .submit(&path, &[("event", "claims/updated")])
        .await
        .is(200);
    page.says("Acknowledged")
        .says("Karla-Signature")
        .says("&#34;ref&#34;: &#34;claims/updated&#34;")
        .says("&#60;b&#62;made&#60;/b&#62;")
        .says("x-receiver")
        .says_not("hunter2");
    world.sender.answers(401, "");
    let page = editor.submit(&path, &[]).await.is(200);
    page.says("Not acknowledged")
        .says("status_401")
        .says("does not let us in");
    world.sender.fails(SendErrorKind::Dns);
    let page = editor.submit(&path, &[]).await.is(200);
    page.says("no answer").says("no address");
    let page = editor.submit(&path, &[("event", "nothing/at_all")]).await;
    page.is(422).says("event-error");
}

#[tokio::test]
async fn a_sample_is_what_would_be_sent() {
    let world = World::new().await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    let sample = async |viewer: &mut crate::common::Browser<'_>, dialect, event| {
        let path =
            format!("/portal/shops/acme/webhooks/sample?dialect={dialect}&sample_event={event}");
        viewer.get(&path).await.is(200)
    };
    for (dialect, header) in [
        ("karla", "Karla-Signature"),
        ("claimport", "X-ClaimPort-Signature"),
        ("claimable", "Event-Name"),
        ("standard", "webhook-signature"),
        ("cloudevents", "application/cloudevents+json"),
    ] {
        sample(&mut viewer, dialect, "claims/created")
            .await
            .says(header);
    }
    let none = sample(&mut viewer, "karla", "claims/assigned").await;
    none.says("has no name for claims/assigned");
    let none = sample(&mut viewer, "karla", "%3Cscript%3E").await;
    none.says_not("<script>");
}

#[tokio::test]
async fn a_replay_is_ordered_and_shown() {
    let world = World::new().await;
    world.claim("acme", json!({"title": "Mug"})).await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let path = format!("/portal/shops/acme/webhooks/{webhook}/replay");
    let mut editor = world.signed_in(&world.acme.editor).await;
    editor.get(&path).await.is(200).says("2026-01-28T14:48");
    let fields = [("since", "2026-01-01T00:00"), ("status", "missing")];
    let ordered = editor.submit(&path, &fields).await.is(303);
    let page = editor.get(ordered.location()).await.is(200);
    page.says("Events looked at").says("http-equiv=\"refresh\"");
}

#[tokio::test]
async fn what_needs_attention_is_on_the_first_page() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin
        .get("/portal/shops/acme")
        .await
        .says("No webhook or connector yet");
    world
        .webhook("acme", json!({"url": "https://good.test/"}))
        .await;
    admin
        .get("/portal/shops/acme")
        .await
        .says("got what was sent last");
    let webhook = json!({"url": "https://port.test/", "dialect": "claimport"});
    world.webhook("acme", webhook).await;
    let page = admin.get("/portal/shops/acme").await;
    page.says("https://port.test/")
        .says("unverified")
        .says_not("https://good.test/");
}

#[tokio::test]
async fn code_that_checks_the_signature_is_there_in_each_language() {
    let world = World::new().await;
    let mut viewer = world.signed_in(&world.acme.viewer).await;
    for (dialect, header) in [
        ("karla", "karla-signature"),
        ("claimable", "claimwire-signature"),
        ("claimport", "x-claimport-signature"),
        ("standard", "webhook-signature"),
        ("cloudevents", "webhook-signature"),
    ] {
        let fields = json!({"url": "https://r.test/", "dialect": dialect});
        let webhook = world.webhook("acme", fields).await;
        let path = format!("/portal/shops/acme/webhooks/{webhook}/verify");
        for language in ["node", "python", "rust", "php", "ruby", "go"] {
            let page = viewer
                .get(&format!("{path}?language={language}"))
                .await
                .is(200);
            assert!(
                page.body.to_lowercase().contains(header),
                "{dialect} {language}"
            );
        }
        viewer
            .get(&format!("{path}?language=%3Cb%3E"))
            .await
            .is(200)
            .says_not("<b>");
    }
}

#[tokio::test]
async fn the_form_tells_how_many_of_last_weeks_events_its_filter_would_have_matched() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    editor
        .get(NEW)
        .await
        .says("There was no event in the last 7 days.");
    world.claim("acme", json!({"title": "Old"})).await;
    world.pass(std::time::Duration::from_secs(8 * 86_400));
    let mut editor = world.signed_in(&world.acme.editor).await;
    for n in 0..3 {
        world
            .claim("acme", json!({"title": format!("Mug {n}")}))
            .await;
    }
    world.order("acme", "1001", json!({})).await;
    let page = editor.get(NEW).await.is(200);
    page.says("</strong> of 4 events would have matched.");

    // As the script asks, while the form is changed.
    let matching = "/portal/shops/acme/webhooks/matching";
    for (query, told) in [
        ("which=all&dialect=standard", ">4</strong> of 4 events"),
        (
            "which=some&enabled_events=claims&dialect=standard",
            ">3</strong> of 4",
        ),
        (
            "which=some&more_events=orders&dialect=standard",
            ">1</strong> of 4",
        ),
        (
            "which=all&source_filter=ui_only&dialect=standard",
            ">0</strong> of 4",
        ),
        ("which=some&dialect=standard", "Choose at least one event."),
        ("which=some&more_events=clams&dialect=standard", "“clams”"),
    ] {
        editor
            .get(&format!("{matching}?{query}"))
            .await
            .is(200)
            .says(told);
    }

    // Without it a button shows the same, keeps what was typed, and makes nothing.
    let fields = [
        ("url", "https://r.test/typed"),
        ("dialect", "standard"),
        ("which", "some"),
        ("enabled_events", "claims"),
        ("show_matching", "yes"),
    ];
    let again = editor.submit(NEW, &fields).await.is(200);
    again.says(">3</strong> of 4").says("https://r.test/typed");
    let list = editor.get("/portal/shops/acme/webhooks").await;
    list.says("Nobody is told yet");
    world.browser().get(matching).await.is(303);
    editor
        .get("/portal/shops/other/webhooks/matching")
        .await
        .is(404);
}

#[tokio::test]
async fn a_claimport_webhook_is_verified_by_a_test_before_it_gets_anything() {
    let world = World::new().await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let fields = [
        ("url", "https://port.test/"),
        ("dialect", "claimport"),
        ("which", "all"),
        ("max_in_flight", "8"),
        ("source_filter", "all"),
        ("ordering", "none"),
        ("ack", "2xx"),
        ("signing", "hmac"),
    ];
    let made = editor.submit(NEW, &fields).await.is(200);
    let made = made
        .says("One step is left: verify it.")
        .says("Verify it by a test");
    let id = made
        .body
        .split("/webhooks/")
        .find_map(|rest| rest.get(..36)?.parse().ok());
    let id: uuid::Uuid = id.unwrap();
    let one = format!("/portal/shops/acme/webhooks/{id}");
    let page = editor.get(&one).await.is(200).says("Not verified yet.");
    page.says_not("/resume").says_not("/pause");
    let test = format!("{one}/test");
    for (status, then) in [(201, "unverified"), (200, "active")] {
        world.sender.answers(status, "");
        editor.submit(&test, &[]).await.is(200);
        assert_eq!(world.webhook_json("acme", id).await["status"], then);
    }
    editor.get(&one).await.says_not("Not verified yet.");
}
