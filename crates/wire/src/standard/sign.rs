//! `v1,BASE64` (HMAC-SHA256) and `v1a,BASE64` (ed25519) over `{id}.{timestamp}.{body}`.

use claimwire_model::Timestamp;
use claimwire_model::webhook::{Secrets, Signing};
use data_encoding::BASE64;

use super::key::{key_pair, secret_bytes};
use super::{ID, SIGNATURE, TIMESTAMP};
use crate::hmac;
use crate::sign::{Signed, good};

/// The new secret's signature first, then the old one's while it is good, then the key pair's. A
/// webhook that asks for a key pair and has none is signed with its secret: never with nothing.
pub(crate) fn sign(
    secrets: &Secrets,
    signing: Signing,
    event_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Signed {
    let timestamp = now.as_secs().to_string();
    let parts: [&[u8]; 5] = [event_id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let pair = match signing {
        Signing::Hmac => None,
        Signing::Ed25519 | Signing::Both => secrets.ed25519_seed.as_ref().and_then(key_pair),
    };

    let mut signatures = String::with_capacity(200);
    if signing != Signing::Ed25519 || pair.is_none() {
        for secret in good(secrets, now) {
            push(
                &mut signatures,
                "v1,",
                &hmac::base64(&hmac::sign(&secret_bytes(secret), &parts)),
            );
        }
    }
    if let Some(pair) = pair {
        push(
            &mut signatures,
            "v1a,",
            &BASE64.encode(pair.sign(&parts.concat()).as_ref()),
        );
    }
    vec![
        (ID, event_id.to_owned()),
        (TIMESTAMP, timestamp),
        (SIGNATURE, signatures),
    ]
}

fn push(signatures: &mut String, scheme: &str, base64: &str) {
    if !signatures.is_empty() {
        signatures.push(' ');
    }
    signatures.push_str(scheme);
    signatures.push_str(base64);
}
