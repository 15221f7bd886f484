//! What is signed and sealed, and what of a customer's answers cannot be.

use std::sync::Arc;

use claimwire_model::claim_page::Flow;
use claimwire_model::shipment::Shipment;
use claimwire_model::{ClaimPage, Shop, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::seal::{Use, signed, verified};
use super::*;

const KEY: [u8; 32] = [7; 32];

#[test]
fn what_is_signed_is_good_for_one_use_under_one_key() {
    let token = signed(&KEY, Use::Claim, b"body");
    assert_eq!(
        verified(&KEY, Use::Claim, &token).as_deref(),
        Some(&b"body"[..])
    );
    assert_eq!(verified(&KEY, Use::Order, &token), None);
    assert_eq!(verified(&[8; 32], Use::Claim, &token), None);
    for bad in [
        "",
        "A",
        "AAAAAAAAAAAAAAAAAAAAAA",
        &token[1..],
        &format!("A{token}"),
        "ü",
    ] {
        assert_eq!(verified(&KEY, Use::Claim, bad), None, "{bad}");
    }
    let mut bytes = data_encoding::BASE64URL_NOPAD
        .decode(token.as_bytes())
        .unwrap();
    for at in 0..bytes.len() {
        bytes[at] ^= 1;
        let changed = data_encoding::BASE64URL_NOPAD.encode(&bytes);
        assert_eq!(verified(&KEY, Use::Claim, &changed), None, "byte {at}");
        bytes[at] ^= 1;
    }
}

#[test]
fn each_shop_has_a_key_of_its_own() {
    let shop = |n: u128| Shop {
        no: claimwire_model::ShopNo(1),
        id: Uuid::from_u128(n),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: at(0),
        updated_at: at(0),
    };
    assert_ne!(key(&KEY, &shop(1)), key(&KEY, &shop(2)));
    assert_ne!(key(&KEY, &shop(1)), key(&[8; 32], &shop(1)));
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_secs(1_769_698_127 + day * 86_400)
}

fn around(claims: usize) -> Around {
    let order = json!({
        "order_number": "1", "order_placed_at": at(0), "total_order_price": 100, "discounts": [], "segments": [], "custom": {},
        "products": [{"sku": "A", "title": "A", "quantity": 2, "price": 30.5}, {"title": "B", "quantity": 1}],
        "created_at": at(0), "updated_at": at(0),
    });
    Around {
        order: serde_json::from_value(order).unwrap(),
        shipments: Vec::new(),
        claims: Vec::new(),
        claims_of_customer: claims,
    }
}

fn parcel(id: &str, delivered: Option<i64>) -> Shipment {
    let events: Vec<_> = delivered
        .map(|day| {
            json!({"external_id": id, "event_name": "X", "event_time": at(day), "phase": "delivered", "created_at": at(day)})
        })
        .into_iter()
        .collect();
    let shipment = json!({
        "id": id, "direction": "merchant_customer", "state": "fulfilled", "custom": {}, "events": events,
        "created_at": at(0), "updated_at": at(0),
    });
    serde_json::from_value(shipment).unwrap()
}

#[test]
fn the_window_begins_with_the_delivery_of_the_parcel_that_is_meant() {
    let page = ClaimPage {
        filing_days: Some(10),
        ..ClaimPage::default()
    };
    let mut order = around(0);
    assert_eq!(order.window(&page, None, at(9)), Window::Open);
    assert_eq!(order.window(&page, None, at(10)), Window::Over(at(10)));
    order.shipments = vec![
        parcel("1", Some(5)),
        parcel("2", Some(8)),
        parcel("3", None),
    ];
    assert_eq!(
        order.window(&page, None, at(17)),
        Window::Open,
        "the last counts"
    );
    assert_eq!(order.window(&page, Some("1"), at(15)), Window::Over(at(15)));
    assert_eq!(order.window(&page, Some("3"), at(10)), Window::Over(at(10)));
    let for_ever = ClaimPage::default();
    assert_eq!(order.window(&for_ever, None, at(10_000)), Window::Open);
}

fn filing(flow: Flow, items: &[(usize, u32)]) -> Filing {
    Filing {
        flow: Some(flow),
        items: items.to_vec(),
        ..Filing::default()
    }
}

#[test]
fn only_what_was_ordered_can_be_claimed() {
    let (page, order) = (ClaimPage::default(), around(0));
    let found = |items: &[(usize, u32)]| {
        wrong(
            &page,
            &order,
            &filing(Flow::Return, items),
            Question::Items,
            at(1),
        )
    };
    assert_eq!(found(&[(0, 2), (1, 1)]), None);
    assert_eq!(found(&[]), Some(Wrong::NotChosen));
    assert_eq!(found(&[(2, 1)]), Some(Wrong::NotChosen));
    for items in [&[(0, 3)][..], &[(0, 0)], &[(1, 2)], &[(0, 1), (0, 1)]] {
        assert!(
            matches!(found(items), Some(Wrong::Quantity { .. })),
            "{items:?}"
        );
    }
}

#[test]
fn the_shop_is_warned_from_its_thresholds_on() {
    let page = ClaimPage {
        value_threshold: Some(61),
        repeat_claims: Some(2),
        ..ClaimPage::default()
    };
    let flags = |claims, filing| flags(&page, &around(claims), &filing);
    assert!(flags(1, filing(Flow::Return, &[(0, 1), (1, 1)])).is_empty());
    assert_eq!(flags(0, filing(Flow::Return, &[(0, 2)])), ["high-value"]);
    assert_eq!(
        flags(2, filing(Flow::NotReceived, &[])),
        ["high-value", "repeat-claimant"]
    );
}

#[test]
fn a_flow_asks_for_what_it_needs() {
    let (page, mut order) = (ClaimPage::default(), around(0));
    let asked = |order: &Around, flow| questions(&page, order, &filing(flow, &[]));
    assert_eq!(
        asked(&order, Flow::Support),
        [Question::Flow, Question::Description]
    );
    assert_eq!(
        asked(&order, Flow::NotReceived),
        [Question::Flow, Question::Description, Question::Resolution]
    );
    order.shipments = vec![parcel("1", None), parcel("2", None)];
    assert_eq!(
        asked(&order, Flow::Defective),
        [
            Question::Shipment,
            Question::Flow,
            Question::Items,
            Question::Photos,
            Question::Description,
            Question::Resolution,
        ]
    );
    order.order.products.clear();
    assert!(
        !asked(&order, Flow::Return).contains(&Question::Items),
        "nothing to choose from"
    );
    let nothing = Filing::default();
    for question in [Question::Flow, Question::Items, Question::Description] {
        let found = wrong(&page, &order, &nothing, question, at(0));
        assert_eq!(found, Some(Wrong::NotChosen), "{question:?}");
    }
}

#[test]
fn a_step_that_the_shop_made_optional_can_be_passed() {
    let flows = json!({"flows": [
        {"flow": "return", "steps": {"items": "optional", "photos": "required", "description": "no", "resolution": "optional"}},
    ]});
    let page: ClaimPage = serde_json::from_value(flows).unwrap();
    let order = around(0);
    let mut answers = filing(Flow::Return, &[]);
    assert_eq!(
        questions(&page, &order, &answers),
        [
            Question::Flow,
            Question::Items,
            Question::Photos,
            Question::Resolution
        ]
    );
    let found = |answers: &Filing, question| wrong(&page, &order, answers, question, at(1));
    assert_eq!(found(&answers, Question::Items), None);
    assert_eq!(found(&answers, Question::Resolution), None);
    assert_eq!(
        found(&answers, Question::Photos),
        Some(Wrong::PhotosNeeded(1))
    );
    answers.resolution = Some("gold".to_owned());
    assert_eq!(
        found(&answers, Question::Resolution),
        Some(Wrong::NotChosen)
    );
}

/// Answers of a flow that was chosen before neither reach the claim nor hide what the order is worth.
#[test]
fn what_is_not_asked_any_more_is_forgotten() {
    let page = ClaimPage {
        value_threshold: Some(61),
        ..ClaimPage::default()
    };
    let mut answers = filing(Flow::NotReceived, &[(1, 1)]);
    answers.photos = vec!["https://photos.test/1.png".to_owned()];
    answers.description = "gone".to_owned();
    let kept = answers.as_asked(&page, &around(0));
    assert!(kept.items.is_empty() && kept.photos.is_empty());
    assert_eq!(kept.description, "gone");
    assert_eq!(flags(&page, &around(0), &kept), ["high-value"]);
}

#[tokio::test]
async fn a_sealed_text_cannot_be_read_or_changed() {
    let world = crate::testing::World::new().await;
    let ports = crate::Ports {
        random: crate::system_random(),
        ..world.ports.clone()
    };
    let page = Arc::new(ClaimPage::default());
    let desk = ClaimDesk::of(&ports, &KEY, world.shop.clone(), page.clone());
    let sealed = desk.sealed(b"mia@berg.test").unwrap();
    assert_ne!(sealed, desk.sealed(b"mia@berg.test").unwrap());
    assert_eq!(
        desk.unsealed(&sealed).as_deref(),
        Some(&b"mia@berg.test"[..])
    );
    let mut bytes = data_encoding::BASE64URL_NOPAD
        .decode(sealed.as_bytes())
        .unwrap();
    for at in 0..bytes.len() {
        bytes[at] ^= 1;
        let changed = data_encoding::BASE64URL_NOPAD.encode(&bytes);
        assert_eq!(desk.unsealed(&changed), None, "byte {at}");
        bytes[at] ^= 1;
    }
    for bad in ["", "AAAA", "ü"] {
        assert_eq!(desk.unsealed(bad), None);
    }
    let elsewhere = ClaimDesk::of(&ports, &[8; 32], world.shop.clone(), page);
    assert_eq!(elsewhere.unsealed(&sealed), None);
}
