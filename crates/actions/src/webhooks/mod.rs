//! Webhooks: made, patched, tested, their secrets rotated, what they missed replayed (contract
//! section 3).
//!
//! A webhook's settings are one JSON object, [`WebhookFields`]. A new webhook is a merge patch on its
//! dialect's defaults, an update a merge patch on what it has: one way in for both.

mod build;
mod checks;
mod create;
mod fields;
mod headers;
mod replay;
mod retry;
mod secret;
mod status;
mod test;
mod update;
mod view;

pub use checks::check_egress;
pub use create::create;
pub use fields::WebhookFields;
pub use replay::{ReplayRequest, ReplayView, replay};
pub use retry::RetryFields;
pub use secret::{Random, RotateRequest, SecretView, rotate, secret};
pub use test::{TestRequest, TestResult, test};
pub use update::update;
pub use view::{HealthView, Shown, WebhookView};

use std::sync::Arc;

use claimwire_model::{Target, Webhook};
use claimwire_store::{Idempotency, StoreError};
use claimwire_wire::send::Sender;
use uuid::Uuid;

use crate::call::{Call, IdempotencyKey};
use crate::refusal::Refusal;

/// What making or changing a webhook needs beside the call.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// Says whether a URL can be sent to.
    pub sender: &'a dyn Sender,
    /// Random bytes for a secret, should one have to be made.
    pub secret: &'a [u8; 32],
    /// Random bytes for a key pair, should one have to be made.
    pub seed: &'a [u8; 32],
}

/// The shop's webhook: as the target that it is, and what it has as a webhook.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn find(call: &Call<'_>, uuid: Uuid) -> Result<(Arc<Target>, Webhook), Refusal> {
    let found = call.store.target_of(call.shop.no, uuid).await;
    let target = found.map_err(|error| not_found(error, uuid))?;
    let webhook = target.webhook().cloned();
    let webhook = webhook.ok_or_else(|| not_found(StoreError::NotFound, uuid))?;
    Ok((target, webhook))
}

/// The store's "not found" for a webhook.
fn not_found(error: StoreError, uuid: Uuid) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::NotFound {
            key: "webhook_not_found",
            what: format!("webhook {uuid}"),
        },
        StoreError::Conflict => crate::call::idempotency_conflict(),
        other => other.into(),
    }
}

impl Call<'_> {
    /// The record of an answer that is known before the store is called.
    fn record(&self, status: u16, body: &[u8]) -> Option<Idempotency> {
        let IdempotencyKey { key, fingerprint } = self.idempotency.clone()?;
        let body = body.to_vec();
        Some(Idempotency {
            key,
            fingerprint,
            status,
            body: Box::new(move |_| body),
        })
    }
}
