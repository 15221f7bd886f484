//! Notices to shops by e-mail: one of its webhooks was warned or disabled.
//!
//! A notice is the operational event itself, so it is there exactly when that was committed. Only how far
//! its mail has come is kept beside it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::{Event, EventNo, Shop, Timestamp};

use crate::error::StoreResult;

/// A notice that was not mailed for so long is not mailed any more.
pub const NOTICE_KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// A notice to be mailed.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Whom it concerns.
    pub shop: Arc<Shop>,
    /// What happened: `webhooks/warned` or `webhooks/disabled`, as we made it.
    pub event: Arc<Event>,
    /// How often it was taken before.
    pub tries: u32,
}

/// Notices, each taken until it has ended.
#[async_trait]
pub trait Notices: Send + Sync {
    /// The earliest notice that is due and not older than [`NOTICE_KEPT`], if any; until `until` it is not
    /// given to anyone else. It is due from its commit on, and again when `until` has passed without
    /// [`Notices::notice_ended`] or [`Notices::notice_again`]. Events that were posted, and those of
    /// deleted shops, are no notices.
    async fn take_notice(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Notice>>;
    /// It was mailed, or never will be.
    async fn notice_ended(&self, event: EventNo) -> StoreResult<()>;
    /// It is due again at `at`.
    async fn notice_again(&self, event: EventNo, at: Timestamp) -> StoreResult<()>;
}
