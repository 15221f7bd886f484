use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::contacts::{create, delete, patch, put};
use crate::testing::{World, claims, fields, json as body, key};

const ID: Uuid = Uuid::from_u128(9);

#[tokio::test]
async fn only_a_new_contact_is_an_event() {
    let world = World::new().await;
    let claim = claims::create(&world.call(), b"{}").await.unwrap();
    let made = body(
        &create(&world.call(), br#"{"first_name": "Mia"}"#)
            .await
            .unwrap(),
    );
    let next = claims::create(&world.call(), b"{}").await.unwrap();
    assert_eq!(
        [
            &body(&claim)["number"],
            &body(&next)["number"],
            &made["number"]
        ],
        [1, 2, 1],
        "each kind counts by itself"
    );
    let put_first = put(
        &world.call(),
        ID,
        br#"{"email": "m@x.example", "custom": {"n": 1.10}}"#,
    )
    .await
    .unwrap();
    let again = put(&world.at(1), ID, &put_first.body).await.unwrap();
    let patched = patch(&world.at(2), ID, br#"{"email": null, "is_business": true}"#)
        .await
        .unwrap();
    assert_eq!(
        (put_first.status, again.status, patched.status),
        (201, 200, 200)
    );
    assert_eq!(again.body, put_first.body);
    let contact = body(&patched);
    assert_eq!(
        (&contact["email"], &contact["is_business"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(contact["custom"].to_string(), r#"{"n":1.10}"#);
    delete(&world.call(), ID).await.unwrap();
    assert_eq!(key(delete(&world.call(), ID).await), "contact_not_found");
    assert_eq!(
        key(patch(&world.call(), ID, b"{}").await),
        "contact_not_found"
    );
    assert_eq!(
        world.refs().await,
        [
            "claims/created",
            "contacts/created",
            "claims/created",
            "contacts/created"
        ]
    );
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::new().await;
    let wrong = json!({"preferred_contact_method": "pigeon", "title": "x".repeat(513)});
    let refusal = create(&world.call(), wrong.to_string().as_bytes())
        .await
        .unwrap_err();
    assert_eq!(fields(&refusal), ["/title", "/preferred_contact_method"]);
    assert_eq!(
        fields(
            &put(&world.call(), ID, br#"{"nick": "M"}"#)
                .await
                .unwrap_err()
        ),
        ["/nick"]
    );
}
