//! Events posted and shown, through HTTP.

use serde_json::{Value, json};

use crate::common::World;

const EVENTS: &str = "/v1/shops/acme/events";
const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_posted_event_makes_its_deliveries() {
    let world = World::new().await;
    world
        .make_webhook(json!({"enabled_events": ["claims"]}))
        .await;
    world
        .make_webhook(json!({"enabled_events": ["shipments"]}))
        .await;
    let event =
        r#"{"id": "mine", "ref": "claims/created", "event_data": {"claim_id": "c", "n": 1.10}}"#;
    let done = world
        .post(EVENTS)
        .key(&world.acme.editor)
        .text(event)
        .send()
        .await;
    let receipt = done.expect(202);
    assert_eq!(
        receipt,
        json!({"id": "mine", "ref": "claims/created", "triggered_at": "2026-01-29T14:48:47.000Z"})
    );
    let again = world
        .post(EVENTS)
        .key(&world.acme.editor)
        .text(event)
        .send()
        .await;
    assert_eq!(again.expect(202), receipt);
    let other = event.replace("1.10", "1.1");
    world
        .post(EVENTS)
        .key(&world.acme.editor)
        .text(&other)
        .send()
        .await
        .problem(409, "event_conflict");
    let deliveries = world
        .get("/v1/shops/acme/deliveries?event=mine")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(deliveries["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn many_at_once_are_all_or_nothing() {
    let world = World::new().await;
    let post = |body: &Value| world.post(EVENTS).key(&world.acme.editor).json(body).send();
    let event = |r#ref: &str| json!({"ref": r#ref, "event_data": {}});
    let bad = post(&json!([event("orders/synced"), event("orders/lost")])).await;
    assert_eq!(bad.invalid("event_unknown"), ["/1/ref"]);
    assert_eq!(
        world
            .get(EVENTS)
            .key(&world.acme.viewer)
            .send()
            .await
            .expect(200)["data"],
        json!([])
    );
    let done = post(&json!([event("orders/synced"), event("contacts/created")]))
        .await
        .expect(202);
    let refs: Vec<_> = done["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["ref"].as_str().unwrap())
        .collect();
    assert_eq!(refs, ["orders/synced", "contacts/created"]);
    assert_eq!(
        post(&event("orders/lost")).await.invalid("event_unknown"),
        ["/ref"]
    );
}

#[tokio::test]
async fn there_are_limits() {
    let world = World::new().await;
    let event = |bytes: usize| {
        format!(
            r#"{{"ref":"orders/synced","event_data":{{"x":"{}"}}}}"#,
            "x".repeat(bytes)
        )
    };
    let post = |body: &str| world.post(EVENTS).key(&world.acme.editor).text(body).send();
    post(&event(MIB)).await.problem(413, "body_too_large");
    post(&format!("[{}]", event(MIB)))
        .await
        .problem(413, "body_too_large");
    post(&format!("[{}]", vec![event(MIB - 100); 8].join(",")))
        .await
        .expect(202);
    post(&format!("[{}]", vec![event(MIB); 8].join(",")))
        .await
        .problem(413, "body_too_large");
    post("").await.problem(400, "body_empty");
}

#[tokio::test]
async fn one_event_is_shown_in_its_own_form_and_in_each_dialects() {
    let world = World::new().await;
    let data = r#"{"claim_id":"c","n":[1e3,1.10]}"#;
    let body = format!(r#"{{"id":"e","ref":"claims/created","event_data":{data}}}"#);
    world
        .post(EVENTS)
        .key(&world.acme.editor)
        .text(&body)
        .send()
        .await
        .expect(202);
    let show = |query: &str| {
        world
            .get(&format!("{EVENTS}/e{query}"))
            .key(&world.acme.viewer)
            .send()
    };
    let shown = show("").await;
    let event = shown.expect(200);
    assert!(shown.text().contains(data));
    for field in [
        "id",
        "ref",
        "event_group",
        "triggered_at",
        "subject",
        "event_data",
        "context",
        "changes",
        "source",
        "performed_by",
    ] {
        assert!(event.get(field).is_some(), "{field}");
    }
    assert_eq!(event["subject"], json!({"type": "claim", "id": "c"}));
    for (dialect, kind) in [
        ("karla", "application/json"),
        ("claimport", "application/json"),
        ("claimable", "application/json"),
        ("standard", "application/json"),
        ("cloudevents", "application/cloudevents+json"),
    ] {
        let sent = show(&format!("?dialect={dialect}")).await;
        sent.expect(200);
        assert_eq!(sent.header("content-type"), Some(kind), "{dialect}");
        assert!(sent.text().contains(data), "{dialect}: {}", sent.text());
    }
    assert_eq!(
        show("?dialect=morse").await.invalid("query_invalid"),
        ["/dialect"]
    );
    assert_eq!(show("?form=x").await.invalid("query_invalid"), ["/form"]);
    world
        .get(&format!("{EVENTS}/nothing"))
        .key(&world.acme.viewer)
        .send()
        .await
        .problem(404, "event_not_found");

    let label = r#"{"id":"l","ref":"claims/label_added","event_data":{}}"#;
    world
        .post(EVENTS)
        .key(&world.acme.editor)
        .text(label)
        .send()
        .await
        .expect(202);
    let unsayable = world
        .get(&format!("{EVENTS}/l?dialect=karla"))
        .key(&world.acme.viewer)
        .send()
        .await;
    assert_eq!(unsayable.invalid("event_unknown"), ["/dialect"]);
}

#[tokio::test]
async fn data_nested_to_the_bound_goes_through() {
    let world = World::new().await;
    let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    let post = async |levels: usize| {
        let data = nested(levels);
        let body = format!(r#"{{"id":"deep","ref":"claims/created","event_data":{data}}}"#);
        let request = world.post(EVENTS).key(&world.acme.editor).text(&body);
        request.send().await
    };
    for levels in [65, 100_000] {
        let refused = post(levels).await.invalid("validation_failed");
        assert_eq!(refused, ["/event_data"], "{levels}");
    }
    post(64).await.expect(202);
    for query in [
        "",
        "?dialect=karla",
        "?dialect=claimport",
        "?dialect=claimable",
        "?dialect=standard",
    ] {
        let shown = world
            .get(&format!("{EVENTS}/deep{query}"))
            .key(&world.acme.viewer)
            .send()
            .await;
        assert_eq!(shown.status, 200, "{query}");
        assert!(shown.text().contains(&nested(64)), "{query}");
    }
}
