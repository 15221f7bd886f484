//! Body + webhook → the whole request.

use std::time::Duration;

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, Headers, Target, Timestamp, Webhook};

use crate::encoded::Encoded;
use crate::send::{Method, Request};
use crate::sign::sign;

const USER_AGENT: &str = concat!("claimwire/", env!("CARGO_PKG_VERSION"));

/// Bytes that the headers take but for the webhook's static ones: enough for every built-in dialect outside a rotation.
const HEADERS_BYTES: usize = 448;

/// Which attempt of which delivery a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempted<'a> {
    /// `Claimwire-Delivery-Id`.
    pub delivery_id: &'a str,
    /// `Claimwire-Attempt`: 1, 2, …
    pub attempt: u32,
}

/// What signs, and how.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The receiver's wire form.
    pub dialect: Dialect,
    /// As the receiver holds them.
    pub secrets: &'a Secrets,
    /// With which of them.
    pub signing: Signing,
}

/// The headers of one attempt but for the webhook's static ones: the dialect's, ours and the signature.
#[must_use]
pub fn headers(
    keys: Keys<'_>,
    encoded: &Encoded,
    attempted: Attempted<'_>,
    now: Timestamp,
) -> Headers {
    let mut own = Headers::with_capacity(HEADERS_BYTES);
    own.extend(encoded.headers.iter().map(|(name, value)| (*name, value)));
    own.push("User-Agent", USER_AGENT);
    own.push("Claimwire-Event-Id", &encoded.event_id);
    own.push("Claimwire-Delivery-Id", attempted.delivery_id);
    own.push("Claimwire-Attempt", &attempted.attempt.to_string());
    own.extend(sign(
        keys.dialect,
        keys.secrets,
        keys.signing,
        &encoded.event_id,
        &encoded.body,
        now,
    ));
    own
}

/// The request for one attempt, signed at `now`: the webhook's static headers, the dialect's, ours
/// (`User-Agent`, `Claimwire-Event-Id`, `Claimwire-Delivery-Id`, `Claimwire-Attempt`) and the signature.
/// A static header never stands in for one of those.
#[must_use]
pub fn request(
    target: &Target,
    webhook: &Webhook,
    encoded: &Encoded,
    attempted: Attempted<'_>,
    now: Timestamp,
) -> Request {
    let keys = Keys {
        dialect: target.dialect(),
        secrets: &webhook.secrets,
        signing: webhook.signing,
    };
    let own = headers(keys, encoded, attempted, now);

    let headers = if webhook.headers.is_empty() {
        own
    } else {
        let free = |name: &str| own.get(name).is_none();
        let statics = webhook.headers.iter().filter(|(name, _)| free(name));
        let mut all: Headers = statics.collect();
        all.extend(&own);
        all
    };

    Request {
        method: Method::Post,
        url: webhook.url.clone(),
        headers,
        body: encoded.body.clone(),
        timeout: Duration::from_secs(u64::from(target.timeout_seconds)),
        egress: target.egress.clone(),
        answer_limit: crate::send::RESPONSE_BODY_READ,
        answer_room: None,
        shop: target.shop,
    }
}
