//! What a webhook missed, sent again.

use std::time::Duration;

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::target::Kind;
use claimwire_model::{Target, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::checks;
use super::view::{find, not_found};
use crate::access::{As, Editor, Viewer};
use crate::call::{Call, valued};
use crate::checks::Checks;
use crate::idempotency::{ACCEPTED, Keyed};
use crate::read::missing;
use crate::refusal::Refusal;

/// An order to send again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    pub since: Timestamp,
    /// Events that came to be before; now when absent.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Which of them: those that ended `failed`, those that never had a delivery, or all.
    pub status: ReplayStatus,
    /// Only events that these entries match; the webhook's own when absent.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 200)]
    pub enabled_events: Option<Vec<String>>,
}

/// A replay and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
pub struct ReplayView {
    /// For `GET …/replays/{id}`.
    pub id: Uuid,
    /// To which webhook; not there when it is to a connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub webhook_uuid: Option<Uuid>,
    /// To which connector; not there when it is to a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub connector_id: Option<Uuid>,
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    pub since: Timestamp,
    /// Events that came to be before.
    pub until: Timestamp,
    /// Which of them.
    pub status: ReplayStatus,
    /// Only events that these entries match.
    pub enabled_events: Option<Vec<String>>,
    /// How far it is.
    pub state: ReplayState,
    /// Events looked at so far.
    pub scanned: u64,
    /// Deliveries found so far that are to be made due; at the end, how many were.
    pub total: u64,
    /// Deliveries made due so far.
    pub done: u64,
    /// When it was ordered.
    pub created_at: Timestamp,
}

impl ReplayView {
    /// `kind`: the target's.
    fn of(replay: Replay, kind: Kind) -> Self {
        let target = |of| (kind == of).then_some(replay.target_uuid);
        Self {
            id: replay.id,
            webhook_uuid: target(Kind::Webhook),
            connector_id: target(Kind::Connector),
            since: replay.since,
            until: replay.until,
            status: replay.status,
            enabled_events: replay.enabled_events,
            state: replay.state,
            scanned: replay.scanned,
            total: replay.total,
            done: replay.done,
            created_at: replay.created_at,
        }
    }
}

/// Orders a replay. It goes on by itself, over restarts too; one at a time runs for each webhook, in the order
/// in which they came.
///
/// # Errors
/// When the webhook is not there, a span or filter that cannot be, too many that wait already, or a store
/// that cannot commit.
pub async fn replay(
    editor: &As<'_, Editor>,
    uuid: Uuid,
    request: ReplayRequest,
    keyed: Option<Keyed<ReplayView>>,
) -> Result<Once<ReplayView>, Refusal> {
    let call = editor.call();
    let (webhook, _) = find(call, uuid).await?;
    replay_to(call, &webhook, request, keyed, not_found(uuid)).await
}

/// The same for a target of any kind. `not_found`: the refusal when it is gone.
pub(crate) async fn replay_to(
    call: &Call<'_>,
    target: &Target,
    request: ReplayRequest,
    keyed: Option<Keyed<ReplayView>>,
    not_found: impl Fn(StoreError) -> Refusal,
) -> Result<Once<ReplayView>, Refusal> {
    let replay = ordered(request, target, call.now)?;
    let view = ReplayView::of(replay.clone(), target.kind());
    let record = keyed.map(|keyed| keyed.record(ACCEPTED, &view));
    call.note_target("replay.ordered", target).await?;
    let once = call.store.create_replay(call.shop.no, replay, record).await;
    Ok(valued(once.map_err(not_found)?, view))
}

/// How far a replay is.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the shop.
pub async fn show_replay(viewer: &As<'_, Viewer>, id: Uuid) -> Result<ReplayView, Refusal> {
    let call = viewer.call();
    let found = call.store.replay(call.shop.no, id).await;
    let found = found.map_err(missing("replay_not_found", || format!("replay {id}")))?;
    let kind = match call.store.target_of(call.shop.no, found.target_uuid).await {
        Ok(target) => target.kind(),
        // Of one that is gone nobody asks which kind it was.
        Err(StoreError::NotFound) => Kind::Webhook,
        Err(error) => return Err(error.into()),
    };
    Ok(ReplayView::of(found, kind))
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
        state: ReplayState::Waiting,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: now,
    })
}
