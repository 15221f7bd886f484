//! One event for one target, and its attempts.

mod progress;
mod stages;

pub use progress::{EXPIRED_SHOWN, Progress, Recorded, Stage, due_when_activated};
pub use stages::{Split, Stages};

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::headers::Headers;
use crate::id::DeliveryId;
use crate::target::Kind;
use crate::time::Timestamp;

/// Where a delivery stands (contract section 2). `held` and `cancelled` are not kept but follow from
/// the target: waiting for one that is not active, or that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// Waits for its time.
    Pending,
    /// An attempt is on its way.
    Delivering,
    /// Acknowledged.
    Delivered,
    /// Given up, with its attempts on record.
    Failed,
    /// Waits until its target is active again.
    Held,
    /// Its target was deleted.
    Cancelled,
    /// Held for longer than the retention.
    Expired,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Delivering,
        Self::Delivered,
        Self::Failed,
        Self::Held,
        Self::Cancelled,
        Self::Expired,
    ];
}

/// A delivery as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Event and target.
    pub id: DeliveryId,
    /// The event's id, as callers see it.
    pub event_id: String,
    /// The event's ref.
    pub r#ref: String,
    /// Its target's kind.
    pub kind: Kind,
    /// Its target's uuid.
    pub target_uuid: Uuid,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Attempts made so far, manual ones too.
    pub attempt_count: u32,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When the next attempt is due; none when there will be none.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub delivered_at: Option<Timestamp>,
    /// Of the latest attempt.
    pub last_status_code: Option<u16>,
    /// Of the latest attempt; a name, see [`Attempt::error`].
    pub last_error: Option<String>,
}

/// What a driver saved of a run that takes several requests: its own business, opaque to all others.
/// At most [`STATE_BYTES`] long.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedState(pub Arc<[u8]>);

/// How long a [`SavedState`] may be.
pub const STATE_BYTES: usize = 256 * 1024;

impl std::fmt::Debug for SavedState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SavedState({} bytes)", self.0.len())
    }
}

/// How long [`Attempt::error_detail`] may be, in characters.
pub const ERROR_DETAIL_CHARS: usize = 500;

/// One HTTP request of a delivery, on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1, 2, …
    pub number: u32,
    /// Which step of its run it was; none where a run is one request.
    pub step: Option<String>,
    /// When the request began.
    pub started_at: Timestamp,
    /// Until its answer was read or given up.
    pub duration: Duration,
    /// Into which stages that divides; none where it is not known.
    pub split: Option<Split>,
    /// The answer's status.
    pub status_code: Option<u16>,
    /// Why it failed: a name (`dns`, `connect`, `tls`, `timeout`, `status_500`, …), or none.
    pub error: Option<String>,
    /// The same as a sentence, at most [`ERROR_DETAIL_CHARS`] characters: what was tried and what came
    /// of it. Names no secret and no address that was refused.
    pub error_detail: Option<String>,
    /// As sent, values of static headers masked.
    pub request_headers: Headers,
    /// As answered.
    pub response_headers: Headers,
    /// The first 16 KiB.
    pub response_body: Vec<u8>,
}

impl Attempt {
    /// One that began then and of which nothing more is known: no step, no time, no answer.
    #[must_use]
    pub fn at(number: u32, started_at: Timestamp) -> Self {
        Self {
            number,
            step: None,
            started_at,
            duration: Duration::ZERO,
            split: None,
            status_code: None,
            error: None,
            error_detail: None,
            request_headers: Headers::default(),
            response_headers: Headers::default(),
            response_body: Vec::new(),
        }
    }

    /// How long each of its stages took, as far as that is known.
    #[must_use]
    pub fn stages(&self) -> Option<Stages> {
        Some(self.split?.stages(self.duration))
    }

    /// When its answer was read or given up.
    #[must_use]
    pub fn ended(&self) -> Timestamp {
        self.started_at.plus(self.duration)
    }
}
