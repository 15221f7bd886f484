//! What a receiver of `sha256=HEX` checks: the header, and during a rotation the one beside it. No
//! timestamp is signed, so none is checked: receivers dedupe by the body's `id`.

use super::{HEADER, NEXT_HEADER};
use crate::hmac;
use crate::verification::{Unverified, header};

pub(crate) fn verify(
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<(), Unverified> {
    let scheme = |value| str::strip_prefix(value, "sha256=");
    let first = scheme(header(headers, HEADER)?).ok_or(Unverified::MalformedHeader {
        header: HEADER,
        detail: "it does not begin with `sha256=`",
    })?;
    let next = header(headers, NEXT_HEADER).ok().and_then(scheme);
    if hmac::any_hex(secret.as_bytes(), body, std::iter::once(first).chain(next)) {
        Ok(())
    } else {
        Err(Unverified::NoMatch(HEADER))
    }
}
