//! `t=UNIX,v1=HEX`.

use claimwire_model::Dialect;

use super::build;
use super::{SIGNED_AT, timed};
use crate::file::Verify;

/// What this way of signing must hold to.
pub fn vectors(dialect: Dialect, header: &'static str) -> Vec<Verify> {
    let plain = |name, about| build::plain(dialect, name, about);
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
