//! Secrets and keys in the form that receivers hold them.

use claimwire_model::Dialect;
use claimwire_model::webhook::Secrets;

/// A new secret from 32 random bytes, in the dialect's form: `whsec_` + base64 for `standard` and
/// `cloudevents`, else 16 to 64 printable characters.
#[must_use]
pub fn make_secret(_dialect: Dialect, _random: &[u8; 32]) -> String {
    String::new()
}

/// The public key `whpk_…` of an ed25519 pair, where there is one.
#[must_use]
pub fn public_key(_secrets: &Secrets) -> Option<String> {
    None
}
