//! What the shop is warned of, and what customers are told before they send.

use serde_json::json;

use super::filing::file_support;
use super::{Customer, claims_of, shipment, world};

async fn returns(mia: &mut Customer<'_>, items: &[(&str, &str)]) {
    mia.says(&[("problem", "return")]).await;
    mia.says(items).await;
    mia.says(&[("description", "")]).await;
    mia.sees("Check your answers");
}

#[tokio::test]
async fn the_same_item_claimed_twice_is_said_before_it_is_sent() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    returns(&mut mia, &[("item", "1")]).await;
    mia.sees_not("You have reported this before");
    mia.says(&[]).await;
    let mut mia = Customer::of_order(&world).await;
    mia.sees("Already reported for this order");
    mia.sees("Claim 1 of 29 January 2026");
    mia.says(&[("problem", "return")]).await;
    mia.sees("Already reported in claim 1");
    mia.says(&[("item", "1")]).await;
    mia.says(&[]).await;
    mia.sees("You have reported this before: Claim 1 of");
    mia.says(&[]).await;
    let claims = claims_of(&world, "acme").await;
    assert_eq!(claims[0]["labels"], json!(["duplicate-item"]));
    assert_eq!(claims[1]["labels"], json!([]));
    let mut mia = Customer::of_order(&world).await;
    returns(&mut mia, &[("item", "0"), ("quantity-0", "1")]).await;
    mia.sees_not("You have reported this before");
}

#[tokio::test]
async fn a_value_from_the_threshold_on_is_labelled() {
    let world = world(json!({"value_threshold": 37})).await;
    for (quantity, labels) in [("2", json!([])), ("3", json!(["high-value"]))] {
        let mut mia = Customer::of_order(&world).await;
        returns(&mut mia, &[("item", "0"), ("quantity-0", quantity)]).await;
        mia.says(&[]).await;
        let claims = claims_of(&world, "acme").await;
        let without = |label: &&serde_json::Value| *label != "duplicate-item";
        let found: Vec<_> = claims[0]["labels"]
            .as_array()
            .unwrap()
            .iter()
            .filter(without)
            .collect();
        assert_eq!(json!(found), labels, "{quantity}");
    }
}

#[tokio::test]
async fn a_repeat_claimant_is_labelled() {
    let world = world(json!({"repeat_claims": 2})).await;
    for n in 0..2 {
        let before =
            json!({"customer": {"email": "mia@berg.test"}, "order_number": format!("older-{n}")});
        world.claim("acme", before).await;
    }
    let mut mia = Customer::of_order(&world).await;
    file_support(&mut mia).await;
    assert_eq!(
        claims_of(&world, "acme").await[0]["labels"],
        json!(["repeat-claimant"])
    );
}

#[tokio::test]
async fn after_the_window_only_a_question_can_be_asked() {
    let world = world(json!({"filing_days": 5})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.sees("could be reported until 25 January 2026");
    mia.sees_not("value=\"defective\"");
    mia.says(&[("problem", "defective")]).await;
    assert_eq!(mia.page.status, 422);
    file_support(&mut mia).await;
    // It begins anew with the delivery.
    let fields = json!({"order_number": "1001", "tracking_number": "00340"});
    shipment(&world, "P1", fields).await;
    Customer::of_order(&world)
        .await
        .sees_not("value=\"defective\"");
}

#[tokio::test]
async fn a_shop_that_answers_no_questions_says_so_kindly() {
    let world = world(json!({"filing_days": 5, "flows": [{"flow": "return"}]})).await;
    let mia = Customer::of_order(&world).await;
    mia.sees("write to the shop&#39;s customer service");
    mia.sees_not("<form");
}

#[tokio::test]
async fn an_order_has_an_end_of_claims() {
    let world = world(json!({})).await;
    for _ in 0..20 {
        world.claim("acme", json!({"order_number": "1001"})).await;
    }
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "support")]).await;
    assert_eq!(mia.page.status, 422);
    mia.sees("as many reports as it can have");
}
