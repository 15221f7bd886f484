//! `sha256=HEX` over the body. A header holds one signature, so a rotation needs a second header: the
//! first keeps the secret that the receiver still has.

use claimwire_model::Timestamp;
use claimwire_model::webhook::Secrets;

use super::{HEADER, NEXT_HEADER};
use crate::active_secrets::{Signed, previous};
use crate::hmac;

const SCHEME: &str = "sha256=";

pub(crate) fn sign(secrets: &Secrets, body: &[u8], now: Timestamp) -> Signed {
    let value = |secret: &str| {
        let mut value = String::with_capacity(SCHEME.len() + hmac::HEX_LENGTH);
        value.push_str(SCHEME);
        hmac::push_hex(&mut value, &hmac::sign(secret.as_bytes(), &[body]));
        value
    };
    let new = value(&secrets.current);
    match previous(secrets, now) {
        Some(old) => vec![(HEADER, value(&old.secret)), (NEXT_HEADER, new)],
        None => vec![(HEADER, new)],
    }
}
