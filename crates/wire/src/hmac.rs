//! HMAC-SHA256 over content given in parts: the one piece of cryptography that all dialects share.

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::hmac::{HMAC_SHA256, Key, Tag};

/// Signs `parts` as if they were one.
pub(crate) fn sign(key: &[u8], parts: &[&[u8]]) -> Tag {
    let mut context = ring::hmac::Context::with_key(&Key::new(HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context.sign()
}

/// Characters of a tag in hex.
pub(crate) const HEX_LENGTH: usize = 64;

/// Adds it to a text in lower-case hex.
pub(crate) fn push_hex(text: &mut String, tag: &Tag) {
    HEXLOWER.encode_append(tag.as_ref(), text);
}

/// In base64 with padding.
pub(crate) fn base64(tag: &Tag) -> String {
    BASE64.encode(tag.as_ref())
}

/// Whether any of `signatures` (hex in either case; what is not is no match) signs `content`.
/// Compares in constant time.
pub(crate) fn any_hex<'a>(
    key: &[u8],
    content: &[u8],
    signatures: impl Iterator<Item = &'a str>,
) -> bool {
    any(
        key,
        content,
        signatures.filter_map(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()),
    )
}

/// The same for signatures in base64.
pub(crate) fn any_base64<'a>(
    key: &[u8],
    content: &[u8],
    signatures: impl Iterator<Item = &'a str>,
) -> bool {
    any(
        key,
        content,
        signatures.filter_map(|text| BASE64.decode(text.as_bytes()).ok()),
    )
}

fn any(key: &[u8], content: &[u8], mut signatures: impl Iterator<Item = Vec<u8>>) -> bool {
    let key = Key::new(HMAC_SHA256, key);
    signatures.any(|signature| ring::hmac::verify(&key, content, &signature).is_ok())
}
