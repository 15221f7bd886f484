//! Is a captured request genuine? What a receiver does, for `claimwire verify`, the demo and tests.

use std::time::Duration;

use claimwire_model::{Dialect, Timestamp};

/// Why a request is not genuine; each a sentence that says what to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unverified(pub String);

/// Checks the signature over the exact bytes of `body`, and its timestamp, where the dialect signs
/// one, within `tolerance` of `now` both ways. Header names in any case. For ed25519 `secret` is the
/// public key `whpk_…`.
pub fn verify(
    _dialect: Dialect,
    _secret: &str,
    _headers: &[(String, String)],
    _body: &[u8],
    _tolerance: Duration,
    _now: Timestamp,
) -> Result<(), Unverified> {
    Err(Unverified("not built".to_owned()))
}
