//! A new webhook.

use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{TargetKind, TargetStatus};
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, Target, TargetNo, Webhook};
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use serde::Deserialize;
use uuid::Uuid;

use super::Tools;
use super::fields::WebhookFields;
use super::view::{Shown, WebhookView};
use super::{build, checks};
use crate::call::{Call, Done, encode, idempotency_conflict};
use crate::merge;
use crate::refusal::Refusal;

/// Makes a webhook. 201; the answer holds the secret, for this once.
///
/// # Errors
/// Settings that cannot be, or a store that cannot commit.
pub async fn create(call: &Call<'_>, body: &[u8], tools: Tools<'_>) -> Result<Done, Refusal> {
    let fields = merge::patched(&WebhookFields::defaults(dialect(body)), body)?;
    checks::check(&fields, None)?;
    let new = blank(call, &fields)?;
    let (target, webhook) = build::apply(new, fields, true, tools, call.now)?;
    let body = encode(&WebhookView::of(
        &target,
        &webhook,
        &call.shop.slug,
        0,
        Shown::Whole,
    ))?
    .into_bytes();
    let record = call.record(201, &body);
    match call.store.create_target(target, call.now, record).await {
        Ok(Once::Now(_)) => Ok(Done {
            status: 201,
            body,
            repeated: false,
        }),
        Ok(Once::Before(answered)) => Ok(answered.into()),
        Err(StoreError::Conflict) => Err(idempotency_conflict()),
        Err(error) => Err(error.into()),
    }
}

/// The dialect whose defaults apply. What is wrong with the body is told when it is read whole.
fn dialect(body: &[u8]) -> Dialect {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        dialect: Dialect,
    }
    serde_json::from_slice::<Named>(body)
        .map(|named| named.dialect)
        .unwrap_or_default()
}

/// A webhook that has nothing yet but its identity.
fn blank(call: &Call<'_>, fields: &WebhookFields) -> Result<(Target, Webhook), Refusal> {
    let webhook = Webhook {
        url: String::new(),
        secrets: Secrets {
            current: String::new(),
            previous: None,
            ed25519_seed: None,
        },
        headers: std::collections::BTreeMap::new(),
        signing: fields.signing,
        ack: fields.ack,
        verify: false,
        verification_due: false,
    };
    let target = Target {
        no: TargetNo(0),
        uuid: Uuid::new_v4(),
        shop: call.shop.no,
        kind: TargetKind::Webhook(webhook.clone()),
        subscription: checks::subscription(fields)?,
        description: None,
        status: TargetStatus::Active,
        timeout_seconds: fields.dialect.default_timeout_seconds(),
        retry: RetryPolicy::of(fields.dialect),
        rate_limit: None,
        max_in_flight: fields.max_in_flight,
        ordering: fields.ordering,
        egress: None,
        health: Health::default(),
        created_at: call.now,
        updated_at: call.now,
        version: 0,
    };
    Ok((target, webhook))
}
