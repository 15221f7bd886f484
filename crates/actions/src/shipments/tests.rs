use claimwire_model::SubjectKind;
use serde_json::{Value, json};

use crate::testing::shipments::{add_event, put};
use crate::testing::{World, fields, json as body, key};

fn event(name: &str, id: &str, time: &str) -> String {
    json!({"event_name": name, "external_id": id, "event_time": time}).to_string()
}

#[tokio::test]
async fn a_shipment_is_a_draft_until_it_has_a_number() {
    let world = World::new().await;
    let draft = put(&world.call(), "s/1", b"{}").await.unwrap();
    let again = put(&world.at(1), "s/1", b"{}").await.unwrap();
    let sent = put(&world.at(2), "s/1", br#"{"tracking_number": "0034"}"#)
        .await
        .unwrap();
    assert_eq!((draft.status, again.status, sent.status), (201, 200, 200));
    assert_eq!(draft.body, again.body);
    assert_eq!(
        (&body(&draft)["state"], &body(&sent)["state"]),
        (&json!("draft"), &json!("fulfilled"))
    );
    assert!(world.refs().await.is_empty());
    assert_eq!(
        fields(
            &put(&world.call(), "s", br#"{"id": "t"}"#)
                .await
                .unwrap_err()
        ),
        ["/id"]
    );
}

#[tokio::test]
async fn the_same_external_id_is_one_event() {
    let world = World::new().await;
    put(&world.call(), "s", br#"{"order_number": "1"}"#)
        .await
        .unwrap();
    let said = event("OUT_FOR_DELIVERY", "e1", "2026-02-11T07:12:03Z");
    let first = add_event(&world.call(), "s", said.as_bytes())
        .await
        .unwrap();
    let other = event("DELAY_EXPECTED", "e1", "2026-02-12T07:12:03Z");
    let again = add_event(&world.at(1), "s", other.as_bytes())
        .await
        .unwrap();
    assert_eq!(
        (first.status, again.status, again.repeated),
        (201, 200, false)
    );
    assert_eq!(first.body, again.body);
    assert_eq!(body(&first)["event_group"], "shipment_out_for_delivery");
    assert_eq!(
        world.refs().await,
        ["shipments/in_delivery/OUT_FOR_DELIVERY"]
    );
    let events = world.events().await;
    assert_eq!(
        events[0].fact.event_group.as_deref(),
        Some("shipment_out_for_delivery")
    );
    let context: Value =
        serde_json::from_str(events[0].fact.context.as_ref().unwrap().get()).unwrap();
    assert_eq!(context["shipments"][0]["events"][0]["external_id"], "e1");
    let back = put(&world.at(2), "s", br#"{"order_number": "1"}"#)
        .await
        .unwrap();
    assert_eq!(
        (
            &body(&back)["phase"],
            body(&back)["events"].as_array().unwrap().len()
        ),
        (&json!("in_delivery"), 1)
    );
}

#[tokio::test]
async fn an_idempotency_key_gives_the_first_answer_again() {
    let world = World::new().await;
    put(&world.call(), "s", b"{}").await.unwrap();
    let said = event("OUT_FOR_DELIVERY", "e1", "2026-02-11T07:12:03Z");
    add_event(&world.keyed("k", 1), "s", said.as_bytes())
        .await
        .unwrap();
    let again = add_event(&world.keyed("k", 1), "s", said.as_bytes())
        .await
        .unwrap();
    assert_eq!((again.status, again.repeated), (201, true));
    let dedupe = add_event(&world.keyed("l", 1), "s", said.as_bytes())
        .await
        .unwrap();
    let again = add_event(&world.keyed("l", 1), "s", said.as_bytes())
        .await
        .unwrap();
    assert_eq!(
        (dedupe.status, dedupe.repeated, again.status, again.repeated),
        (200, false, 200, true)
    );
}

#[tokio::test]
async fn an_unknown_name_needs_a_phase_and_is_taken() {
    let world = World::new().await;
    put(&world.call(), "s", br#"{"direction": "customer_merchant"}"#)
        .await
        .unwrap();
    let unknown = event("DRONE_LOST", "e1", "2026-02-11T07:12:03Z");
    assert_eq!(
        fields(
            &add_event(&world.call(), "s", unknown.as_bytes())
                .await
                .unwrap_err()
        ),
        ["/phase"]
    );
    for (phase, good) in [
        ("in_transit", true),
        ("in_the_air", true),
        ("In Transit", false),
        ("a/b", false),
        ("", false),
    ] {
        let mut said: Value = serde_json::from_str(&unknown).unwrap();
        said["phase"] = phase.into();
        said["external_id"] = phase.into();
        if phase.is_empty() {
            said["external_id"] = "none".into();
        }
        let added = add_event(&world.call(), "s", said.to_string().as_bytes()).await;
        assert_eq!(added.is_ok(), good, "{phase}");
    }
    assert_eq!(
        world.refs().await,
        [
            "shipments/in_transit/DRONE_LOST",
            "shipments/in_the_air/DRONE_LOST"
        ]
    );
    let back = event("SUCCESSFULLY_DELIVERED", "e9", "2026-02-13T07:12:03Z");
    let done = add_event(&world.call(), "s", back.as_bytes())
        .await
        .unwrap();
    assert!(
        body(&done)["event_group"]
            .as_str()
            .unwrap()
            .starts_with("return_shipment_")
    );
}

#[tokio::test]
async fn a_late_event_takes_its_place_and_leaves_the_phase() {
    let world = World::new().await;
    put(&world.call(), "s", b"{}").await.unwrap();
    for (name, id, day) in [
        ("SUCCESSFULLY_DELIVERED", "b", "12"),
        ("OUT_FOR_DELIVERY", "a", "11"),
    ] {
        let said = event(name, id, &format!("2026-02-{day}T07:12:03Z"));
        add_event(&world.call(), "s", said.as_bytes())
            .await
            .unwrap();
    }
    let shipment = world.read(SubjectKind::Shipment, "s").await;
    assert_eq!(shipment["phase"], "delivered");
    assert_eq!(shipment["events"][0]["external_id"], "a");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::new().await;
    let said = event("OUT_FOR_DELIVERY", "e", "2026-02-11T07:12:03Z");
    assert_eq!(
        key(add_event(&world.call(), "s", said.as_bytes()).await),
        "shipment_not_found"
    );
    put(&world.call(), "s", b"{}").await.unwrap();
    for (refused, field) in [
        (
            event(&"N".repeat(65), "e", "2026-02-11T07:12:03Z"),
            "/event_name",
        ),
        (
            event("OUT_FOR_DELIVERY", "", "2026-02-11T07:12:03Z"),
            "/external_id",
        ),
        (event("OUT_FOR_DELIVERY", "e", "soon"), "/event_time"),
        ("{}".to_owned(), "/event_name"),
    ] {
        let refusal = add_event(&world.call(), "s", refused.as_bytes())
            .await
            .unwrap_err();
        assert_eq!(fields(&refusal)[0], field, "{refused}");
    }
    assert!(world.refs().await.is_empty());
}
