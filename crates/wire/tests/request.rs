//! The whole request of an attempt: which headers it bears, and what stays the same between attempts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::{PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, ShopNo, Target, TargetNo, Timestamp, Webhook};
use claimwire_wire::{Attempted, Encoded, make_secret, public_key, request, verify};

const TOLERANCE: Duration = Duration::from_secs(300);

fn now() -> Timestamp {
    Timestamp::from_secs(1_760_000_000)
}

fn webhook(dialect: Dialect, headers: &[(&str, &str)]) -> Target {
    let secrets = Secrets {
        ed25519_seed: Some([3; 32]),
        ..Secrets::new(make_secret(dialect, &[1; 32]))
    };
    let webhook = Webhook {
        headers: headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        ..Webhook::new("https://hooks.example.net/in", secrets)
    };
    Target {
        no: TargetNo(1),
        timeout_seconds: 15,
        egress: Some("fixed".to_owned()),
        version: 1,
        ..Target::new(
            ShopNo(1),
            "3f2f1f0a-52a2-4d0e-8a70-97f0f2a8f9d1".parse().unwrap(),
            TargetKind::Webhook(webhook),
            Subscription::everything(dialect),
            now(),
        )
    }
}

fn encoded() -> Encoded {
    Encoded {
        body: Bytes::from_static(b"{}"),
        event_id: "evt_0cq8kw7d5g000".to_owned(),
        headers: vec![("Content-Type", "application/json".to_owned())],
    }
}

fn sent(target: &Target, attempt: u32, at: Timestamp) -> Vec<(String, String)> {
    let attempted = Attempted {
        delivery_id: "dlv_1",
        attempt,
    };
    let request = request(target, target.webhook().unwrap(), &encoded(), attempted, at);
    assert_eq!(
        (request.url.as_str(), request.body.as_ref()),
        ("https://hooks.example.net/in", b"{}".as_ref())
    );
    assert_eq!(
        (request.timeout, request.egress.as_deref()),
        (Duration::from_secs(15), Some("fixed"))
    );
    request.headers.into()
}

fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v.as_str())
        .collect()
}

#[test]
fn a_request_says_what_it_is() {
    for dialect in Dialect::ALL {
        let headers = sent(&webhook(dialect, &[]), 3, now());
        assert_eq!(values(&headers, "Content-Type"), ["application/json"]);
        assert_eq!(
            values(&headers, "User-Agent"),
            [concat!("claimwire/", env!("CARGO_PKG_VERSION"))]
        );
        assert_eq!(
            values(&headers, "Claimwire-Event-Id"),
            ["evt_0cq8kw7d5g000"]
        );
        assert_eq!(values(&headers, "Claimwire-Delivery-Id"), ["dlv_1"]);
        assert_eq!(values(&headers, "Claimwire-Attempt"), ["3"]);
        let secret = make_secret(dialect, &[1; 32]);
        verify(dialect, &secret, &headers, b"{}", TOLERANCE, now()).unwrap();
    }
}

#[test]
fn static_headers_come_first_and_never_stand_in_for_ours() {
    let fixed = [
        ("X-Team", "claims"),
        ("content-type", "text/plain"),
        ("KARLA-SIGNATURE", "t=1,v1=00"),
        ("claimwire-attempt", "99"),
        ("user-agent", "other"),
    ];
    let headers = sent(&webhook(Dialect::Karla, &fixed), 1, now());
    assert_eq!(
        headers.first(),
        Some(&("X-Team".to_owned(), "claims".to_owned()))
    );
    for (name, value) in &fixed[1..] {
        let found = values(&headers, name);
        assert!(found.len() == 1 && found != [*value], "{name}: {found:?}");
    }
}

#[test]
fn every_attempt_is_signed_afresh() {
    let target = webhook(Dialect::Standard, &[]);
    let first = sent(&target, 1, now());
    let later = now().plus(Duration::from_secs(3600));
    let second = sent(&target, 2, later);
    assert_eq!(values(&first, "webhook-id"), values(&second, "webhook-id"));
    assert_ne!(
        values(&first, "webhook-signature"),
        values(&second, "webhook-signature")
    );
    verify(
        Dialect::Standard,
        &target.webhook().unwrap().secrets.current,
        &second,
        b"{}",
        TOLERANCE,
        later,
    )
    .unwrap();
}

#[test]
fn a_rotated_secret_signs_until_its_time_is_over() {
    let expires_at = now().plus(Duration::from_secs(60));
    for dialect in Dialect::ALL {
        let old = make_secret(dialect, &[2; 32]);
        let mut target = webhook(dialect, &[]);
        target.webhook_mut().unwrap().secrets.previous = Some(PreviousSecret {
            secret: old.clone(),
            ed25519_seed: None,
            expires_at,
        });
        let new = target.webhook().unwrap().secrets.current.clone();
        let good = |secret: &str, at| {
            verify(dialect, secret, &sent(&target, 1, at), b"{}", TOLERANCE, at).is_ok()
        };
        let last = Timestamp::from_millis(expires_at.as_millis() - 1);
        assert!(
            good(&old, now()) && good(&new, now()) && good(&old, last),
            "{dialect}"
        );
        assert!(
            good(&new, expires_at) && !good(&old, expires_at),
            "{dialect}"
        );
    }
}

#[test]
fn a_key_pair_signs_alone_or_beside_the_secret() {
    let mut target = webhook(Dialect::Cloudevents, &[]);
    let public = public_key(&target.webhook().unwrap().secrets).unwrap();
    let secret = target.webhook().unwrap().secrets.current.clone();
    for (signing, by_secret, by_key) in [
        (Signing::Hmac, true, false),
        (Signing::Ed25519, false, true),
        (Signing::Both, true, true),
    ] {
        target.webhook_mut().unwrap().signing = signing;
        let headers = sent(&target, 1, now());
        let good = |key: &str| {
            verify(Dialect::Cloudevents, key, &headers, b"{}", TOLERANCE, now()).is_ok()
        };
        assert_eq!(
            (good(&secret), good(&public)),
            (by_secret, by_key),
            "{signing:?}"
        );
    }
}

#[test]
fn a_rotated_key_pair_signs_until_its_time_is_over() {
    let expires_at = now().plus(Duration::from_secs(60));
    let mut target = webhook(Dialect::Standard, &[]);
    let new = public_key(&target.webhook().unwrap().secrets).unwrap();
    let before = Secrets {
        ed25519_seed: Some([4; 32]),
        ..target.webhook().unwrap().secrets.clone()
    };
    let old = public_key(&before).unwrap();
    target.webhook_mut().unwrap().secrets.previous = Some(PreviousSecret {
        secret: make_secret(Dialect::Standard, &[2; 32]),
        ed25519_seed: before.ed25519_seed,
        expires_at,
    });
    for (signing, at, by_old, signatures) in [
        (Signing::Ed25519, now(), true, 2),
        (Signing::Both, now(), true, 4),
        (Signing::Ed25519, expires_at, false, 1),
        (Signing::Both, expires_at, false, 2),
    ] {
        target.webhook_mut().unwrap().signing = signing;
        let headers = sent(&target, 1, at);
        let good =
            |key: &str| verify(Dialect::Standard, key, &headers, b"{}", TOLERANCE, at).is_ok();
        assert_eq!((good(&new), good(&old)), (true, by_old), "{signing:?}");
        let entries = values(&headers, "webhook-signature").concat();
        assert_eq!(entries.split(' ').count(), signatures, "{entries}");
    }
}

#[test]
fn a_key_pair_that_is_not_there_leaves_nothing_unsigned() {
    let mut target = webhook(Dialect::Standard, &[]);
    target.webhook_mut().unwrap().signing = Signing::Ed25519;
    target.webhook_mut().unwrap().secrets.ed25519_seed = None;
    assert_eq!(public_key(&target.webhook().unwrap().secrets), None);
    let headers = sent(&target, 1, now());
    verify(
        Dialect::Standard,
        &target.webhook().unwrap().secrets.current,
        &headers,
        b"{}",
        TOLERANCE,
        now(),
    )
    .unwrap();
}

#[test]
fn made_secrets_have_the_form_that_receivers_hold() {
    for dialect in Dialect::ALL {
        let secret = make_secret(dialect, &[255; 32]);
        assert!(
            (16..=64).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic()),
            "{secret}"
        );
        let standard = matches!(dialect, Dialect::Standard | Dialect::Cloudevents);
        assert_eq!(secret.starts_with("whsec_"), standard, "{dialect}");
        assert_ne!(secret, make_secret(dialect, &[254; 32]));
    }
}

#[test]
fn a_refusal_says_what_to_look_at() {
    let headers = sent(&webhook(Dialect::Karla, &[]), 1, now());
    let judge = |headers: &[(String, String)], at| {
        let secret = make_secret(Dialect::Karla, &[1; 32]);
        verify(Dialect::Karla, &secret, headers, b"{}", TOLERANCE, at)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(judge(&[], now()), "the header Karla-Signature is missing");
    assert_eq!(
        judge(&headers, now().plus(Duration::from_secs(301))),
        "the signature's timestamp is too old: 301 s before now, and 300 s are tolerated"
    );
    assert_eq!(
        judge(&headers, now().minus(Duration::from_secs(400))),
        "the signature's timestamp is too new: 400 s after now, and 300 s are tolerated"
    );
}
