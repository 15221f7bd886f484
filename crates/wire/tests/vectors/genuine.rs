//! Requests that are genuine and requests that only look so.

mod build;
mod claimport;
mod stamped;
mod standard;

use std::collections::BTreeMap;

use build::{TOLERANCE, old, only_new, other, rotated, signed};
use claimwire_model::Dialect;
use claimwire_model::webhook::Signing;
use data_encoding::BASE64;

use crate::file::{Body, Verify};

pub const SIGNED_AT: i64 = 1_760_000_000;

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
        Dialect::Karla => all.extend(stamped::vectors(dialect, "Karla-Signature")),
        Dialect::Claimable => all.extend(stamped::vectors(dialect, "Claimwire-Signature")),
        Dialect::Claimport => all.extend(claimport::vectors()),
        Dialect::Standard | Dialect::Cloudevents => all.extend(standard::vectors(dialect)),
        // Its file has its own.
        Dialect::Own(_) => {}
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
    let plain = |name, about| build::plain(dialect, name, about);
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
