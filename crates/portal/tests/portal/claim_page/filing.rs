//! A claim is filed, step by step.

use std::time::Duration;

use serde_json::json;

use super::{Customer, claims_of, link, set, set_up, shipment, world};
use crate::common::World;

/// A photo of one pixel.
pub fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::new(1, 1);
    image
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_customer_files_a_claim_with_a_photo() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "defective")]).await;
    mia.sees("Which items are affected?");
    mia.says(&[("item", "0"), ("quantity-0", "2"), ("quantity-1", "1")])
        .await;
    mia.sees("Add photos");
    mia.uploads(&[&photo()], ("add", "yes")).await;
    mia.sees("Your photos");
    mia.uploads(&[], ("on", "yes")).await;
    mia.sees("Anything else");
    mia.says(&[("description", "The handle\r\nis broken.")])
        .await;
    mia.sees("What would you like us to do?");
    mia.says(&[("resolution", "reorder")]).await;
    for text in [
        "Check your answers",
        "2 × Blue mug",
        "The handle\nis broken.",
        "Send a replacement",
    ] {
        mia.sees(text);
    }
    mia.says(&[]).await;
    mia.sees("We have your report");
    mia.sees("<strong>1</strong>");

    let claims = claims_of(&world, "acme").await;
    let [claim] = claims.as_slice() else {
        panic!("{claims:?}")
    };
    assert_eq!(claim["type"], "defective");
    assert_eq!(claim["reason"], "damage");
    assert_eq!(claim["resolution_preference"], "reorder");
    assert_eq!(claim["order_number"], "1001");
    assert_eq!(claim["description"], "The handle\nis broken.");
    assert_eq!(claim["customer"]["email"], "mia@berg.test");
    assert_eq!(
        claim["selected_items"],
        json!([{"sku": "MUG", "title": "Blue mug", "quantity": 2, "net_price": 12.5, "image_urls": []}])
    );
    assert_eq!(claim["labels"], json!([]));
    let url = claim["image_urls"][0].as_str().unwrap();
    assert!(url.starts_with("http://portal.test/images/"), "{url}");
}

#[tokio::test]
async fn a_receipt_is_mailed_once() {
    let world = set_up(World::mailing().await, json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "support")]).await;
    mia.says(&[("description", "Hello?")]).await;
    let form = mia.action();
    mia.says(&[]).await;
    mia.sees("We have sent a receipt to m…@berg.test");
    let status = mia.path.split('?').next().unwrap().to_owned();
    mia.says_to(&form, &[]).await;
    let letter = world.letter().await.unwrap();
    assert!(world.letter().await.is_none(), "sent twice, it is one");
    assert_eq!(letter["to"], "mia@berg.test");
    assert_eq!(letter["subject"], "acme: we have your report, claim 1");
    let text = letter["text"].as_str().unwrap();
    assert!(
        text.starts_with("Hello Mia,") && text.contains("order 1001"),
        "{text}"
    );
    assert!(
        text.contains(&format!("http://portal.test{status}?lang=en")),
        "{text}"
    );
}

/// What the customer does is done in a user interface, in their name: `ui_only` webhooks hear of it.
#[tokio::test]
async fn the_source_is_a_person_in_a_user_interface() {
    let world = world(json!({})).await;
    let hook =
        json!({"url": "https://hooks.test/a", "dialect": "claimable", "source_filter": "ui_only"});
    world.webhook("acme", hook).await;
    let mut mia = Customer::of_order(&world).await;
    file_support(&mut mia).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let claim = claims_of(&world, "acme").await.remove(0);
    let path = format!(
        "/portal/shops/acme/claims/{}",
        claim["id"].as_str().unwrap()
    );
    admin.get(&path).await.is(200).says("Mia Berg");
    let deliveries = admin.get("/portal/shops/acme/deliveries").await;
    deliveries.is(200).says("claims/created");
}

pub async fn file_support(mia: &mut Customer<'_>) {
    mia.says(&[("problem", "support")]).await;
    mia.says(&[("description", "How does it work?")]).await;
    mia.sees("Check your answers");
    mia.says(&[]).await;
    mia.sees("We have your report");
}

#[tokio::test]
async fn what_is_sent_twice_is_one_claim() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "support")]).await;
    mia.says(&[("description", "Hello?")]).await;
    let (review, form) = (mia.path.clone(), mia.action());
    mia.says(&[]).await;
    mia.says_to(&form, &[]).await;
    mia.sees("You had sent this report already");
    // By the way back, with another answer.
    mia.goes(&review).await;
    mia.follows("Change<span class=\"sr\">: Description").await;
    mia.says(&[("description", "Changed my mind")]).await;
    mia.says(&[]).await;
    mia.sees("You had sent this report already");
    assert_eq!(claims_of(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn every_answer_can_be_changed_and_is_kept() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "missing_product")]).await;
    mia.says(&[("item", "1")]).await;
    mia.uploads(&[], ("on", "yes")).await;
    mia.says(&[("description", "")]).await;
    mia.says(&[("resolution", "refund")]).await;
    mia.follows("Change<span class=\"sr\">: Items").await;
    mia.sees("value=\"1\" checked");
    mia.says(&[("item", "0"), ("quantity-0", "3"), ("item", "1")])
        .await;
    mia.sees("Check your answers");
    mia.sees("3 × Blue mug");
    mia.sees("1 × Tea pot");
    // Another problem asks its own questions.
    mia.follows("Change<span class=\"sr\">: Problem").await;
    mia.says(&[("problem", "return")]).await;
    mia.sees("Which items are affected?");
    mia.sees("value=\"3\"");
    mia.follows("Back").await;
    mia.sees("What is the problem?");
}

#[tokio::test]
async fn a_refused_answer_is_told_at_its_field_and_kept() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[]).await;
    mia.sees("Choose what the problem is");
    assert_eq!(mia.page.status, 422);
    mia.says(&[("problem", "alien")]).await;
    assert_eq!(mia.page.status, 422);
    mia.says(&[("problem", "dissatisfied")]).await;
    mia.says(&[]).await;
    mia.sees("Choose at least one item");
    for wrong in ["4", "0", "-1", "two", "99999999999999"] {
        mia.says(&[("item", "0"), ("quantity-0", wrong)]).await;
        mia.sees("id=\"quantity-0-error\"");
        mia.sees(&format!("value=\"{wrong}\""));
    }
    mia.says(&[("item", "7")]).await;
    assert_eq!(mia.page.status, 422);
    mia.says(&[("item", "0"), ("quantity-0", "1")]).await;
    mia.uploads(&[], ("on", "yes")).await;
    mia.says(&[("description", " ")]).await;
    mia.sees("Describe what happened");
    assert_eq!(mia.page.status, 422);
    let long = "ä".repeat(1_001);
    mia.says(&[("description", &long)]).await;
    mia.sees("there are 1001");
    mia.sees(&long);
    mia.says(&[("description", &long[2..])]).await;
    mia.says(&[("resolution", "gold")]).await;
    mia.sees("Choose what you would like");
}

#[tokio::test]
async fn one_of_several_parcels_is_asked_for() {
    let world = world(json!({})).await;
    for id in ["P1", "P2"] {
        let fields = json!({"order_number": "1001", "tracking_number": format!("00340{id}")});
        shipment(&world, id, fields).await;
    }
    let mut mia = Customer::at(&world, "/acme/claim").await;
    mia.says(&[("order", "1001"), ("proof", "10115")]).await;
    mia.sees("Which parcel is it about?");
    mia.says(&[("shipment", "P3")]).await;
    mia.sees("Choose the parcel");
    mia.says(&[("shipment", "P2")]).await;
    mia.says(&[("problem", "not_received")]).await;
    mia.says(&[("description", "")]).await;
    mia.says(&[("resolution", "refund")]).await;
    mia.sees("Parcel 00340P2");
    mia.says(&[]).await;
    let claim = claims_of(&world, "acme").await.remove(0);
    assert_eq!(claim["shipment_id"], "P2");
    assert_eq!(claim["reason"], "investigation");
}

#[tokio::test]
async fn own_reasons_and_wishes_are_offered() {
    let reasons = json!([
        {"reason": "scratch", "flow": "defective", "labels": {"en": "It has scratches", "de": "Kratzer"}, "photos": 2,
            "resolutions": ["refund", "store_credit"]},
        {"reason": "dead", "flow": "defective", "labels": {"en": "It is dead"}, "photos": 0},
    ]);
    let world =
        world(json!({"reasons": reasons, "flows": [{"flow": "defective", "photos": 1}]})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.sees_not("I have a question");
    mia.says(&[("problem", "defective")]).await;
    mia.sees("It has scratches");
    mia.says(&[("reason", "scratch")]).await;
    mia.says(&[("item", "1")]).await;
    mia.sees("At least 2 photos");
    mia.uploads(&[&photo()], ("on", "yes")).await;
    mia.sees("Add at least 2 photos");
    mia.uploads(&[&photo()], ("on", "yes")).await;
    mia.says(&[]).await;
    mia.sees("Store credit");
    mia.sees_not("Send a replacement");
    mia.says(&[("resolution", "store_credit")]).await;
    mia.says(&[]).await;
    let claim = claims_of(&world, "acme").await.remove(0);
    assert_eq!(claim["reason"], "scratch");
    assert_eq!(claim["resolution_preference"], "store_credit");
}

/// What the shop changed while a customer was answering is what counts.
#[tokio::test]
async fn the_answers_are_looked_at_again_when_they_are_sent() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "return")]).await;
    mia.says(&[("item", "0"), ("quantity-0", "3")]).await;
    mia.says(&[]).await;
    mia.sees("Check your answers");
    let mut order = super::order();
    order["products"][0]["quantity"] = json!(1);
    world.order("acme", "1001", order).await;
    mia.says(&[]).await;
    mia.sees("Which items are affected?");
    assert!(claims_of(&world, "acme").await.is_empty());
    mia.says(&[("item", "0")]).await;
    let off = json!({"enabled": true, "flows": [{"flow": "support"}]});
    set(&world, "acme", off).await;
    mia.goes(&mia.path.clone()).await;
    mia.sees("What is the problem?");
}

#[tokio::test]
async fn a_link_needs_no_typing_until_it_is_over() {
    let world = world(json!({})).await;
    let link = link(&world, "acme", "1001", 3_600).await;
    let customer = Customer::at(&world, &link).await;
    customer.sees("What is the problem?");
    customer.sees("Order #1001");
    let forged = link.replace("link=", "link=A");
    Customer::at(&world, &forged)
        .await
        .sees("does not work any more");
    let elsewhere = link.replace("/acme/", "/other/");
    Customer::at(&world, &elsewhere)
        .await
        .sees("does not work any more");
    world.pass(Duration::from_secs(3_600));
    Customer::at(&world, &link)
        .await
        .sees("does not work any more");
}

#[tokio::test]
async fn a_draft_is_good_for_two_hours_and_in_its_shop() {
    let world = world(json!({})).await;
    world
        .order("other", "1001", json!({"address": {"zip": "20095"}}))
        .await;
    let mut mia = Customer::of_order(&world).await;
    let here = mia.path.clone();
    mia.goes(&here.replace("/acme/", "/other/")).await;
    mia.sees("You were away for a while");
    let (path, sealed) = here.split_once("?s=").unwrap();
    let cut = &sealed[..sealed.len() - 2];
    mia.goes(&format!("{path}?s={cut}")).await;
    mia.sees("You were away for a while");
    world.pass(Duration::from_secs(2 * 3_600));
    mia.goes(&here).await;
    mia.sees("You were away for a while");
}

#[tokio::test]
async fn someone_of_the_shop_fills_in_the_same_form_for_a_customer() {
    let world = world(json!({})).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let new = "/portal/shops/acme/claims/new";
    let offered = editor
        .get(&format!("{new}?order_number=1001"))
        .await
        .is(200);
    offered.says("Fill in the customers' form");
    let unknown = editor.get(&format!("{new}?order_number=7")).await.is(200);
    unknown.says_not("Fill in the customers' form");
    let form = format!("{new}/customers-form");
    editor.submit(&form, &[("order_number", "7")]).await.is(404);
    let begun = editor.submit(&form, &[("order_number", "1001")]).await;
    let begun = begun.is(303).location().to_owned();
    let mut filled = Customer::at(&world, &begun).await;
    filled.says(&[("problem", "defective")]).await;
    filled
        .says(&[("item", "1"), ("quantity-1", "1"), ("quantity-0", "1")])
        .await;
    filled.uploads(&[&photo()], ("add", "yes")).await;
    filled.uploads(&[], ("on", "yes")).await;
    filled.says(&[("description", "By phone.")]).await;
    filled.says(&[("resolution", "refund")]).await;
    filled.sees("Check your answers");
    let made = filled.sends().await;
    let claims = claims_of(&world, "acme").await;
    let [claim] = claims.as_slice() else {
        panic!("{claims:?}")
    };
    let page = format!(
        "/portal/shops/acme/claims/{}",
        claim["id"].as_str().unwrap()
    );
    assert_eq!(made, format!("{page}?done=claim-made"));
    assert_eq!(claim["customer"]["email"], "mia@berg.test");
    assert_eq!(claim["type"], "defective");
    let page = editor.get(&page).await.is(200);
    page.says("by acme editor, by hand").says("By phone.");

    let mut viewer = world.signed_in(&world.acme.viewer).await;
    viewer
        .submit(&form, &[("order_number", "1001")])
        .await
        .is(403);
    set(&world, "acme", json!({"enabled": false})).await;
    let off = editor
        .get(&format!("{new}?order_number=1001"))
        .await
        .is(200);
    off.says_not("Fill in the customers' form");
}

#[tokio::test]
async fn a_flow_has_the_steps_that_the_shop_wants() {
    let steps = json!({"items": "optional", "description": "no", "resolution": "optional"});
    let world = world(json!({"flows": [
        {"flow": "defective", "photos": 0, "steps": {"photos": "no", "description": "required", "resolution": "no"}},
        {"flow": "return", "photos": 1, "steps": steps},
    ]}))
    .await;
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "defective")]).await;
    mia.says(&[("item", "0"), ("quantity-0", "1")]).await;
    mia.sees("Describe what happened");
    mia.says(&[("description", "")]).await;
    mia.sees("description-error");
    mia.says(&[("description", "It is broken.")]).await;
    mia.sees("Check your answers");
    // The flow is another: what was said of the one before is not asked, and not said.
    mia.follows("Change<span class=\"sr\">: Problem").await;
    mia.says(&[("problem", "return")]).await;
    mia.sees("or go on without choosing");
    mia.says(&[]).await;
    mia.sees("Add photos");
    mia.uploads(&[], ("on", "yes")).await;
    mia.sees("Add at least one photo");
    mia.uploads(&[&photo()], ("on", "yes")).await;
    mia.sees("No preference");
    mia.says(&[("resolution", "")]).await;
    mia.sees("None chosen");
    mia.says(&[]).await;
    mia.sees("We have your report");
    let claim = claims_of(&world, "acme").await.remove(0);
    assert_eq!(claim["type"], "return");
    assert_eq!(claim["selected_items"], json!([]));
    assert!(
        claim["description"].is_null() && claim["resolution_preference"].is_null(),
        "{claim}"
    );
    assert_eq!(claim["image_urls"].as_array().unwrap().len(), 1);
}
