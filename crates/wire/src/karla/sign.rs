//! `t=UNIX,v1=HEX` over `"{t}." + body`, the secret used as its text.

use claimwire_model::Timestamp;
use claimwire_model::webhook::Secrets;

use crate::active_secrets::good;
use crate::hmac;

const V1: &str = ",v1=";

/// The header's value: a `v1` of the current secret, then one of the previous while it is good.
pub(crate) fn sign(secrets: &Secrets, body: &[u8], now: Timestamp) -> String {
    let t = now.as_secs().to_string();
    let mut value = String::with_capacity(2 + t.len() + 2 * (V1.len() + hmac::HEX_LENGTH));
    value.push_str("t=");
    value.push_str(&t);
    for secret in good(secrets, now) {
        let tag = hmac::sign(secret.as_bytes(), &[t.as_bytes(), b".", body]);
        value.push_str(V1);
        hmac::push_hex(&mut value, &tag);
    }
    value
}
