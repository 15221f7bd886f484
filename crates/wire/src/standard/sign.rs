//! `v1,BASE64` (HMAC-SHA256) and `v1a,BASE64` (ed25519) over `{id}.{timestamp}.{body}`.

use claimwire_model::Timestamp;
use claimwire_model::webhook::{Secrets, Signing};
use data_encoding::BASE64;

use super::key::{key_pair, signing_bytes};
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

    let mut signatures = Vec::with_capacity(3);
    if signing != Signing::Ed25519 || pair.is_none() {
        signatures.extend(good(secrets, now).map(|secret| {
            format!(
                "v1,{}",
                hmac::base64(&hmac::sign(&signing_bytes(secret), &parts))
            )
        }));
    }
    signatures.extend(
        pair.map(|pair| format!("v1a,{}", BASE64.encode(pair.sign(&parts.concat()).as_ref()))),
    );
    vec![
        (ID, event_id.to_owned()),
        (TIMESTAMP, timestamp),
        (SIGNATURE, signatures.join(" ")),
    ]
}
