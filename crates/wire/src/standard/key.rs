//! Keys as Standard Webhooks writes them: a prefix that says what it is, then base64.

use std::borrow::Cow;

use data_encoding::BASE64;
use ring::signature::{Ed25519KeyPair, KeyPair};

const SECRET: &str = "whsec_";
const PUBLIC: &str = "whpk_";

/// `whsec_…`
pub(crate) fn secret_text(bytes: &[u8; 32]) -> String {
    format!("{SECRET}{}", BASE64.encode(bytes))
}

/// The bytes behind `whsec_…`; the prefix may be left out, as in the published libraries. What is not
/// base64 is used as its text, so that there is always a signature.
pub(crate) fn secret_bytes(text: &str) -> Cow<'_, [u8]> {
    let encoded = text.strip_prefix(SECRET).unwrap_or(text);
    BASE64
        .decode(encoded.as_bytes())
        .map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned)
}

/// The ed25519 key pair of a seed.
pub(crate) fn key_pair(seed: &[u8; 32]) -> Option<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).ok()
}

/// `whpk_…`
pub(crate) fn public_key_text(seed: &[u8; 32]) -> Option<String> {
    Some(format!(
        "{PUBLIC}{}",
        BASE64.encode(key_pair(seed)?.public_key().as_ref())
    ))
}

/// The bytes behind `whpk_…`: `None` when it does not begin so.
pub(crate) fn public_bytes(text: &str) -> Option<Result<Vec<u8>, &'static str>> {
    let encoded = text.strip_prefix(PUBLIC)?;
    let bytes = BASE64
        .decode(encoded.as_bytes())
        .ok()
        .filter(|bytes| bytes.len() == 32);
    Some(bytes.ok_or("after `whpk_` there must be 32 bytes in base64"))
}
