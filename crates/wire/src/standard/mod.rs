//! Standard Webhooks 1.0.0: `{type, timestamp, data}`, and three headers that sign id, time and body.
//!
//! The headers and `data` are cloudevents' too.

mod data;
mod encode;
mod key;
mod sign;
mod verify;

pub(crate) use data::{capacity, data};
pub(crate) use encode::encode;
pub(crate) use key::{public_key_text, secret_text};
pub(crate) use sign::sign;
pub(crate) use verify::verify;

const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";
