//! Body → signature headers.

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, Timestamp};

use crate::active_secrets::Signed;
use crate::{claimable, claimport, karla, own, standard};

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
