use claimwire_model::SubjectKind;
use serde_json::{Value, json};

use crate::testing::orders::put;
use crate::testing::{World, events, fields, json as body, text};

#[tokio::test]
async fn an_order_syncs_when_it_is_new_or_differs() {
    let world = World::new().await;
    let order = r#"{"currency":"EUR","total_order_price":19.90,"address":{"zip":1e3},"products":[{"sku":"A","quantity":2,"images":[{"src":"https://x.example/a.png"}]}]}"#;
    let first = put(&world.call(), "10077", order.as_bytes()).await.unwrap();
    let again = put(&world.at(1), "10077", order.as_bytes()).await.unwrap();
    let back = put(&world.at(2), "10077", &first.body).await.unwrap();
    assert_eq!((first.status, again.status, back.status), (201, 200, 200));
    assert_eq!((&again.body, &back.body), (&first.body, &first.body));
    assert_eq!(world.refs().await, ["orders/synced"]);
    assert!(text(&first).contains("19.90") && text(&first).contains(r#"{"zip":1e3}"#));

    let changed = put(
        &world.at(3),
        "10077",
        &order.replace("EUR", "CHF").into_bytes(),
    )
    .await
    .unwrap();
    assert_eq!(body(&changed)["created_at"], body(&first)["created_at"]);
    assert_eq!(world.refs().await, ["orders/synced", "orders/synced"]);
    let events = world.events().await;
    let context: Value =
        serde_json::from_str(events[1].fact.context.as_ref().unwrap().get()).unwrap();
    assert_eq!(context["order"]["currency"], "CHF");
    assert_eq!(
        world.read(SubjectKind::Order, "10077").await,
        body(&changed)
    );
}

#[tokio::test]
async fn discounts_are_kept_as_they_are() {
    let world = World::new().await;
    let order = br#"{"discounts":[{"b":1e3,"a":"x"},1.10,null]}"#;
    let done = put(&world.call(), "1", order).await.unwrap();
    assert!(text(&done).contains(r#""discounts":[{"b":1e3,"a":"x"},1.10,null]"#));
    let again = br#"{"discounts":[{"a":"\u0078","b":1e3},1.10,null]}"#;
    put(&world.call(), "1", again).await.unwrap();
    assert_eq!(world.refs().await, ["orders/synced"]);
    let deep = format!(r#"{{"discounts":[{}{}]}}"#, "[".repeat(65), "]".repeat(65));
    let refused = put(&world.call(), "1", deep.as_bytes()).await;
    assert_eq!(fields(&refused.unwrap_err()), ["/discounts/0"]);
}

/// A megabyte of `{}` would be seventy as lines of an order.
#[tokio::test]
async fn what_is_too_long_is_not_read_to_its_end() {
    let world = World::new().await;
    for (body, field) in [
        (
            format!(r#"{{"products":[{}{{}}]}}"#, "{},".repeat(300_000)),
            "/products",
        ),
        (
            format!(
                r#"{{"performed_by":{{"user_id":[{}0]}}}}"#,
                "0,".repeat(300_000)
            ),
            "/performed_by/user_id",
        ),
        (
            format!(r#"{{"discounts":[{}0]}}"#, "0,".repeat(300_000)),
            "/discounts",
        ),
    ] {
        let refused = put(&world.call(), "1", body.as_bytes()).await;
        assert_eq!(fields(&refused.unwrap_err()), [field]);
    }
    let many = r#"{"ref":"orders/synced","event_data":{}},"#.repeat(100_000);
    // What stands behind too many is not looked at.
    let array = format!("[{many}7]");
    let refused = events::post(world.call(), array.as_bytes()).await;
    assert_eq!(fields(&refused.unwrap_err()), [""]);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::new().await;
    for (refused, field) in [
        (json!({"currency": "eur"}), "/currency"),
        (json!({"order_number": "2"}), "/order_number"),
        (
            json!({"products": [{"images": [{"src": "x"}]}]}),
            "/products/0/images/0/src",
        ),
        (
            json!({"products": [{"colour": "red"}]}),
            "/products/0/colour",
        ),
        (json!({"address": "Main Street"}), "/address"),
        (json!({"total_order_price": "12"}), "/total_order_price"),
        (json!({"order_placed_at": "yesterday"}), "/order_placed_at"),
    ] {
        let refusal = put(&world.call(), "1", refused.to_string().as_bytes())
            .await
            .unwrap_err();
        assert_eq!(fields(&refusal), [field], "{refused}");
    }
    assert_eq!(
        fields(
            &put(&world.call(), &"1".repeat(129), b"{}")
                .await
                .unwrap_err()
        ),
        ["/order_number"]
    );
    assert!(world.refs().await.is_empty());
}

#[tokio::test]
async fn a_put_of_a_part_leaves_the_rest_of_an_order() {
    let world = World::new().await;
    let whole = br#"{"currency": "EUR", "total_order_price": 12.50, "products": [{"title": "Cup", "quantity": 1}], "segments": ["vip"]}"#;
    let first = body(&put(&world.call(), "1001", whole).await.unwrap());
    let after = put(
        &world.at(1),
        "1001",
        br#"{"currency": "USD", "segments": null}"#,
    )
    .await;
    let mut expected = first;
    expected["currency"] = "USD".into();
    expected["segments"] = serde_json::json!([]);
    let after = body(&after.unwrap());
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
}
