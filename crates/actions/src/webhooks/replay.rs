//! What a webhook missed, sent again.

use std::time::Duration;

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::{Target, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{checks, find, not_found};
use crate::call::{Call, Done, encode};
use crate::checks::Checks;
use crate::input;
use crate::refusal::Refusal;

/// An order to send again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    since: Timestamp,
    /// Events that came to be before; now when absent.
    #[serde(default)]
    until: Option<Timestamp>,
    /// Which of them: those that ended `failed`, those that never had a delivery, or all.
    status: ReplayStatus,
    /// Only events that these entries match; the webhook's own when absent.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 200)]
    enabled_events: Option<Vec<String>>,
}

/// A replay and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
pub struct ReplayView<'a> {
    /// For `GET …/replays/{id}`.
    id: Uuid,
    /// To which webhook.
    webhook_uuid: Uuid,
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    since: Timestamp,
    /// Events that came to be before.
    until: Timestamp,
    /// Which of them.
    status: ReplayStatus,
    /// Only events that these entries match.
    enabled_events: Option<&'a [String]>,
    /// How far it is.
    state: ReplayState,
    /// Events looked at so far.
    total: u64,
    /// Deliveries queued so far.
    done: u64,
    /// When it was ordered.
    created_at: Timestamp,
}

impl<'a> From<&'a Replay> for ReplayView<'a> {
    fn from(replay: &'a Replay) -> Self {
        Self {
            id: replay.id,
            webhook_uuid: replay.target_uuid,
            since: replay.since,
            until: replay.until,
            status: replay.status,
            enabled_events: replay.enabled_events.as_deref(),
            state: replay.state,
            total: replay.total,
            done: replay.done,
            created_at: replay.created_at,
        }
    }
}

/// Orders a replay. 202.
///
/// # Errors
/// When the webhook is not there, a span or filter that cannot be, or a store that cannot commit.
pub async fn replay(call: &Call<'_>, uuid: Uuid, body: &[u8]) -> Result<Done, Refusal> {
    let request: ReplayRequest = input::parse(body)?;
    let (webhook, _) = find(call, uuid).await?;
    let replay = ordered(request, &webhook, call.now)?;
    let body = encode(&ReplayView::from(&replay))?.into_bytes();
    let record = call.record(202, &body);
    match call.store.create_replay(call.shop.no, replay, record).await {
        Ok(Once::Now(_)) => Ok(Done {
            status: 202,
            body,
            repeated: false,
        }),
        Ok(Once::Before(answered)) => Ok(answered.into()),
        Err(error @ (StoreError::Conflict | StoreError::NotFound)) => Err(not_found(error, uuid)),
        Err(error) => Err(error.into()),
    }
}

fn ordered(request: ReplayRequest, webhook: &Target, now: Timestamp) -> Result<Replay, Refusal> {
    let ReplayRequest {
        since,
        until,
        status,
        enabled_events,
    } = request;
    // The end is not part of the span: what was committed in this very millisecond shall be.
    let until = until.unwrap_or_else(|| now.plus(Duration::from_millis(1)));
    let mut span = Checks::default();
    span.that(since < until, "/since", "is not before `until`");
    span.done()?;
    if let Some(entries) = &enabled_events {
        checks::compile(
            webhook.dialect(),
            webhook.subscription.source_filter,
            entries.clone(),
        )?;
    }
    Ok(Replay {
        id: Uuid::new_v4(),
        target: webhook.no,
        target_uuid: webhook.uuid,
        since,
        until,
        status,
        enabled_events,
        state: ReplayState::Running,
        total: 0,
        done: 0,
        created_at: now,
    })
}
