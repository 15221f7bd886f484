//! The kit over the test vectors, and its types over what is sent.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use claimwire_receive::{Dialect, Receiver, TOLERANCE, events, verify};
use data_encoding::BASE64;
use serde_json::Value;

const DIALECTS: [(&str, Dialect); 5] = [
    ("karla", Dialect::Karla),
    ("claimport", Dialect::Claimport),
    ("claimable", Dialect::Claimable),
    ("standard", Dialect::Standard),
    ("cloudevents", Dialect::Cloudevents),
];

fn vectors() -> Vec<(Dialect, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    let of = |(name, dialect): (&str, Dialect)| {
        let files = fs::read_dir(folder.join(name)).unwrap();
        files.map(move |file| {
            let text = fs::read(file.unwrap().path()).unwrap();
            (dialect, serde_json::from_slice(&text).unwrap())
        })
    };
    let all: Vec<_> = DIALECTS.into_iter().flat_map(of).collect();
    assert!(all.len() > 200, "{} vectors", all.len());
    all
}

fn body(holder: &Value) -> Vec<u8> {
    match holder["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => BASE64
            .decode(holder["base64"].as_str().unwrap().as_bytes())
            .unwrap(),
    }
}

fn header<'h>(headers: &'h Value) -> impl Fn(&str) -> Option<&'h str> {
    let headers = headers.as_object().unwrap();
    move |name| {
        let found = headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str().unwrap())
    }
}

fn at(vector: &Value) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(vector["now"].as_u64().unwrap())
}

#[test]
fn it_reaches_every_verdict() {
    for (dialect, vector) in vectors() {
        if vector["kind"] != "verify" {
            continue;
        }
        let tolerance = vector["tolerance_seconds"]
            .as_u64()
            .map(Duration::from_secs);
        let secret = vector["secret"].as_str().unwrap();
        let verdict = verify(
            dialect,
            secret,
            header(&vector["headers"]),
            &body(&vector["body"]),
            tolerance.unwrap_or_default(),
            at(&vector),
        );
        let reason = verdict.err().map(|refused| refused.reason());
        assert_eq!(
            reason,
            vector["expect"]["reason"].as_str(),
            "{dialect:?} {}",
            vector["name"]
        );
        assert_eq!(reason.is_none(), vector["expect"]["valid"] == true);
    }
}

#[test]
fn it_takes_what_is_sent_with_the_secret_the_one_before_and_several() {
    for (dialect, vector) in vectors() {
        if vector["kind"] != "encode" {
            continue;
        }
        let made = &vector["expect"];
        let text = |name: &str| vector[name].as_str().unwrap();
        let receivers = [
            Receiver::new(dialect, text("secret")),
            Receiver::new(dialect, text("previous_secret")),
            Receiver::new(dialect, "whsec_b3RoZXI=").or_secret(text("secret")),
        ];
        for receiver in receivers {
            let receiver = receiver.tolerance(TOLERANCE);
            let received = receiver
                .receive_at(header(&made["headers"]), &body(&made["body"]), at(&vector))
                .unwrap_or_else(|why| panic!("{dialect:?} {}: {why}", vector["name"]));
            assert!(
                !received.name().is_empty(),
                "{dialect:?} {}",
                vector["name"]
            );
        }
        let other = Receiver::new(dialect, "whsec_b3RoZXI=");
        let refused = other.receive_at(header(&made["headers"]), &body(&made["body"]), at(&vector));
        assert!(refused.is_err(), "{dialect:?} {}", vector["name"]);
    }
}

/// A claim that was made, in each dialect.
#[test]
fn its_types_hold_what_is_sent() {
    for (dialect, vector) in vectors() {
        if vector["name"] != "claim_created" {
            continue;
        }
        let made = &vector["expect"];
        let receiver = Receiver::new(dialect, vector["secret"].as_str().unwrap());
        let received = receiver
            .receive_at(header(&made["headers"]), &body(&made["body"]), at(&vector))
            .unwrap();
        let status = match dialect {
            Dialect::Karla => {
                assert_eq!(received.name(), "claims/created");
                let event: events::karla::ClaimsCreated = received.parse().unwrap();
                assert_eq!(
                    event.event_data.selected_items.unwrap()[0].net_price,
                    Some(11.5)
                );
                event.event_data.status.unwrap()
            }
            Dialect::Claimport => {
                let event: events::claimport::ClaimsCreated = received.parse().unwrap();
                event.data.claim.status.unwrap()
            }
            Dialect::Claimable => {
                let event: events::claimable::ClaimsCreated = received.parse().unwrap();
                assert_eq!(event.claim.status.as_deref(), Some("open"), "its own word");
                "pending".to_owned()
            }
            Dialect::Standard => {
                assert_eq!(received.name(), "claim.created");
                let event: events::standard::ClaimsCreated = received.parse().unwrap();
                event.data.claim.status
            }
            Dialect::Cloudevents => {
                let event: events::cloudevents::ClaimsCreated = received.parse().unwrap();
                event.data.claim.status
            }
        };
        assert_eq!(status, "pending", "{dialect:?}");
    }
}

#[test]
fn a_member_that_is_missing_or_not_known_is_no_fault() {
    let event: events::karla::ClaimsCreated = serde_json::from_str(r#"{"new": [1]}"#).unwrap();
    assert_eq!(event, events::karla::ClaimsCreated::default());
}
