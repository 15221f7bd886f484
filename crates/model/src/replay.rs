//! Sending again what a webhook missed (contract section 2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::id::TargetNo;
use crate::time::Timestamp;

/// Which deliveries of the span are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayStatus {
    /// Those that ended `failed`.
    Failed,
    /// Every one, and those missing.
    All,
    /// Events that match the webhook but have no delivery for it.
    Missing,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayState {
    /// Still going through the events.
    Running,
    /// Everything has been queued.
    Done,
}

/// A durable order to send again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// For the outside.
    pub id: Uuid,
    /// To which webhook.
    pub target: TargetNo,
    /// The webhook's uuid.
    pub webhook_uuid: Uuid,
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    pub since: Timestamp,
    /// Events that came to be before; the order's own time when absent.
    pub until: Timestamp,
    /// Which of them.
    pub status: ReplayStatus,
    /// Only events that these entries match; the webhook's own when absent.
    pub enabled_events: Option<Vec<String>>,
    /// How far it is.
    pub state: ReplayState,
    /// Events looked at so far.
    pub total: u64,
    /// Deliveries queued so far.
    pub done: u64,
    /// When it was ordered.
    pub created_at: Timestamp,
}
