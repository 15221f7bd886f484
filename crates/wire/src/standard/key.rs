//! Keys as Standard Webhooks writes them: a prefix that says what it is, then base64.

use std::borrow::Cow;

use data_encoding::{BASE64, DecodeError};
use ring::signature::{Ed25519KeyPair, KeyPair};

const SECRET: &str = "whsec_";
const PUBLIC: &str = "whpk_";

/// What a receiver checks a signature with.
pub(super) enum ReceiverKey {
    /// The bytes behind `whsec_…`, for `v1`.
    Secret(Vec<u8>),
    /// The bytes behind `whpk_…`, for `v1a`.
    Public(Vec<u8>),
}

impl ReceiverKey {
    /// Reads either; the error says what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        match text
            .strip_prefix(PUBLIC)
            .map(|encoded| BASE64.decode(encoded.as_bytes()))
        {
            Some(Ok(bytes)) if bytes.len() == 32 => Ok(Self::Public(bytes)),
            Some(_) => Err("after `whpk_` there must be 32 bytes in base64"),
            None => decode(text)
                .map(Self::Secret)
                .map_err(|_| "after `whsec_` there must be base64"),
        }
    }
}

/// The bytes that a secret signs with. What is not base64 (none that the API lets pass) signs as its
/// text, so that nothing ever goes out unsigned.
pub(super) fn signing_bytes(secret: &str) -> Cow<'_, [u8]> {
    decode(secret).map_or(Cow::Borrowed(secret.as_bytes()), Cow::Owned)
}

/// The prefix may be left out, as in the published libraries.
fn decode(secret: &str) -> Result<Vec<u8>, DecodeError> {
    BASE64.decode(secret.strip_prefix(SECRET).unwrap_or(secret).as_bytes())
}

/// The ed25519 key pair of a seed.
pub(super) fn key_pair(seed: &[u8; 32]) -> Option<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).ok()
}

/// `whsec_…`
pub(crate) fn secret_text(bytes: &[u8; 32]) -> String {
    format!("{SECRET}{}", BASE64.encode(bytes))
}

/// `whpk_…`
pub(crate) fn public_key_text(seed: &[u8; 32]) -> Option<String> {
    let pair = key_pair(seed)?;
    Some(format!(
        "{PUBLIC}{}",
        BASE64.encode(pair.public_key().as_ref())
    ))
}
