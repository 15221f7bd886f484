//! Is a captured request genuine? What a receiver does, for `claimwire verify`, the demo and tests.

use std::time::Duration;

use claimwire_model::{Dialect, Timestamp};

use crate::verification::{Unverified, Window};
use crate::{claimable, claimport, karla, own, standard};

/// Checks the signature over the exact bytes of `body`, and its timestamp, where the dialect signs
/// one, within `tolerance` of `now` both ways. Header names in any case. For ed25519 `secret` is the
/// public key `whpk_…`.
pub fn verify(
    dialect: Dialect,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
    tolerance: Duration,
    now: Timestamp,
) -> Result<(), Unverified> {
    let window = Window {
        tolerance: tolerance.as_secs(),
        now,
    };
    match dialect {
        Dialect::Own(dialect) => own::verify(dialect, secret, headers, body, window),
        Dialect::Karla => karla::verify(karla::HEADER, secret, headers, body, window),
        Dialect::Claimport => claimport::verify(secret, headers, body),
        Dialect::Claimable => karla::verify(claimable::HEADER, secret, headers, body, window),
        Dialect::Standard | Dialect::Cloudevents => standard::verify(secret, headers, body, window),
    }
}
