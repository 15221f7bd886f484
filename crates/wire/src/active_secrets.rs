//! What signs at a time: of a rotated secret both, until the older one's time is over.

use claimwire_model::Timestamp;
use claimwire_model::webhook::{PreviousSecret, Secrets};

/// Signature headers, ready to send.
pub type Signed = Vec<(&'static str, String)>;

/// What signed before a rotation, while it is still good.
pub(crate) fn previous(secrets: &Secrets, now: Timestamp) -> Option<&PreviousSecret> {
    secrets
        .previous
        .as_ref()
        .filter(|previous| now < previous.expires_at)
}

/// Every secret that is good at `now`, the newest first.
pub(crate) fn good(secrets: &Secrets, now: Timestamp) -> impl Iterator<Item = &str> {
    let previous = previous(secrets, now).map(|previous| previous.secret.as_str());
    std::iter::once(secrets.current.as_str()).chain(previous)
}

/// The seed of every key pair that is good at `now`, the newest first.
pub(crate) fn good_seeds(secrets: &Secrets, now: Timestamp) -> impl Iterator<Item = &[u8; 32]> {
    let previous = previous(secrets, now).and_then(|previous| previous.ed25519_seed.as_ref());
    secrets.ed25519_seed.iter().chain(previous)
}
