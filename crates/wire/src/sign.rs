//! Body → signature headers.

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, Timestamp};

/// Signature headers, ready to send.
pub type Signed = Vec<(&'static str, String)>;

/// Signs the exact bytes of `body` with every secret that is good at `now`.
#[must_use]
pub fn sign(
    _dialect: Dialect,
    _secrets: &Secrets,
    _signing: Signing,
    _event_id: &str,
    _body: &[u8],
    _now: Timestamp,
) -> Signed {
    Vec::new()
}
