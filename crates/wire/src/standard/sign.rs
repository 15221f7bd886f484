//! `v1,BASE64` (HMAC-SHA256) and `v1a,BASE64` (ed25519) over `{id}.{timestamp}.{body}`.

use claimwire_model::Timestamp;
use claimwire_model::webhook::{Secrets, Signing};
use data_encoding::BASE64;
use ring::signature::Ed25519KeyPair;

use super::key::{key_pair, signing_bytes};
use super::{ID, SIGNATURE, TIMESTAMP};
use crate::active_secrets::{Signed, good, good_seeds};
use crate::hmac;

/// The new secret's signature first, then the old one's while it is good, then those of the key pairs
/// in the same order. A webhook that asks for a key pair and has none is signed with its secret: never
/// with nothing.
pub(crate) fn sign(
    secrets: &Secrets,
    signing: Signing,
    event_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Signed {
    let timestamp = now.as_secs().to_string();
    let parts: [&[u8]; 5] = [event_id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let pairs: Vec<_> = match signing {
        Signing::Hmac => Vec::new(),
        Signing::Ed25519 | Signing::Both => good_seeds(secrets, now).filter_map(key_pair).collect(),
    };

    let mut signatures = Vec::with_capacity(4);
    if signing != Signing::Ed25519 || pairs.is_empty() {
        signatures.extend(good(secrets, now).map(|secret| {
            format!(
                "v1,{}",
                hmac::base64(&hmac::sign(&signing_bytes(secret), &parts))
            )
        }));
    }
    if !pairs.is_empty() {
        let content = parts.concat();
        let by_pair = |pair: &Ed25519KeyPair| BASE64.encode(pair.sign(&content).as_ref());
        signatures.extend(pairs.iter().map(|pair| format!("v1a,{}", by_pair(pair))));
    }
    vec![
        (ID, event_id.to_owned()),
        (TIMESTAMP, timestamp),
        (SIGNATURE, signatures.join(" ")),
    ]
}
