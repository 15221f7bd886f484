//! Nothing of an order is shown before it is known to be the customer's.

use std::time::Duration;

use serde_json::json;

use super::{Customer, link, set, world};
use crate::common::World;

#[tokio::test]
async fn a_page_that_is_off_is_not_there() {
    let world = World::new().await;
    for path in [
        "/acme/claim",
        "/acme/claim/problem?s=x",
        "/acme/claim/status/x",
        "/acme/claim/look.css",
        "/nowhere/claim",
    ] {
        let page = world.browser().get(path).await.is(404);
        page.says_not("acme");
    }
    set(&world, "acme", json!({"enabled": false})).await;
    world.browser().get("/acme/claim").await.is(404);
    set(&world, "acme", json!({"enabled": true})).await;
    world.browser().get("/acme/claim").await.is(200);
}

#[tokio::test]
async fn a_number_in_each_spelling_with_either_proof_opens() {
    let world = world(json!({})).await;
    for (order, proof) in [
        ("1001", "10115"),
        (" #1001 ", " 10 115 "),
        ("1001", "MIA@berg.test"),
    ] {
        let mut mia = Customer::at(&world, "/acme/claim").await;
        mia.says(&[("order", order), ("proof", proof)]).await;
        mia.sees("What is the problem?");
    }
}

/// The same page for a wrong ZIP, for an order of another shop, and for one that nobody has.
#[tokio::test]
async fn a_wrong_zip_is_answered_like_an_unknown_order() {
    let world = world(json!({})).await;
    world
        .order("other", "2002", json!({"address": {"zip": "20095"}}))
        .await;
    let mut answers = Vec::new();
    for (order, proof) in [
        ("1001", "20095"),
        ("2002", "20095"),
        ("9999", "10115"),
        ("1001", ""),
    ] {
        let mut browser = world.browser();
        let page = browser
            .post("/acme/claim", &[("order", order), ("proof", proof)])
            .await;
        assert_eq!(page.status, 422);
        for secret in ["Blue mug", "Secret Street", "Mia", "berg.test"] {
            assert!(!page.body.contains(secret), "{secret}");
        }
        let without = |body: String, typed: &str| body.replace(&format!("value=\"{typed}\""), "");
        answers.push(without(without(page.body, order), proof));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_ne!(answers[0], answers[3], "what is missing is said");
    assert!(answers[0].contains("We find no order with this number"));
}

#[tokio::test]
async fn guessing_ends_soon_and_for_one_order_alone() {
    let world = world(json!({})).await;
    world.order("acme", "1002", super::order()).await;
    let mut browser = world.browser();
    let mut tries = async |order: &str, proof: &str| {
        let fields = [("order", order), ("proof", proof)];
        browser.post("/acme/claim", &fields).await.status
    };
    for zip in 10_000..10_010 {
        assert_eq!(tries("1001", &zip.to_string()).await, 422);
    }
    assert_eq!(tries("1001", "10010").await, 429);
    assert_eq!(
        tries("#1001", "10115").await,
        429,
        "the right one too, in any spelling"
    );
    assert_eq!(tries("1002", "10115").await, 303);
    for zip in 10_000..10_010 {
        assert_eq!(
            tries("7777", &zip.to_string()).await,
            422,
            "one that is not there, alike"
        );
    }
    assert_eq!(tries("7777", "1").await, 429);
    world.pass(Duration::from_secs(600));
    assert_eq!(tries("1001", "10115").await, 303);
}

#[tokio::test]
async fn a_shops_orders_cannot_be_tried_one_after_the_other() {
    let world = world(json!({})).await;
    let mut browser = world.browser();
    for order in 0..300 {
        let fields = [("order", &*format!("A{order}")), ("proof", "10115")];
        browser.post("/acme/claim", &fields).await.is(422);
    }
    let fields = [("order", "1001"), ("proof", "10115")];
    browser.post("/acme/claim", &fields).await.is(429);
    browser.post("/other/claim", &fields).await.is(422);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let world = world(json!({})).await;
    let mut browser = world.browser();
    browser
        .headers
        .push(("sec-fetch-site", "cross-site".to_owned()));
    let fields = [("order", "1001"), ("proof", "10115")];
    browser
        .post("/acme/claim", &fields)
        .await
        .is(403)
        .says("Nothing was sent");
}

#[tokio::test]
async fn an_address_can_choose_beforehand_what_is_wrong() {
    let world = world(json!({"flows": [{"flow": "not_received"}, {"flow": "support"}]})).await;
    for (typed, chosen) in [
        ("notReceived", true),
        ("not_received", true),
        ("return", false),
        ("%3Cb%3E", false),
    ] {
        let form = format!("/acme/claim?orderNumber=1001&zipCode=10115&flowType={typed}");
        let mut mia = Customer::at(&world, &form).await;
        mia.sees("value=\"1001\"");
        let plain = typed.replace("%3Cb%3E", "<b>");
        mia.says(&[("order", "1001"), ("proof", "10115"), ("flow", &plain)])
            .await;
        let by_link = link(&world, "acme", "1001", 60).await;
        let by_link = Customer::at(&world, &format!("{by_link}&flowType={typed}")).await;
        for page in [mia, by_link] {
            page.sees("What is the problem?");
            match chosen {
                true => page.sees("value=\"not_received\" id=\"problem\" checked"),
                false => page.sees_not(" checked"),
            };
        }
    }
}
