//! ClaimPort's wire form: `{id, type, timestamp, data}` with a plain HMAC over the body.

mod encode;
mod sign;
mod verify;

pub(crate) use encode::{encode, test_event};
pub(crate) use sign::sign;
pub(crate) use verify::verify;

/// Where the signature is.
const HEADER: &str = "X-ClaimPort-Signature";
/// Where the new secret's signature is while the old one is still good.
const NEXT_HEADER: &str = "X-ClaimPort-Signature-Next";
