//! Orders, shipments and contacts, through HTTP.

use serde_json::{Value, json};

use crate::common::World;

#[tokio::test]
async fn an_order_is_imported_and_updated() {
    let world = World::new().await;
    let path = "/v1/shops/acme/orders/2026%2F10077%20b";
    let put = |body: &str| world.put(path).key(&world.acme.editor).text(body).send();
    let made = put(r#"{"currency": "EUR", "total_order_price": 19.90}"#).await;
    assert_eq!(made.expect(201)["order_number"], "2026/10077 b");
    assert!(made.text().contains(":19.90,"));
    assert_eq!(put(made.text()).await.expect(200), made.json());
    put(r#"{"currency": "CHF"}"#).await.expect(200);
    assert_eq!(
        put(r#"{"currency": "chf"}"#)
            .await
            .invalid("validation_failed"),
        ["/currency"]
    );
    let shown = world
        .get(path)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    let list = world
        .get("/v1/shops/acme/orders")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"], json!([shown]));
    world
        .get("/v1/shops/acme/orders/1")
        .key(&world.acme.viewer)
        .send()
        .await
        .problem(404, "order_not_found");
    assert_eq!(refs(&world).await, ["orders/synced", "orders/synced"]);
}

#[tokio::test]
async fn a_carrier_says_a_thing_once() {
    let world = World::new().await;
    let shipment = "/v1/shops/acme/shipments/s-1";
    let say = |name: &str, phase: Value| {
        let event = json!({"event_name": name, "event_time": "2026-02-11T07:12:03Z", "external_id": "e-1", "phase": phase});
        world
            .post(&format!("{shipment}/events"))
            .key(&world.acme.editor)
            .json(&event)
            .send()
    };
    say("OUT_FOR_DELIVERY", Value::Null)
        .await
        .problem(404, "shipment_not_found");
    world
        .put(shipment)
        .key(&world.acme.editor)
        .text(r#"{"order_number": "1"}"#)
        .send()
        .await
        .expect(201);
    assert_eq!(
        say("LOST_AT_SEA", Value::Null)
            .await
            .invalid("validation_failed"),
        ["/phase"]
    );
    let first = say("LOST_AT_SEA", json!("in_transit")).await.expect(201);
    assert_eq!(
        say("LOST_AT_SEA", json!("in_transit")).await.expect(200),
        first
    );
    let shown = world
        .get(shipment)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(
        (&shown["phase"], &shown["events"]),
        (&json!("in_transit"), &json!([first]))
    );
    let list = world
        .get("/v1/shops/acme/shipments")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"], json!([shown]));
    assert_eq!(
        world
            .put(shipment)
            .key(&world.acme.editor)
            .json(&shown)
            .send()
            .await
            .expect(200),
        shown
    );
    assert_eq!(refs(&world).await, ["shipments/in_transit/LOST_AT_SEA"]);
    let long = format!("/v1/shops/acme/shipments/{}", "s".repeat(129));
    let refused = world
        .put(&long)
        .key(&world.acme.editor)
        .text("{}")
        .send()
        .await;
    assert_eq!(refused.invalid("validation_failed"), ["/id"]);
}

#[tokio::test]
async fn a_contact_lives() {
    let world = World::new().await;
    let editor = &world.acme.editor;
    let contacts = "/v1/shops/acme/contacts";
    let make = || {
        world
            .post(contacts)
            .key(editor)
            .once("c")
            .json(&json!({"first_name": "Mia"}))
            .send()
    };
    let made = make().await.expect(201);
    assert_eq!(make().await.expect(201), made);
    let path = format!("{contacts}/{}", made["id"].as_str().unwrap());
    let patched = world
        .patch(&path)
        .key(editor)
        .json(&json!({"first_name": null, "email": "m@x.example"}));
    let patched = patched.send().await.expect(200);
    assert_eq!(
        (&patched["first_name"], &patched["email"]),
        (&Value::Null, &json!("m@x.example"))
    );
    assert_eq!(
        world
            .put(&path)
            .key(editor)
            .json(&patched)
            .send()
            .await
            .expect(200),
        patched
    );
    assert_eq!(
        world
            .get(&path)
            .key(&world.acme.viewer)
            .send()
            .await
            .expect(200),
        patched
    );
    let list = world
        .get(contacts)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"], json!([patched]));
    world.delete(&path).key(editor).send().await.expect(204);
    for method in ["GET", "PATCH", "DELETE"] {
        world
            .call(method, &path)
            .key(editor)
            .text("{}")
            .send()
            .await
            .problem(404, "contact_not_found");
    }
    assert_eq!(refs(&world).await, ["contacts/created"]);
}

async fn refs(world: &World) -> Vec<String> {
    let events = world
        .get("/v1/shops/acme/events")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    let mut refs: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["ref"].as_str().unwrap().to_owned())
        .collect();
    refs.reverse();
    refs
}
