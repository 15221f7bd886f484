//! Karla's wire form: `{source, ref, …, event_data, context, …}` signed with a timestamp.
//!
//! Its signature is the one that claimable's deliveries bear too, in a header of another name.

mod encode;
mod sign;
mod verify;

pub(crate) use encode::encode;
pub(crate) use sign::sign;
pub(crate) use verify::verify;

/// Where the signature is.
pub(crate) const HEADER: &str = "Karla-Signature";
