//! The event that a "send a test" button sends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use claimwire_model::{Dialect, Shop, ShopNo, Timestamp, catalogue};
use claimwire_wire::{Encoded, test_event};

fn shop() -> Shop {
    Shop {
        no: ShopNo(1),
        id: "3f2f1f0a-52a2-4d0e-8a70-97f0f2a8f9d1".parse().unwrap(),
        slug: "demo-shop".to_owned(),
        name: "Demo".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: now(),
        updated_at: now(),
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_760_000_000)
}

fn text(encoded: &Encoded) -> &str {
    std::str::from_utf8(&encoded.body).unwrap()
}

#[test]
fn claimport_has_a_test_event_of_its_own() {
    let encoded = test_event(Dialect::Claimport, None, &shop(), now()).unwrap();
    assert_eq!(
        text(&encoded),
        r#"{"type":"webhook.test","timestamp":"2025-10-09T08:53:20Z"}"#
    );
    let sample = test_event(Dialect::Claimport, Some("orders/synced"), &shop(), now()).unwrap();
    assert!(
        text(&sample).contains(r#""type":"order.synced""#),
        "{}",
        text(&sample)
    );
}

#[test]
fn the_others_send_a_sample() {
    for dialect in [
        Dialect::Karla,
        Dialect::Claimable,
        Dialect::Standard,
        Dialect::Cloudevents,
    ] {
        let encoded = test_event(dialect, None, &shop(), now()).unwrap();
        assert_eq!(encoded.event_id, "evt_test_1760000000000");
        assert_eq!(
            Some(encoded),
            test_event(dialect, Some("claims/created"), &shop(), now())
        );
    }
}

#[test]
fn every_ref_of_the_catalogue_has_a_sample_wherever_it_has_a_name() {
    for dialect in Dialect::ALL {
        for row in catalogue::all() {
            let named = catalogue::name_in(dialect, row.r#ref).is_some();
            let sent_to_karla =
                dialect != Dialect::Karla || row.event_group.or(row.return_event_group).is_some();
            let encoded = test_event(dialect, Some(row.r#ref), &shop(), now());
            assert_eq!(
                encoded.is_some(),
                named && sent_to_karla,
                "{dialect} {}",
                row.r#ref
            );
        }
    }
}

#[test]
fn what_is_no_event_has_no_sample() {
    assert_eq!(
        test_event(Dialect::Standard, Some("claims/vanished"), &shop(), now()),
        None
    );
    assert_eq!(
        test_event(Dialect::Karla, Some("claims/assigned"), &shop(), now()),
        None
    );
}
