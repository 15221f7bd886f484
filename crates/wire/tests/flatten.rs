//! Bodies of webhooks that ask for flat ones, in every dialect.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use claimwire_model::{Dialect, Event, EventNo, Shop, ShopNo, Timestamp, catalogue};
use claimwire_wire::{Encoded, encode, test_event};
use serde_json::{Value, json};

fn shop() -> Shop {
    Shop {
        no: ShopNo(1),
        id: "5d1b7a52-5ad9-4f7c-9be2-dbe5f32c8f5b".parse().unwrap(),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: now(),
        updated_at: now(),
        egress: None,
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_760_000_000)
}

fn posted(r#ref: &str, event_data: &str) -> Event {
    let mut fact = catalogue::sample(r#ref, now()).unwrap();
    fact.event_data = serde_json::from_str(event_data).unwrap();
    fact.posted = true;
    Event {
        no: EventNo(1),
        fact,
    }
}

fn both(dialect: Dialect, event: &Event) -> (Value, Encoded, Value) {
    let nested = encode(dialect, event, &shop()).unwrap();
    let flat = nested.clone().flattened(dialect);
    assert_eq!(
        (&flat.headers, &flat.event_id),
        (&nested.headers, &nested.event_id)
    );
    let read = |encoded: &Encoded| serde_json::from_slice(&encoded.body).unwrap();
    (read(&nested), flat.clone(), read(&flat))
}

#[test]
fn the_subject_moves_to_the_root_in_every_dialect() {
    let event_data = r#"{"status":"pending","amount":1.10,"none":null,"labels":["a","b"],"customer":{"name":"Mia"}}"#;
    let moved = json!({"status": "pending", "none": null, "labels": r#"["a","b"]"#, "labels_count": 2,
        "customer": r#"{"name":"Mia"}"#});
    let event = posted("claims/created", event_data);
    for (dialect, subject) in [
        (Dialect::Karla, "/event_data"),
        (Dialect::Claimport, "/data/claim"),
        (Dialect::Claimable, "/claim"),
        (Dialect::Standard, "/data/claim"),
        (Dialect::Cloudevents, "/data/claim"),
    ] {
        let (nested, flat, read) = both(dialect, &event);
        assert!(
            nested.pointer(subject).is_some_and(Value::is_object),
            "{dialect} {nested}"
        );
        assert_eq!(read.pointer(subject), None, "{dialect} {read}");
        let root = match dialect {
            Dialect::Cloudevents => &read["data"],
            _ => &read,
        };
        for (key, value) in moved.as_object().unwrap() {
            assert_eq!(root.get(key), Some(value), "{dialect} {key} {read}");
        }
        let text = String::from_utf8(flat.body.to_vec()).unwrap();
        assert!(text.contains(r#""amount":1.10"#), "{dialect} {text}");
        for (key, value) in nested.as_object().unwrap() {
            if value.pointer("/status").is_none() && key != "data" {
                assert_eq!(read.get(key), Some(value), "{dialect} {key}");
            }
        }
    }
}

#[test]
fn what_stands_in_the_root_is_never_overwritten_or_there_twice() {
    let event_data = r#"{"ref":"mine","shop_slug":"mine","items":[1],"items_count":"mine","a\"b\n":{"x":"\"y"},"ok":1}"#;
    let (nested, flat, read) = both(Dialect::Karla, &posted("claims/created", event_data));
    assert_eq!(read["ref"], nested["ref"]);
    assert_eq!(read["shop_slug"], "acme");
    assert_eq!(
        (&read["items"], &read["items_count"]),
        (&json!("[1]"), &json!("mine"))
    );
    assert_eq!(
        (&read["a\"b\n"], &read["ok"]),
        (&json!(r#"{"x":"\"y"}"#), &json!(1))
    );
    let text = String::from_utf8(flat.body.to_vec()).unwrap();
    for once in ["\"ref\":", "\"shop_slug\":", "\"items_count\":"] {
        assert_eq!(text.matches(once).count(), 1, "{once} {text}");
    }
}

#[test]
fn every_event_can_be_flat_and_what_has_no_subject_stays() {
    for row in catalogue::all() {
        let fact = catalogue::sample(row.r#ref, now()).unwrap();
        let event = Event {
            no: EventNo(1),
            fact,
        };
        for dialect in Dialect::ALL {
            let Some(nested) = encode(dialect, &event, &shop()) else {
                continue;
            };
            let flat = nested.clone().flattened(dialect);
            assert_ne!(flat.body, nested.body, "{dialect} {}", row.r#ref);
            serde_json::from_slice::<Value>(&flat.body).unwrap();
        }
    }
    let test = test_event(Dialect::Claimport, None, &shop(), now()).unwrap();
    assert_eq!(test.clone().flattened(Dialect::Claimport), test);
}
