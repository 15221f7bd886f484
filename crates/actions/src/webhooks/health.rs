//! How a webhook has been doing, as it is shown.

use claimwire_model::Timestamp;
use claimwire_model::health::Health;
use serde::Serialize;
use utoipa::ToSchema;

/// How a webhook has been doing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookHealth)]
pub struct HealthView {
    /// Failed attempts since the last success.
    pub consecutive_failures: u32,
    /// The latest success.
    pub last_success_at: Option<Timestamp>,
    /// The latest failure.
    pub last_failure_at: Option<Timestamp>,
    /// When the server switched it off.
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// Deliveries that wait for it.
    pub pending: u64,
}

impl HealthView {
    pub(crate) fn of(health: &Health, pending: u64) -> Self {
        Self {
            consecutive_failures: health.consecutive_failures,
            last_success_at: health.last_success_at,
            last_failure_at: health.last_failure_at,
            disabled_at: health.disabled_at,
            disabled_reason: health.disabled_reason.clone(),
            pending,
        }
    }
}
