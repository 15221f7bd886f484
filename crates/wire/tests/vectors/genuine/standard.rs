//! Standard Webhooks headers.

use claimwire_model::Dialect;
use claimwire_model::webhook::{Secrets, Signing};

use super::build::{self, only_new};
use super::{SIGNED_AT, TAMPERED, timed};
use crate::file::{Body, Verify};

/// What this way of signing must hold to.
pub fn vectors(dialect: Dialect) -> Vec<Verify> {
    let plain = |name, about| build::plain(dialect, name, about);
    let pair = |name, about, signing| build::plain_signed(dialect, name, about, signing);
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
