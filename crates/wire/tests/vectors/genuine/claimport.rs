//! `sha256=HEX`, without a time.

use claimwire_model::Dialect;
use claimwire_model::webhook::Signing;

use super::SIGNED_AT;
use super::build::{self, only_new, signed};
use crate::file::{Body, Verify};

/// What this way of signing must hold to.
pub fn vectors() -> Vec<Verify> {
    let dialect = Dialect::Claimport;
    let plain = |name, about| build::plain(dialect, name, about);
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
