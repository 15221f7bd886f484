//! A webhook's settings: defaults, limits, merge (contract section 3).

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Answer, World};

const PATH: &str = "/v1/shops/acme/webhooks";

async fn post(world: &World, body: Value) -> Answer {
    world
        .post(PATH)
        .key(&world.acme.editor)
        .json(&body)
        .send()
        .await
}

async fn patch(world: &World, webhook: &Value, body: Value) -> Answer {
    let path = format!("{PATH}/{}", webhook["uuid"].as_str().unwrap());
    world
        .patch(&path)
        .key(&world.acme.editor)
        .json(&body)
        .send()
        .await
}

async fn get(world: &World, webhook: &Value) -> Value {
    get_as(world, &world.acme.editor, webhook).await
}

async fn get_as(world: &World, key: &str, webhook: &Value) -> Value {
    let path = format!("{PATH}/{}", webhook["uuid"].as_str().unwrap());
    world.get(&path).key(key).send().await.expect(200)
}

fn with(fields: Value) -> Value {
    let mut body = json!({"url": "https://receiver.test/hook"});
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_url_is_enough() {
    let world = World::new().await;
    let mut made = post(&world, with(json!({}))).await.expect(201);
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!((16..=64).contains(&secret.len()), "{secret}");
    assert!(made["uuid"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    made.as_object_mut()
        .unwrap()
        .retain(|name, _| name != "uuid" && name != "secret");
    assert_eq!(
        made,
        json!({
            "shop_slug": "acme", "url": "https://receiver.test/hook", "enabled_events": ["*"], "dialect": "karla",
            "description": null, "status": "active", "source_filter": "all", "headers": {}, "signing": "hmac",
            "timeout_seconds": 15,
            "retry": {"delays": [60, 300, 1800, 7200, 28800, 86400], "disable_after": null, "disable_after_hours": 120},
            "rate_limit": null, "max_in_flight": 32, "ordering": "none", "ack": "2xx", "verify": false, "flatten": false, "egress": null,
            "health": {"consecutive_failures": 0, "last_success_at": null, "last_failure_at": null, "disabled_at": null,
                "disabled_reason": null, "pending": 0},
            "created_at": "2026-01-29T14:48:47.000Z", "updated_at": "2026-01-29T14:48:47.000Z",
        })
    );
}

#[tokio::test]
async fn defaults_come_from_the_dialect() {
    let world = World::new().await;
    let claimport = world.make_webhook(json!({"dialect": "claimport"})).await;
    assert_eq!(claimport["status"], "unverified");
    assert_eq!(
        (&claimport["verify"], &claimport["timeout_seconds"]),
        (&json!(true), &json!(30))
    );
    assert_eq!(
        claimport["retry"],
        json!({"delays": [300, 1800, 7200, 86400], "disable_after": 5, "disable_after_hours": null})
    );
    let standard = world.make_webhook(json!({"dialect": "standard"})).await;
    assert!(standard["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(standard["retry"]["delays"].as_array().unwrap().len(), 9);
    let off = world
        .make_webhook(json!({"dialect": "claimport", "verify": false}))
        .await;
    assert_eq!(off["status"], "active");
    let some = world
        .make_webhook(json!({"retry": {"delays": [0.5, 2]}}))
        .await;
    assert_eq!(
        some["retry"],
        json!({"delays": [0.5, 2], "disable_after": null, "disable_after_hours": 120})
    );
}

#[tokio::test]
async fn everything_can_be_set() {
    let world = World::new().await;
    let fields = json!({
        "enabled_events": ["claims", "shipments/delivered", "group:shipment_delivered"], "dialect": "standard",
        "description": "Ours", "status": "inactive", "source_filter": "ui_only", "headers": {"X-Tenant": "7"},
        "signing": "both", "timeout_seconds": 30,
        "retry": {"delays": [1], "disable_after": 3, "disable_after_hours": 1.5},
        "rate_limit": {"per_second": 10}, "max_in_flight": 1, "ordering": "subject", "ack": "200", "verify": true,
        "flatten": true, "egress": "fixed",
    });
    let made = post(&world, with(fields.clone())).await.expect(201);
    let shown = get(&world, &made).await;
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!((&made[name], &shown[name]), (value, value), "{name}");
    }
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let world = World::new().await;
    let secret = "a secret of sixteen and more";
    let made = post(&world, with(json!({"secret": secret})))
        .await
        .expect(201);
    assert_eq!(made["secret"], secret);
    let path = format!("{PATH}/{}", made["uuid"].as_str().unwrap());
    for path in [PATH, &path] {
        let answer = world.get(path).key(&world.acme.admin).send().await;
        answer.expect(200);
        assert!(!answer.text().contains("sixteen"), "{path}");
        assert!(answer.text().contains(r#""secret":"********""#), "{path}");
    }
    assert_eq!(
        patch(&world, &made, json!({"description": "x"}))
            .await
            .expect(200)["secret"],
        "********"
    );
    let secret_path = format!("{path}/secret");
    let shown = world
        .get(&secret_path)
        .key(&world.acme.editor)
        .send()
        .await
        .expect(200);
    assert_eq!(shown, json!({"secret": secret}));
}

#[tokio::test]
async fn each_field_has_its_bounds() {
    let world = World::new().await;
    let many: Vec<_> = (0..21).map(|i| (format!("X-{i}"), json!("v"))).collect();
    for (fields, field) in [
        (json!({"url": ""}), "/url"),
        (json!({"url": null}), "/url"),
        (json!({"url": 7}), "/url"),
        (
            json!({"url": format!("https://receiver.test/{}", "x".repeat(2048))}),
            "/url",
        ),
        (json!({"dialect": "esperanto"}), "/dialect"),
        (json!({"secret": "short"}), "/secret"),
        (json!({"secret": "x".repeat(65)}), "/secret"),
        (json!({"secret": "0123456789abcdef\u{7}"}), "/secret"),
        (
            json!({"dialect": "standard", "secret": "0123456789abcdef"}),
            "/secret",
        ),
        (json!({"status": "disabled"}), "/status"),
        (json!({"status": "unverified"}), "/status"),
        (json!({"status": "on"}), "/status"),
        (json!({"source_filter": "none"}), "/source_filter"),
        (json!({"headers": {"Host": "x"}}), "/headers/Host"),
        (
            json!({"headers": {"claimwire-event-id": "x"}}),
            "/headers/claimwire-event-id",
        ),
        (json!({"headers": {"X": "a\nb"}}), "/headers/X"),
        (json!({"headers": {"X": 7}}), "/headers/X"),
        (
            json!({"headers": Value::Object(many.into_iter().collect())}),
            "/headers",
        ),
        (json!({"signing": "ed25519"}), "/signing"),
        (json!({"timeout_seconds": 0}), "/timeout_seconds"),
        (json!({"timeout_seconds": 31}), "/timeout_seconds"),
        (json!({"timeout_seconds": 1.5}), "/timeout_seconds"),
        (json!({"timeout_seconds": 300}), "/timeout_seconds"),
        (json!({"retry": []}), "/retry"),
        (json!({"retry": {"delays": [1, -1]}}), "/retry/delays/1"),
        (json!({"retry": {"delays": [1e12]}}), "/retry/delays/0"),
        (json!({"retry": {"delays": ["1"]}}), "/retry/delays/0"),
        (json!({"retry": {"delays": vec![1; 51]}}), "/retry/delays"),
        (
            json!({"retry": {"disable_after": 0}}),
            "/retry/disable_after",
        ),
        (
            json!({"retry": {"disable_after_hours": 0}}),
            "/retry/disable_after_hours",
        ),
        (json!({"retry": {"attempts": 3}}), "/retry/attempts"),
        (
            json!({"rate_limit": {"per_second": 0}}),
            "/rate_limit/per_second",
        ),
        (json!({"rate_limit": {}}), "/rate_limit/per_second"),
        (json!({"rate_limit": 5}), "/rate_limit"),
        (json!({"max_in_flight": 0}), "/max_in_flight"),
        (json!({"max_in_flight": 1001}), "/max_in_flight"),
        (json!({"ordering": "chaos"}), "/ordering"),
        (json!({"ack": 200}), "/ack"),
        (json!({"verify": "yes"}), "/verify"),
        (json!({"egress": ""}), "/egress"),
        (json!({"description": "x".repeat(513)}), "/description"),
        (json!({"colour": "red"}), "/colour"),
    ] {
        let answer = post(&world, with(fields.clone())).await;
        assert_eq!(answer.invalid("validation_failed"), [field], "{fields}");
    }
    let answer = post(&world, with(json!({"egress": "elsewhere"}))).await;
    assert_eq!(answer.invalid("egress_unknown"), ["/egress"]);
    let missing = world
        .post(PATH)
        .key(&world.acme.editor)
        .text("{}")
        .send()
        .await;
    assert_eq!(missing.invalid("validation_failed"), ["/url"]);
    let two = post(
        &world,
        with(json!({"timeout_seconds": 0, "max_in_flight": 0})),
    )
    .await;
    assert_eq!(
        two.invalid("validation_failed"),
        ["/timeout_seconds", "/max_in_flight"]
    );
}

#[tokio::test]
async fn a_url_is_one_that_is_sent_to() {
    let world = World::new().await;
    for url in ["http://receiver.test/", "not a url", "ftp://receiver.test"] {
        assert_eq!(
            post(&world, json!({"url": url}))
                .await
                .invalid("url_invalid"),
            ["/url"],
            "{url}"
        );
    }
    let inside = post(&world, json!({"url": "https://127.0.0.1/"})).await;
    assert_eq!(inside.invalid("url_not_public"), ["/url"]);
    let made = world.make_webhook(json!({})).await;
    let moved = patch(&world, &made, json!({"url": "https://127.0.0.1/"})).await;
    assert_eq!(moved.invalid("url_not_public"), ["/url"]);
}

#[tokio::test]
async fn every_event_that_cannot_be_is_named() {
    let world = World::new().await;
    for (fields, at) in [
        (
            json!({"enabled_events": ["claims", "nothing", "*", "claims/nothing"]}),
            vec!["/enabled_events/1", "/enabled_events/3"],
        ),
        (
            json!({"enabled_events": ["claim.created"]}),
            vec!["/enabled_events/0"],
        ),
        (
            json!({"dialect": "claimable", "enabled_events": ["claims/approved"]}),
            vec!["/enabled_events/0"],
        ),
        (json!({"enabled_events": [""]}), vec!["/enabled_events/0"]),
    ] {
        assert_eq!(
            post(&world, with(fields.clone()))
                .await
                .invalid("event_unknown"),
            at,
            "{fields}"
        );
    }
    let none = post(&world, with(json!({"enabled_events": []}))).await;
    assert_eq!(none.invalid("validation_failed"), ["/enabled_events"]);
    for good in [json!(["claim.created"]), json!(["claims", "claims"])] {
        post(
            &world,
            with(json!({"dialect": "claimport", "enabled_events": good})),
        )
        .await
        .expect(201);
    }
    post(
        &world,
        with(json!({"enabled_events": ["shipments/in_transit/SOMETHING_NEW"]})),
    )
    .await
    .expect(201);
}

/// Servers refuse a request whose head is larger than 8 KiB or so.
#[tokio::test]
async fn headers_have_8_kib_together() {
    let world = World::new().await;
    let some = "v".repeat(4_000);
    let made = world
        .make_webhook(json!({"headers": {"X-A": some, "X-B": some}}))
        .await;
    let more = json!({"headers": {"X-C": "v".repeat(200)}});
    let refused = patch(&world, &made, more).await;
    assert_eq!(refused.invalid("validation_failed"), ["/headers"]);
    assert_eq!(
        get(&world, &made).await["headers"]
            .as_object()
            .unwrap()
            .len(),
        2
    );
    let new =
        json!({"url": "https://a.example", "headers": {"X-A": some, "X-B": some, "X-C": some}});
    let refused = world
        .post("/v1/shops/acme/webhooks")
        .key(&world.acme.editor)
        .json(&new)
        .send()
        .await;
    assert_eq!(refused.invalid("validation_failed"), ["/headers"]);
}

#[tokio::test]
async fn who_only_reads_sees_no_values_of_headers() {
    let world = World::new().await;
    let made = post(
        &world,
        with(json!({"headers": {"Authorization": "Bearer t0ken", "X-A": "1"}})),
    )
    .await;
    let made = made.expect(201);
    let masked = json!({"Authorization": "********", "X-A": "********"});
    let shown = get_as(&world, &world.acme.viewer, &made).await;
    assert_eq!(shown["headers"], masked);
    let list = world
        .get(PATH)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"][0]["headers"], masked);
    for key in [&world.acme.editor, &world.acme.admin] {
        assert_eq!(get_as(&world, key, &made).await["headers"], made["headers"]);
    }
    // What a viewer got can be put back: a mask is no value.
    let back = json!({"headers": {"Authorization": "********", "X-A": "2", "X-B": "********"}});
    let after = patch(&world, &made, back).await.expect(200);
    let expected = json!({"Authorization": "Bearer t0ken", "X-A": "2", "X-B": "********"});
    assert_eq!(after["headers"], expected);
}

#[tokio::test]
async fn a_patch_merges() {
    let world = World::new().await;
    let made = world
        .make_webhook(
            json!({"description": "a", "headers": {"X-A": "1", "X-B": "2"}, "egress": "fixed"}),
        )
        .await;
    world.pass(Duration::from_secs(9));
    let patched = json!({"headers": {"X-A": null, "X-C": "3"}, "egress": null, "retry": {"disable_after": 4}});
    let after = patch(&world, &made, patched).await.expect(200);
    assert_eq!(after["headers"], json!({"X-B": "2", "X-C": "3"}));
    assert_eq!(
        (&after["description"], &after["egress"]),
        (&json!("a"), &Value::Null)
    );
    assert_eq!(
        (
            &after["retry"]["disable_after"],
            &after["retry"]["disable_after_hours"]
        ),
        (&json!(4), &json!(120))
    );
    assert_eq!(after["updated_at"], "2026-01-29T14:48:56.000Z");
    assert_eq!(after["created_at"], made["created_at"]);
    assert_eq!(get(&world, &made).await, after);

    let back = patch(&world, &made, json!({"retry": null, "headers": null}))
        .await
        .expect(200);
    assert_eq!(
        (&back["retry"], &back["headers"]),
        (&made["retry"], &json!({}))
    );
    let never = patch(
        &world,
        &made,
        json!({"retry": {"disable_after_hours": null}}),
    )
    .await
    .expect(200);
    assert_eq!(never["retry"]["disable_after_hours"], Value::Null);
    for (body, field) in [
        (json!({"uri": "x"}), "/uri"),
        (json!({"uri": null}), "/uri"),
        (json!({"url": null}), "/url"),
    ] {
        assert_eq!(
            patch(&world, &made, body.clone())
                .await
                .invalid("validation_failed"),
            [field],
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_was_got_can_be_put_back() {
    let world = World::new().await;
    let made = world.make_webhook(json!({"dialect": "claimport"})).await;
    let shown = get(&world, &made).await;
    assert_eq!(patch(&world, &made, shown.clone()).await.expect(200), shown);
    let path = format!("{PATH}/{}/secret", made["uuid"].as_str().unwrap());
    let secret = world
        .get(&path)
        .key(&world.acme.editor)
        .send()
        .await
        .expect(200);
    assert_eq!(secret["secret"], made["secret"]);
}

#[tokio::test]
async fn another_dialect_brings_its_own_defaults() {
    let world = World::new().await;
    let made = world.make_webhook(json!({"timeout_seconds": 7})).await;
    let refused = patch(&world, &made, json!({"dialect": "standard"})).await;
    assert_eq!(refused.invalid("validation_failed"), ["/secret"]);
    let moved = patch(&world, &made, json!({"dialect": "claimport"}))
        .await
        .expect(200);
    assert_eq!(
        (&moved["retry"]["disable_after"], &moved["timeout_seconds"]),
        (&json!(5), &json!(7))
    );
    assert_eq!(
        (&moved["verify"], &moved["status"]),
        (&json!(false), &json!("active"))
    );
}

#[tokio::test]
async fn another_url_is_verified_anew() {
    let world = World::new().await;
    let made = world.make_webhook(json!({"dialect": "claimport"})).await;
    world.sender.answers(200, "");
    let test = format!("{PATH}/{}/test", made["uuid"].as_str().unwrap());
    world
        .post(&test)
        .key(&world.acme.editor)
        .send()
        .await
        .expect(200);
    assert_eq!(get(&world, &made).await["status"], "active");
    let same = patch(
        &world,
        &made,
        json!({"url": made["url"], "description": "x"}),
    )
    .await
    .expect(200);
    assert_eq!(same["status"], "active");
    let moved = patch(&world, &made, json!({"url": "https://receiver.test/other"}))
        .await
        .expect(200);
    assert_eq!(moved["status"], "unverified");
    // It cannot be talked past the test, but the test can be given up.
    assert_eq!(
        patch(&world, &made, json!({"status": "active"}))
            .await
            .expect(200)["status"],
        "unverified"
    );
    assert_eq!(
        patch(&world, &made, json!({"status": "inactive"}))
            .await
            .expect(200)["status"],
        "inactive"
    );
    assert_eq!(
        patch(&world, &made, json!({"status": "active"}))
            .await
            .expect(200)["status"],
        "unverified"
    );
    assert_eq!(
        patch(&world, &made, json!({"verify": false}))
            .await
            .expect(200)["status"],
        "active"
    );
}

#[tokio::test]
async fn a_webhook_goes() {
    let world = World::new().await;
    let made = world.make_webhook(json!({})).await;
    let path = format!("{PATH}/{}", made["uuid"].as_str().unwrap());
    world
        .delete(&path)
        .key(&world.acme.editor)
        .send()
        .await
        .expect(204);
    world
        .get(&path)
        .key(&world.acme.viewer)
        .send()
        .await
        .problem(404, "webhook_not_found");
    world
        .delete(&path)
        .key(&world.acme.editor)
        .send()
        .await
        .problem(404, "webhook_not_found");
    patch(&world, &made, json!({"description": "x"}))
        .await
        .problem(404, "webhook_not_found");
}
