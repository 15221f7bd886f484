//! What a receiver of Standard Webhooks checks: `v1` with a secret, `v1a` with a public key. Entries
//! of other schemes are passed over.

use data_encoding::BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::key::ReceiverKey;
use super::{ID, SIGNATURE, TIMESTAMP};
use crate::hmac;
use crate::verification::{Unverified, Window, header};

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
    let key = ReceiverKey::read(secret).map_err(Unverified::MalformedSecret)?;

    let (scheme, detail) = match key {
        ReceiverKey::Secret(_) => ("v1", "it has no `v1,` signature"),
        ReceiverKey::Public(_) => ("v1a", "it has no `v1a,` signature"),
    };
    let entries = value.split(' ').filter_map(|entry| entry.split_once(','));
    let mut signatures = entries
        .filter(|(s, _)| *s == scheme)
        .map(|(_, text)| text)
        .peekable();
    if signatures.peek().is_none() {
        return Err(Unverified::MalformedHeader {
            header: SIGNATURE,
            detail,
        });
    }
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let matches = match key {
        ReceiverKey::Secret(bytes) => hmac::any_base64(&bytes, &content, signatures),
        ReceiverKey::Public(bytes) => any_ed25519(&bytes, &content, signatures),
    };
    if matches {
        Ok(())
    } else {
        Err(Unverified::NoMatch(SIGNATURE))
    }
}

fn any_ed25519<'a>(
    key: &[u8],
    content: &[u8],
    mut signatures: impl Iterator<Item = &'a str>,
) -> bool {
    let key = UnparsedPublicKey::new(&ED25519, key);
    let good = |signature: Vec<u8>| key.verify(content, &signature).is_ok();
    signatures.any(|text| BASE64.decode(text.as_bytes()).is_ok_and(good))
}
