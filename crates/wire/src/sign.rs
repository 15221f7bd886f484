//! Body → signature headers.

use claimwire_model::webhook::{PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, Timestamp};

use crate::{claimable, claimport, karla, own, standard};

/// Signature headers, ready to send.
pub type Signed = Vec<(&'static str, String)>;

/// Signs the exact bytes of `body` with every secret that is good at `now`.
#[must_use]
pub fn sign(
    dialect: Dialect,
    secrets: &Secrets,
    signing: Signing,
    event_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Signed {
    match dialect {
        Dialect::Own(dialect) => own::sign(dialect, secrets, event_id, body, now),
        Dialect::Karla => vec![(karla::HEADER, karla::sign(secrets, body, now))],
        Dialect::Claimport => claimport::sign(secrets, body, now),
        Dialect::Claimable => vec![(claimable::HEADER, karla::sign(secrets, body, now))],
        Dialect::Standard | Dialect::Cloudevents => {
            standard::sign(secrets, signing, event_id, body, now)
        }
    }
}

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
