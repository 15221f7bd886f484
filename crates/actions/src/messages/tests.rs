use claimwire_store::PageRequest;
use serde_json::Value;
use uuid::Uuid;

use crate::messages::list;
use crate::testing::messages::create;
use crate::testing::{World, claims, fields, json, key};

const CLAIM: Uuid = Uuid::from_u128(7);

#[tokio::test]
async fn a_message_is_an_event_of_its_claim() {
    let world = World::new().await;
    claims::create(&world.call(), br#"{"order_number": "1"}"#)
        .await
        .unwrap();
    claims::put(
        &world.call(),
        CLAIM,
        br#"{"order_number": "1", "title": "this"}"#,
    )
    .await
    .unwrap();
    claims::create(&world.call(), br#"{"order_number": "1"}"#)
        .await
        .unwrap();
    let text =
        br#"{"direction": "outbound", "body": "We send another.", "author": {"name": "Ada"}}"#;
    let done = create(&world.call(), CLAIM, text).await.unwrap();
    create(
        &world.call(),
        CLAIM,
        br#"{"direction": "inbound", "body": "Thanks"}"#,
    )
    .await
    .unwrap();
    assert_eq!(
        (done.status, &json(&done)["author"]["name"]),
        (201, &Value::from("Ada"))
    );
    assert_eq!(
        world.refs().await[3..],
        ["messages/sent", "messages/received"]
    );
    let events = world.events().await;
    let context: Value =
        serde_json::from_str(events[3].fact.context.as_ref().unwrap().get()).unwrap();
    assert_eq!(context["claims"][0]["title"], "this");
    assert_eq!(context["claims"].as_array().unwrap().len(), 3);

    let page = list(&world.call().editor.viewer(), &CLAIM, PageRequest::first(1))
        .await
        .unwrap();
    assert!(page.items[0].json().contains("Thanks") && page.next.is_some());
}

#[tokio::test]
async fn without_a_claim_there_is_no_message() {
    let world = World::new().await;
    let text = br#"{"direction": "outbound", "body": "x"}"#;
    assert_eq!(
        key(create(&world.call(), CLAIM, text).await),
        "claim_not_found"
    );
    let page = PageRequest::first(10);
    assert_eq!(
        key(list(&world.call().editor.viewer(), &CLAIM, page).await),
        "claim_not_found"
    );
    claims::put(&world.call(), CLAIM, b"{}").await.unwrap();
    for (refused, field) in [
        (r#"{"direction": "outbound"}"#, "/body"),
        (r#"{"direction": "outbound", "body": ""}"#, "/body"),
        (r#"{"direction": "sideways", "body": "x"}"#, "/direction"),
        (
            r#"{"direction": "inbound", "body": "x", "author": ["x"]}"#,
            "/author",
        ),
    ] {
        assert_eq!(
            fields(
                &create(&world.call(), CLAIM, refused.as_bytes())
                    .await
                    .unwrap_err()
            ),
            [field]
        );
    }
}

#[tokio::test]
async fn repeated_after_its_claim_is_gone_it_is_the_first_answer() {
    let world = World::new().await;
    claims::put(&world.call(), CLAIM, b"{}").await.unwrap();
    let text = br#"{"direction": "inbound", "body": "x"}"#;
    let first = create(&world.keyed("m", 1), CLAIM, text).await.unwrap();
    claims::delete(&world.call(), CLAIM).await.unwrap();
    let again = create(&world.keyed("m", 1), CLAIM, text).await.unwrap();
    assert_eq!((first.body, again.repeated), (again.body, true));
}
