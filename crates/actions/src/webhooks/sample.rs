//! What a webhook of a dialect would be sent, before there is one.

use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, Headers, Webhook};
use claimwire_wire::{Attempted, make_secret, test_event};

use super::create::blank;
use super::settings::WebhookFields;
use super::test::no_sample;
use crate::access::{As, Viewer};
use crate::refusal::Refusal;

/// A request, as it would be sent.
#[derive(Debug)]
pub struct Sample {
    /// Names and values, signed with a secret that is made up.
    pub headers: Headers,
    /// The body.
    pub body: String,
}

/// A sample of the catalogue in this dialect, whole.
///
/// # Errors
/// When the dialect has no name for the event.
pub fn sample(viewer: &As<'_, Viewer>, dialect: Dialect, event: &str) -> Result<Sample, Refusal> {
    let call = viewer.call();
    let encoded = test_event(dialect, Some(event), call.shop, call.now);
    let encoded = encoded.ok_or_else(|| no_sample(event))?;
    let (target, webhook) = blank(call, &WebhookFields::defaults(dialect))?;
    let webhook = Webhook {
        secrets: Secrets::new(make_secret(dialect, &[0; 32])),
        ..webhook
    };
    let attempted = Attempted {
        delivery_id: "dlv_sample",
        attempt: 1,
    };
    let request = claimwire_wire::request(&target, &webhook, &encoded, attempted, call.now);
    Ok(Sample {
        headers: request.headers,
        body: String::from_utf8_lossy(&request.body).into_owned(),
    })
}
