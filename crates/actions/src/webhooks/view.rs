//! A webhook as the API answers it.

use std::collections::BTreeMap;

use claimwire_model::filter::SourceFilter;
use claimwire_model::target::{Ordering, RateLimit, TargetStatus};
use claimwire_model::webhook::{Ack, Signing};
use claimwire_model::{Dialect, Target, Timestamp, Webhook};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::retry::RetryFields;

/// What stands for a secret. Too short to be one, so that it is never taken for one.
pub(super) const MASK: &str = "********";

/// How much of the secret is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All of it: in the answer that made the webhook.
    Whole,
    /// Nothing of it.
    Masked,
}

/// How a webhook has been doing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookHealth)]
pub struct HealthView<'a> {
    /// Failed attempts since the last success.
    consecutive_failures: u32,
    /// The latest success.
    last_success_at: Option<Timestamp>,
    /// The latest failure.
    last_failure_at: Option<Timestamp>,
    /// When the server switched it off.
    disabled_at: Option<Timestamp>,
    /// Why.
    disabled_reason: Option<&'a str>,
    /// Deliveries that wait for it.
    pending: u64,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView<'a> {
    /// Its id.
    uuid: Uuid,
    /// Its shop.
    shop_slug: &'a str,
    /// Where requests go.
    url: &'a str,
    /// What it hears of.
    enabled_events: &'a [String],
    /// The wire form.
    dialect: Dialect,
    /// Whole in the answer that made it, else masked; see `GET …/secret`.
    secret: &'a str,
    /// For people.
    description: Option<&'a str>,
    /// Whether it gets requests.
    status: TargetStatus,
    /// Whose changes it hears of.
    source_filter: SourceFilter,
    /// Sent with every request.
    headers: &'a BTreeMap<String, String>,
    /// How it is signed.
    signing: Signing,
    /// Total deadline of one attempt.
    timeout_seconds: u8,
    /// When a failed delivery is tried again.
    retry: RetryFields,
    /// Never more than this in any one second.
    rate_limit: Option<RateLimit>,
    /// Requests at once.
    max_in_flight: u32,
    /// What must be delivered before what.
    ordering: Ordering,
    /// Which answers count as delivered.
    ack: Ack,
    /// Whether it is tested before anything else is sent.
    verify: bool,
    /// The egress profile.
    egress: Option<&'a str>,
    /// How it has been doing.
    health: HealthView<'a>,
    /// When it was made.
    created_at: Timestamp,
    /// When its settings last changed.
    updated_at: Timestamp,
}

impl<'a> WebhookView<'a> {
    /// `pending`: how many deliveries wait for it.
    #[must_use]
    pub fn of(
        target: &'a Target,
        webhook: &'a Webhook,
        shop_slug: &'a str,
        pending: u64,
        secret: Shown,
    ) -> Self {
        let health = &target.health;
        Self {
            uuid: target.uuid,
            shop_slug,
            url: &webhook.url,
            enabled_events: &target.subscription.enabled_events,
            dialect: target.dialect(),
            secret: if secret == Shown::Whole {
                &webhook.secrets.current
            } else {
                MASK
            },
            description: target.description.as_deref(),
            status: target.status,
            source_filter: target.subscription.source_filter,
            headers: &webhook.headers,
            signing: webhook.signing,
            timeout_seconds: target.timeout_seconds,
            retry: RetryFields::from(&target.retry),
            rate_limit: target.rate_limit,
            max_in_flight: target.max_in_flight,
            ordering: target.ordering,
            ack: webhook.ack,
            verify: webhook.verify,
            egress: target.egress.as_deref(),
            health: HealthView {
                consecutive_failures: health.consecutive_failures,
                last_success_at: health.last_success_at,
                last_failure_at: health.last_failure_at,
                disabled_at: health.disabled_at,
                disabled_reason: health.disabled_reason.as_deref(),
                pending,
            },
            created_at: target.created_at,
            updated_at: target.updated_at,
        }
    }
}
