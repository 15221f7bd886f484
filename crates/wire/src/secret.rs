//! Secrets and keys in the form that receivers hold them.

use claimwire_model::Dialect;
use claimwire_model::webhook::Secrets;
use data_encoding::HEXLOWER;

use crate::standard;

/// A new secret from 32 random bytes, in the dialect's form: `whsec_` + base64 for `standard` and
/// `cloudevents`, else 16 to 64 printable characters.
#[must_use]
pub fn make_secret(dialect: Dialect, random: &[u8; 32]) -> String {
    match dialect {
        Dialect::Standard | Dialect::Cloudevents => standard::secret_text(random),
        Dialect::Karla | Dialect::Claimport | Dialect::Claimable | Dialect::Own(_) => {
            HEXLOWER.encode(random)
        }
    }
}

/// The public key `whpk_…` of an ed25519 pair, where there is one.
#[must_use]
pub fn public_key(secrets: &Secrets) -> Option<String> {
    secrets
        .ed25519_seed
        .as_ref()
        .and_then(standard::public_key_text)
}
