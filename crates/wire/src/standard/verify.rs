//! What a receiver of Standard Webhooks checks: `v1` with a secret, `v1a` with a public key. Entries
//! of other schemes are passed over.

use data_encoding::BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::key::{public_bytes, secret_bytes};
use super::{ID, SIGNATURE, TIMESTAMP};
use crate::hmac;
use crate::verify::{Unverified, Window, header};

pub(crate) fn verify(
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
    window: Window,
) -> Result<(), Unverified> {
    let id = header(headers, ID)?;
    let timestamp = header(headers, TIMESTAMP)?;
    let value = header(headers, SIGNATURE)?;
    window.check(TIMESTAMP, timestamp)?;

    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let of = |scheme: &'static str| {
        value
            .split(' ')
            .filter_map(|entry| entry.split_once(','))
            .filter(move |(s, _)| *s == scheme)
            .map(|(_, s)| s)
    };
    let (scheme, matches) = match public_bytes(secret) {
        Some(key) => {
            let key = UnparsedPublicKey::new(&ED25519, key.map_err(Unverified::MalformedSecret)?);
            let good = |text: &str| {
                BASE64
                    .decode(text.as_bytes())
                    .is_ok_and(|signature| key.verify(&content, &signature).is_ok())
            };
            ("v1a", of("v1a").any(good))
        }
        None => (
            "v1",
            hmac::any_base64(&secret_bytes(secret), &content, of("v1")),
        ),
    };
    if matches {
        Ok(())
    } else if of(scheme).next().is_none() {
        let detail = if scheme == "v1" {
            "it has no `v1,` signature"
        } else {
            "it has no `v1a,` signature"
        };
        Err(Unverified::MalformedHeader {
            header: SIGNATURE,
            detail,
        })
    } else {
        Err(Unverified::NoMatch(SIGNATURE))
    }
}
