use claimwire_model::SubjectKind;
use claimwire_store::{EventFilter, PageRequest};
use serde_json::{Value, json};

use crate::Refusal;
use claimwire_model::event::EventView;

use crate::events::{EVENT_BYTES, get, list};
use crate::testing::events::post;
use crate::testing::{World, fields, json as body, key};

#[tokio::test]
async fn a_posted_event_is_kept_as_it_came() {
    let world = World::new().await;
    let data = r#"{"shipment_id":"s-1", "direction":"customer_merchant","n":[1.10,1e3,123456789012345678901234567890]}"#;
    let posted = format!(
        r#" {{"id":"mine-1","ref":"shipments/delivered/SUCCESSFULLY_DELIVERED","triggered_at":"2026-02-11T07:12:03Z","event_data":{data},"context":{{"x":1E5}}}}"#
    );
    let done = post(world.call(), posted.as_bytes()).await.unwrap();
    assert_eq!(done.status, 202);
    assert_eq!(body(&done), json!(["mine-1"]));
    let event = get(&world.call().editor.viewer(), "mine-1").await.unwrap();
    assert_eq!(event.fact.event_data.get(), data);
    assert_eq!(event.fact.context.as_ref().unwrap().get(), r#"{"x":1E5}"#);
    assert!(
        event
            .fact
            .event_group
            .as_ref()
            .unwrap()
            .starts_with("return_shipment_")
    );
    let subject = event.fact.subject.as_ref().unwrap();
    assert_eq!(
        (subject.kind, subject.id.as_str()),
        (SubjectKind::Shipment, "s-1")
    );
    assert!(event.fact.posted);
    assert_eq!(
        event.fact.triggered_at.to_string(),
        "2026-02-11T07:12:03.000Z"
    );
    let shown = serde_json::to_string(&EventView::from(&*event)).unwrap();
    assert!(
        shown.contains(data) && shown.contains(r#""source":"api""#),
        "{shown}"
    );
}

#[tokio::test]
async fn what_is_absent_comes_from_the_catalogue_and_the_clock() {
    let world = World::new().await;
    let done = post(
        world.at(7),
        br#"{"ref":"claims/created","event_data":{"id":12}}"#,
    )
    .await
    .unwrap();
    let id = body(&done)[0].as_str().unwrap().to_owned();
    assert!(id.starts_with("evt_"));
    let fact = &get(&world.call().editor.viewer(), &id).await.unwrap().fact;
    assert_eq!(fact.event_group.as_deref(), Some("claim_created"));
    assert_eq!(fact.triggered_at, world.at(7).now);
    assert_eq!(fact.performed_by.name.as_deref(), Some("till"));
    assert_eq!(fact.subject.as_ref().unwrap().id, "12");

    let done = post(
        world.call(),
        br#"{"ref":"shipments/lost/UFO","event_data":{}}"#,
    )
    .await
    .unwrap();
    let fact = &get(
        &world.call().editor.viewer(),
        body(&done)[0].as_str().unwrap(),
    )
    .await
    .unwrap()
    .fact;
    assert_eq!((&fact.event_group, &fact.subject), (&None, &None));
    assert_eq!(
        key(get(&world.call().editor.viewer(), "evt_0000000000000").await),
        "event_not_found"
    );
}

#[tokio::test]
async fn many_are_answered_in_their_order() {
    let world = World::new().await;
    let many: Vec<_> = (0..1000).map(|n| json!({"id": format!("e{n}"), "ref": "orders/synced", "event_data": {"order_number": n}})).collect();
    let done = post(world.call(), json!(many).to_string().as_bytes())
        .await
        .unwrap();
    let answer = body(&done);
    let ids: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!((ids.len(), ids[0], ids[999]), (1000, "e0", "e999"));
    let page = list(
        &world.call().editor.viewer(),
        EventFilter::default(),
        PageRequest::first(1),
    )
    .await
    .unwrap();
    assert_eq!(page.items[0].id(), "e999");
    let one = post(
        world.call(),
        br#"[{"ref":"orders/synced","event_data":{}}]"#,
    )
    .await
    .unwrap();
    assert_eq!(body(&one).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn all_or_nothing() {
    let world = World::new().await;
    let mut many: Vec<Value> = (0..5)
        .map(|n| json!({"id": n.to_string(), "ref": "orders/synced", "event_data": {}}))
        .collect();
    many[3]["ref"] = "orders/eaten".into();
    let refused = post(world.call(), json!(many).to_string().as_bytes())
        .await
        .unwrap_err();
    assert_eq!(fields(&refused), ["/3/ref"]);
    assert!(matches!(
        refused,
        Refusal::Invalid {
            key: "event_unknown",
            ..
        }
    ));
    many[3] = json!({"id": "0", "ref": "claims/created", "event_data": {}});
    assert_eq!(
        key(post(world.call(), json!(many).to_string().as_bytes()).await),
        "event_conflict"
    );
    assert!(world.refs().await.is_empty());
}

#[tokio::test]
async fn the_same_id_is_the_first_answer() {
    let world = World::new().await;
    let event = br#"{"id":"x","ref":"orders/synced","event_data":{"n":1}}"#;
    let first = post(world.call(), event).await.unwrap();
    let again = post(world.at(9), event).await.unwrap();
    assert_eq!(first.body, again.body);
    let other = br#"{"id":"x","ref":"orders/synced","event_data":{"n":2}}"#;
    assert_eq!(key(post(world.call(), other).await), "event_conflict");
    assert_eq!(
        key(post(world.keyed("k", 1), other).await),
        "event_conflict"
    );
    assert_eq!(world.refs().await.len(), 1);
}

#[tokio::test]
async fn an_idempotency_key_does_it_once() {
    let world = World::new().await;
    let event = br#"[{"ref":"orders/synced","event_data":{}}]"#;
    let first = post(world.keyed("k", 1), event).await.unwrap();
    let again = post(world.keyed("k", 1), event).await.unwrap();
    assert_eq!(
        (&first.body, first.repeated, again.repeated),
        (&again.body, false, true)
    );
    assert_eq!(
        key(post(world.keyed("k", 2), event).await),
        "idempotency_conflict"
    );
    let named = br#"{"id":"n","ref":"orders/synced","event_data":{}}"#;
    assert_eq!(
        key(post(world.keyed("k", 3), named).await),
        "idempotency_conflict"
    );
    assert_eq!(world.refs().await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::new().await;
    for (refused, field) in [
        (r#"{"ref":"claims/eaten","event_data":{}}"#, "/ref"),
        (r#"{"ref":"claims/created"}"#, "/event_data"),
        (r#"{"ref":"claims/created","event_data":[]}"#, "/event_data"),
        (
            r#"{"ref":"claims/created","event_data":"{"}"#,
            "/event_data",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"context":1}"#,
            "/context",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"id":"a b"}"#,
            "/id",
        ),
        (r#"{"ref":"claims/created","event_data":{},"id":""}"#, "/id"),
        (
            r#"{"ref":"claims/created","event_data":{},"id":"evt_0s9yt7eyc0001"}"#,
            "/id",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"id":"evt_test_1"}"#,
            "/id",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"event_group":""}"#,
            "/event_group",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"triggered_at":"now"}"#,
            "/triggered_at",
        ),
        (
            r#"{"ref":"claims/created","event_data":{},"extra":1}"#,
            "/extra",
        ),
        (
            r#"[{"ref":"claims/created","event_data":{}},{"ref":1,"event_data":{}}]"#,
            "/1/ref",
        ),
        (r#"[["x","claims/created"]]"#, "/0"),
        ("[]", ""),
        ("7", ""),
    ] {
        assert_eq!(
            fields(&post(world.call(), refused.as_bytes()).await.unwrap_err()),
            [field],
            "{refused}"
        );
    }
    for refused in ["", " ", "[", "[{]", "nope"] {
        assert!(
            matches!(
                post(world.call(), refused.as_bytes()).await,
                Err(Refusal::NotJson(_))
            ),
            "{refused}"
        );
    }
    assert!(world.refs().await.is_empty());
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
    assert!(matches!(
        post(world.call(), event(EVENT_BYTES).as_bytes()).await,
        Err(Refusal::TooLarge(_))
    ));
    let many = format!("[{},{}]", event(1), event(EVENT_BYTES));
    assert!(matches!(
        post(world.call(), many.as_bytes()).await,
        Err(Refusal::TooLarge(_))
    ));
    let nested = |levels: usize| {
        let (open, close) = (r#"{"a":"#.repeat(levels - 1), "}".repeat(levels - 1));
        format!(r#"{{"ref":"orders/synced","event_data":{open}{{}}{close}}}"#)
    };
    assert_eq!(
        fields(&post(world.call(), nested(65).as_bytes()).await.unwrap_err()),
        ["/event_data"]
    );
    let many = format!("[{}]", vec![event(1); 1001].join(","));
    assert_eq!(
        fields(&post(world.call(), many.as_bytes()).await.unwrap_err()),
        [""]
    );
    assert!(
        post(world.call(), event(EVENT_BYTES - 100).as_bytes())
            .await
            .is_ok()
    );
    assert_eq!(world.refs().await.len(), 1);
}
