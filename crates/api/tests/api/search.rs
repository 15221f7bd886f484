//! Lists, searched: each filter of the contract's section 2, from outside.

use serde_json::{Value, json};

use crate::common::World;

async fn ids(world: &World, list: &str, id: &str) -> Vec<String> {
    let path = format!("/v1/shops/acme/{list}");
    let list = world
        .get(&path)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    let items = list["data"].as_array().unwrap();
    items
        .iter()
        .map(|item| item[id].as_str().unwrap().to_owned())
        .collect()
}

/// A claim, by its title.
async fn claim(world: &World, fields: Value) -> String {
    let made = world
        .post("/v1/shops/acme/claims")
        .key(&world.acme.editor)
        .json(&fields)
        .send();
    made.await.expect(201)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn claims_are_found_by_what_they_hold() {
    let world = World::new().await;
    let cup = json!({
        "title": "Cup", "reason": "damage", "order_number": "A-1001", "labels": ["vip", "late"],
        "customer": {"email": "Ada@Mail.example", "first_name": "Ada"},
        "assignee": {"user_id": 42, "name": "Grace"}, "description": "The handle is broken.",
    });
    claim(&world, cup).await;
    let plate =
        json!({"title": "Plate", "reason": "lost", "status": "accepted", "order_number": "A-1002"});
    claim(&world, plate).await;
    for (query, expected) in [
        ("", vec!["Plate", "Cup"]),
        ("status=pending", vec!["Cup"]),
        ("status=closed", vec![]),
        ("reason=lost", vec!["Plate"]),
        ("order_number=A-1001", vec!["Cup"]),
        ("order_number=A-1", vec![]),
        ("customer_email=ada%40mail.example", vec!["Cup"]),
        ("assignee=42", vec!["Cup"]),
        ("assignee=grace", vec!["Cup"]),
        ("label=vip&label=late", vec![]),
        ("label=late&status=pending&reason=damage", vec!["Cup"]),
        ("label=late&status=accepted", vec![]),
        ("q=hand+brok", vec!["Cup"]),
        ("q=A-1002", vec!["Plate"]),
        ("q=ada&status=pending", vec!["Cup"]),
        ("q=1001", vec!["Cup"]),
        ("q=1", vec!["Plate", "Cup"]),
        ("q=CLM-000002", vec!["Plate"]),
        ("since=2026-01-29T14:48:47Z", vec!["Plate", "Cup"]),
        ("since=2026-01-29T14:48:48Z", vec![]),
        ("until=2026-01-29T14:48:47Z&status=pending", vec![]),
        ("per_page=1&page=2", vec!["Cup"]),
        ("q=1&page=2", vec![]),
    ] {
        if query.starts_with("label=vip&") {
            let path = format!("/v1/shops/acme/claims?{query}");
            let answer = world.get(&path).key(&world.acme.viewer).send().await;
            assert_eq!(answer.invalid("query_invalid"), ["/label"]);
            continue;
        }
        let titles = ids(&world, &format!("claims?{query}"), "title").await;
        assert_eq!(titles, expected, "{query}");
    }
    for (query, field) in [
        ("q=", "/q"),
        ("q=%21%21", "/q"),
        ("status=held", "/status"),
        ("color=x", "/color"),
    ] {
        let path = format!("/v1/shops/acme/claims?{query}");
        let answer = world.get(&path).key(&world.acme.viewer).send().await;
        assert_eq!(answer.invalid("query_invalid"), [field], "{query}");
    }
}

#[tokio::test]
async fn orders_shipments_and_contacts_are_found_by_words() {
    let world = World::new().await;
    let put = |path: &str, body: Value| {
        let path = format!("/v1/shops/acme/{path}");
        world
            .call("PUT", &path)
            .key(&world.acme.editor)
            .json(&body)
            .send()
    };
    put("orders/A-1", json!({"products": [{"title": "Blue mug"}]}))
        .await
        .expect(201);
    put(
        "orders/A-2",
        json!({"customer": {"email": "bob@mail.example"}}),
    )
    .await
    .expect(201);
    put("shipments/s1", json!({"tracking_number": "00340434"}))
        .await
        .expect(201);
    let contact = json!({"last_name": "Hopper", "mobile_phone": "+49 171 555"});
    let contact = world
        .post("/v1/shops/acme/contacts")
        .key(&world.acme.editor)
        .json(&contact)
        .send();
    let contact = contact.await.expect(201)["id"].as_str().unwrap().to_owned();
    for (list, id, expected) in [
        ("orders?q=mug", "order_number", vec!["A-1"]),
        ("orders?q=A", "order_number", vec!["A-2", "A-1"]),
        ("orders?q=bob", "order_number", vec!["A-2"]),
        ("orders?q=nobody", "order_number", vec![]),
        ("shipments?q=00340", "id", vec!["s1"]),
        ("contacts?q=hop", "id", vec![&*contact]),
        ("contacts?q=171", "id", vec![&*contact]),
        ("contacts?q=172", "id", vec![]),
    ] {
        assert_eq!(ids(&world, list, id).await, expected, "{list}");
    }
}

#[tokio::test]
async fn events_and_deliveries_are_found_by_what_they_are_about() {
    let world = World::new().await;
    world.make_webhook(json!({"dialect": "standard"})).await;
    let a = claim(&world, json!({"order_number": "A-1"})).await;
    let b = claim(&world, json!({"order_number": "A-2"})).await;
    let order = world
        .call("PUT", "/v1/shops/acme/orders/A-1")
        .key(&world.acme.editor);
    order
        .json(&json!({"order_name": "x"}))
        .send()
        .await
        .expect(201);
    let (created, synced) = ("claims/created", "orders/synced");
    for (query, expected) in [
        ("ref=claims".to_owned(), vec![created, created]),
        ("ref=claims/created".to_owned(), vec![created, created]),
        ("ref=claims/cre".to_owned(), vec![]),
        ("ref=orders".to_owned(), vec![synced]),
        (format!("subject={a}"), vec![created]),
        (format!("subject=claims/{b}"), vec![created]),
        (format!("subject=orders/{b}"), vec![]),
        ("subject=orders/A-1".to_owned(), vec![synced]),
        (format!("subject={a}&ref=orders"), vec![]),
        ("until=2026-01-29T14:48:47Z".to_owned(), vec![]),
    ] {
        let refs = ids(&world, &format!("events?{query}"), "ref").await;
        assert_eq!(refs, expected, "{query}");
    }
    for (query, expected) in [
        (format!("claim={a}"), vec![created]),
        ("order_number=A-1".to_owned(), vec![synced, created]),
        ("order_number=A-2".to_owned(), vec![created]),
        (format!("order_number=A-2&claim={a}"), vec![]),
        ("order_number=A-1&status=delivered".to_owned(), vec![]),
        ("order_number=A-3".to_owned(), vec![]),
    ] {
        let refs = ids(&world, &format!("deliveries?{query}"), "ref").await;
        assert_eq!(refs, expected, "{query}");
    }
}

/// Pages by cursor end early where they would be long; pages by number are whole, or refused.
#[tokio::test]
async fn a_long_page_ends_early_or_is_refused() {
    let world = World::new().await;
    for _ in 0..20 {
        claim(
            &world,
            json!({"title": "t", "custom": {"x": "x".repeat(600_000)}}),
        )
        .await;
    }
    let get = |query: &str| {
        let path = format!("/v1/shops/acme/claims?{query}");
        world.get(&path).key(&world.acme.viewer).send()
    };
    let page = get("limit=20").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert!(page["next_cursor"].is_string());
    let page = get("per_page=5&page=2").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 5);
    let refused = get("per_page=20&page=1").await;
    assert_eq!(refused.invalid("query_invalid"), ["/per_page"]);
}
