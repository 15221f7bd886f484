//! Requests that are genuine and requests that only look so.

use std::collections::BTreeMap;

use claimwire_model::webhook::{PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, Timestamp};
use data_encoding::BASE64;

use crate::file::{Body, Judgement, Verify};

pub const SIGNED_AT: i64 = 1_760_000_000;
const TOLERANCE: u64 = 300;
const EVENT_ID: &str = "evt_0cq8kw7d5g000";
const SEED: [u8; 32] = *b"a seed that everyone may know 01";

const PLAIN: &str =
    r#"{"type":"claim.created","data":{"claim":{"id":"CLM-000123","status":"pending"}}}"#;
const TAMPERED: &str =
    r#"{"type":"claim.created","data":{"claim":{"id":"CLM-000123","status":"approved"}}}"#;
const FOREIGN: &str = r#"{"description":"Ecke zerdrückt, 角が潰れた 📦","name":"Zoë Ångström"}"#;
const NUMBERS: &str =
    r#"{"net_price":1.10,"weight":1e3,"serial":9223372036854775808,"ratio":0.30000000000000004}"#;
const NOT_UTF8: &[u8] = &[0xff, 0xfe, 0x00, b'{', b'}', 0x80];

/// Every vector of one dialect.
pub fn vectors(dialect: Dialect) -> Vec<Verify> {
    let mut all = common(dialect);
    match dialect {
        Dialect::Karla => all.extend(stamped(dialect, "Karla-Signature")),
        Dialect::Claimable => all.extend(stamped(dialect, "Claimwire-Signature")),
        Dialect::Claimport => all.extend(claimport()),
        Dialect::Standard | Dialect::Cloudevents => all.extend(standard(dialect)),
    }
    all
}

/// What must hold in every dialect.
fn common(dialect: Dialect) -> Vec<Verify> {
    let with = |name, about, body: Body| {
        signed(
            dialect,
            name,
            about,
            body,
            &only_new(dialect),
            Signing::Hmac,
        )
    };
    let plain = |name, about| with(name, about, Body::text(PLAIN));
    vec![
        plain("valid", "An ordinary request, signed this very second."),
        with(
            "non_ascii",
            "Text beyond ASCII: the signature is over UTF-8 bytes.",
            Body::text(FOREIGN),
        ),
        with(
            "empty_body",
            "No body at all is still signed.",
            Body::text(""),
        ),
        with(
            "number_text",
            "Numbers that a JSON parser would rewrite: verify the bytes as received, then parse.",
            Body::text(NUMBERS),
        ),
        with(
            "not_utf8",
            "Bytes that are no text: verify before decoding.",
            Body::Base64 {
                base64: BASE64.encode(NOT_UTF8),
            },
        ),
        plain("header_names_in_upper_case", "Header names have no case.")
            .headers(|name, value| (name.to_ascii_uppercase(), value)),
        rotated(
            dialect,
            "rotation_old_secret",
            "A secret was rotated; this receiver still has the old one.",
        )
        .secret(&old(dialect)),
        rotated(
            dialect,
            "rotation_new_secret",
            "A secret was rotated; this receiver has the new one already.",
        ),
        rotated(
            dialect,
            "rotation_neither_secret",
            "Two signatures, and neither is of this secret.",
        )
        .secret(&other(dialect))
        .refused("no_match"),
        plain("wrong_secret", "Signed with another secret.")
            .secret(&other(dialect))
            .refused("no_match"),
        plain("tampered_body", "The body was changed on the way.")
            .body(Body::text(TAMPERED))
            .refused("no_match"),
        plain("trailing_newline", "One byte more than was signed.")
            .body(Body::text(&format!("{PLAIN}\n")))
            .refused("no_match"),
        plain("no_headers", "No signature at all.")
            .headers_set(BTreeMap::new())
            .refused("missing_header"),
    ]
}

/// `t=UNIX,v1=HEX`.
fn stamped(dialect: Dialect, header: &'static str) -> Vec<Verify> {
    let plain = |name, about| {
        signed(
            dialect,
            name,
            about,
            Body::text(PLAIN),
            &only_new(dialect),
            Signing::Hmac,
        )
    };
    let edit = |vector: Verify, edit: &dyn Fn(String) -> String| {
        vector.headers(|name, value| (name, edit(value)))
    };
    let mut all = timed(&plain);
    all.extend([
        edit(
            plain(
                "unknown_schemes",
                "Entries of other schemes are passed over.",
            ),
            &|value| value.replace(",v1=", ",v0=c0ffee,v2=c0ffee,note,v1="),
        ),
        edit(
            plain(
                "unknown_scheme_only",
                "No signature of a scheme that we know.",
            ),
            &|value| value.replace("v1=", "v2="),
        )
        .refused("malformed_header"),
        edit(
            plain("no_timestamp", "The timestamp is missing from the header."),
            &|value| value.split_once(',').unwrap().1.to_owned(),
        )
        .refused("malformed_header"),
        edit(
            plain("timestamp_no_number", "The timestamp is no number."),
            &|value| value.replace(&SIGNED_AT.to_string(), "yesterday"),
        )
        .refused("malformed_header"),
        edit(
            plain("no_entries", "The header holds something else."),
            &|_| "hello".to_owned(),
        )
        .refused("malformed_header"),
        edit(
            plain(
                "timestamp_moved",
                "The timestamp was changed: it is signed too.",
            ),
            &|value| value.replace(&SIGNED_AT.to_string(), &(SIGNED_AT + 1).to_string()),
        )
        .refused("no_match"),
        edit(plain("signature_cut", "Half a signature."), &|value| {
            value[..value.len() - 32].to_owned()
        })
        .refused("no_match"),
        edit(
            plain("signature_no_hex", "A signature that is no hex."),
            &|value| format!("{},v1={}", value.split_once(',').unwrap().0, "z".repeat(64)),
        )
        .refused("no_match"),
        edit(plain("signature_empty", "An empty signature."), &|value| {
            format!("{},v1=", value.split_once(',').unwrap().0)
        })
        .refused("no_match"),
    ]);
    for vector in &all {
        assert!(
            vector.headers.keys().all(|name| name == header),
            "{}",
            vector.name
        );
    }
    all
}

/// The time of the signature against the receiver's clock.
fn timed(plain: &dyn Fn(&'static str, &'static str) -> Verify) -> Vec<Verify> {
    let tolerance = i64::try_from(TOLERANCE).unwrap();
    vec![
        plain("oldest_tolerated", "Exactly as old as is tolerated.").at(SIGNED_AT + tolerance),
        plain("newest_tolerated", "Exactly as far ahead as is tolerated.")
            .at(SIGNED_AT - tolerance),
        plain(
            "stale_timestamp",
            "One second older than is tolerated: perhaps a replay.",
        )
        .at(SIGNED_AT + tolerance + 1)
        .refused("timestamp_too_old"),
        plain(
            "future_timestamp",
            "One second further ahead than is tolerated: a clock is wrong.",
        )
        .at(SIGNED_AT - tolerance - 1)
        .refused("timestamp_too_new"),
    ]
}

/// `sha256=HEX`, without a time.
fn claimport() -> Vec<Verify> {
    let dialect = Dialect::Claimport;
    let plain = |name, about| {
        signed(
            dialect,
            name,
            about,
            Body::text(PLAIN),
            &only_new(dialect),
            Signing::Hmac,
        )
    };
    let set = |vector: Verify, value: &str| vector.headers(|name, _| (name, value.to_owned()));
    let test_body = r#"{"type":"webhook.test","timestamp":"2025-10-09T08:53:20Z"}"#;
    vec![
        signed(
            dialect,
            "test_event",
            "The event that checks an endpoint is signed like any other.",
            Body::text(test_body),
            &only_new(dialect),
            Signing::Hmac,
        ),
        plain(
            "years_later",
            "No time is signed, so a request never grows stale: dedupe by its id.",
        )
        .at(SIGNED_AT + 200_000_000),
        plain("years_ahead", "Nor can it be early.").at(SIGNED_AT - 200_000_000),
        plain(
            "unknown_headers",
            "A header of a scheme that we do not know is passed over.",
        )
        .header("X-ClaimPort-Signature-512", "sha512=c0ffee"),
        plain(
            "next_header_malformed",
            "A second header that cannot be read does no harm.",
        )
        .header("X-ClaimPort-Signature-Next", "c0ffee"),
        set(plain("no_scheme", "The header lacks `sha256=`."), "c0ffee")
            .refused("malformed_header"),
        set(
            plain(
                "unknown_scheme_only",
                "No signature of a scheme that we know.",
            ),
            "sha512=c0ffee",
        )
        .refused("malformed_header"),
        set(
            plain("signature_cut", "A few bytes of a signature."),
            "sha256=c0ffee",
        )
        .refused("no_match"),
        set(plain("signature_empty", "An empty signature."), "sha256=").refused("no_match"),
    ]
}

/// Standard Webhooks headers.
fn standard(dialect: Dialect) -> Vec<Verify> {
    let plain = |name, about| {
        signed(
            dialect,
            name,
            about,
            Body::text(PLAIN),
            &only_new(dialect),
            Signing::Hmac,
        )
    };
    let pair = |name, about, signing| {
        signed(
            dialect,
            name,
            about,
            Body::text(PLAIN),
            &only_new(dialect),
            signing,
        )
    };
    let public = claimwire_wire::public_key(&only_new(dialect)).unwrap();
    let other_public = {
        let secrets = Secrets {
            ed25519_seed: Some([7; 32]),
            ..only_new(dialect)
        };
        claimwire_wire::public_key(&secrets).unwrap()
    };
    let edit = |vector: Verify, which: &'static str, edit: &dyn Fn(String) -> String| {
        vector.headers(|name, value| {
            let value = if name == which { edit(value) } else { value };
            (name, value)
        })
    };
    let mut all = timed(&plain);
    all.extend([
        pair(
            "ed25519",
            "Signed with a key pair; the receiver has the public key.",
            Signing::Ed25519,
        )
        .secret(&public),
        pair(
            "both_by_public_key",
            "Signed with secret and key pair, checked with the key.",
            Signing::Both,
        )
        .secret(&public),
        pair(
            "both_by_secret",
            "Signed with secret and key pair, checked with the secret.",
            Signing::Both,
        ),
        pair(
            "ed25519_wrong_key",
            "Signed with another key pair.",
            Signing::Ed25519,
        )
        .secret(&other_public)
        .refused("no_match"),
        pair(
            "ed25519_tampered",
            "Signed with a key pair; the body was changed on the way.",
            Signing::Ed25519,
        )
        .secret(&public)
        .body(Body::text(TAMPERED))
        .refused("no_match"),
        pair(
            "ed25519_by_secret",
            "Signed with a key pair only; a secret cannot check that.",
            Signing::Ed25519,
        )
        .refused("malformed_header"),
        plain(
            "hmac_by_public_key",
            "Signed with a secret only; a public key cannot check that.",
        )
        .secret(&public)
        .refused("malformed_header"),
        pair(
            "public_key_cut",
            "A public key that is too short.",
            Signing::Ed25519,
        )
        .secret("whpk_c2hvcnQ=")
        .refused("malformed_secret"),
        plain(
            "secret_no_base64",
            "A secret that lost a character on its way.",
        )
        .secret("whsec_bm90IGJhc2U2NA=")
        .refused("malformed_secret"),
        edit(
            plain(
                "unknown_schemes",
                "Entries of other schemes are passed over.",
            ),
            "webhook-signature",
            &|v| format!("v2,AAAA {v} v3,AAAA"),
        ),
        edit(
            plain(
                "unknown_scheme_only",
                "No signature of a scheme that we know.",
            ),
            "webhook-signature",
            &|v| v.replace("v1,", "v2,"),
        )
        .refused("malformed_header"),
        edit(
            plain("signature_no_base64", "A signature that is no base64."),
            "webhook-signature",
            &|_| "v1,*".to_owned(),
        )
        .refused("no_match"),
        edit(
            plain("timestamp_no_number", "The timestamp is no number."),
            "webhook-timestamp",
            &|_| "2025-10-09T08:53:20Z".to_owned(),
        )
        .refused("malformed_header"),
        edit(
            plain(
                "timestamp_moved",
                "The timestamp was changed: it is signed too.",
            ),
            "webhook-timestamp",
            &|_| (SIGNED_AT + 1).to_string(),
        )
        .refused("no_match"),
        edit(
            plain("id_changed", "The id was changed: it is signed too."),
            "webhook-id",
            &|_| "evt_another".to_owned(),
        )
        .refused("no_match"),
        plain("no_id", "The id is missing.")
            .without("webhook-id")
            .refused("missing_header"),
        plain("no_timestamp", "The timestamp is missing.")
            .without("webhook-timestamp")
            .refused("missing_header"),
        plain("no_signature", "The signature is missing.")
            .without("webhook-signature")
            .refused("missing_header"),
    ]);
    all
}

fn only_new(dialect: Dialect) -> Secrets {
    let current = claimwire_wire::make_secret(dialect, b"the newest secret of this shop..");
    Secrets {
        current,
        previous: None,
        ed25519_seed: Some(SEED),
    }
}

fn old(dialect: Dialect) -> String {
    claimwire_wire::make_secret(dialect, b"the secret before, still good...")
}

fn other(dialect: Dialect) -> String {
    claimwire_wire::make_secret(dialect, b"the secret of some other webhook")
}

fn rotated(dialect: Dialect, name: &str, about: &str) -> Verify {
    let expires_at = Timestamp::from_secs(SIGNED_AT + 86_400);
    let previous = Some(PreviousSecret {
        secret: old(dialect),
        expires_at,
    });
    let secrets = Secrets {
        previous,
        ..only_new(dialect)
    };
    signed(
        dialect,
        name,
        about,
        Body::text(PLAIN),
        &secrets,
        Signing::Hmac,
    )
}

fn signed(
    dialect: Dialect,
    name: &str,
    about: &str,
    body: Body,
    secrets: &Secrets,
    signing: Signing,
) -> Verify {
    let at = Timestamp::from_secs(SIGNED_AT);
    let headers = claimwire_wire::sign(dialect, secrets, signing, EVENT_ID, &body.bytes(), at);
    Verify {
        kind: "verify",
        dialect,
        name: name.to_owned(),
        about: about.to_owned(),
        secret: secrets.current.clone(),
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body,
        tolerance_seconds: TOLERANCE,
        now: SIGNED_AT,
        expect: Judgement {
            valid: true,
            reason: None,
        },
    }
}

impl Verify {
    fn secret(self, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            ..self
        }
    }

    fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    fn at(self, now: i64) -> Self {
        Self { now, ..self }
    }

    fn headers_set(self, headers: BTreeMap<String, String>) -> Self {
        Self { headers, ..self }
    }

    fn headers(self, edit: impl Fn(String, String) -> (String, String)) -> Self {
        let headers = self
            .headers
            .clone()
            .into_iter()
            .map(|(name, value)| edit(name, value))
            .collect();
        self.headers_set(headers)
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.remove(name).unwrap();
        self
    }

    fn refused(self, reason: &'static str) -> Self {
        Self {
            expect: Judgement {
                valid: false,
                reason: Some(reason),
            },
            ..self
        }
    }
}
