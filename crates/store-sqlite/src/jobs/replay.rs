//! Replays: kept, and what a step found beside the writer ([`crate::replays`]) made due.

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus, SendAgain};
use claimwire_model::target::{Ordering, Target};
use claimwire_model::{DeliveryId, EventNo, Lane, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::error::{Result, damaged};
use crate::replays::Found;
use crate::rows::progress::DeliveryRow;
use crate::rows::{self, idempotency};
use crate::work::Work;

/// See [`claimwire_store::Log::create_replay`].
pub(crate) fn create(
    work: &mut Work,
    shop: ShopNo,
    mut replay: Replay,
    record: Option<Idempotency>,
) -> Result<Once<Replay>> {
    let now = replay.created_at;
    if let Some(answered) = idempotency::before(work, Some(shop), record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    work.shop(shop)?;
    if work.target(replay.target)?.shop != shop {
        return Err(StoreError::NotFound.into());
    }
    replay.state = first_state(work, shop, replay.target)?;
    let enabled_events = replay
        .enabled_events
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(damaged)?;
    let no = work.next_number(now);
    work.conn
        .prepare_cached(
            "INSERT INTO replays (no, id, shop, target, since, until, status, enabled_events, state,
               total, done, created_at, seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, ?10, 0)",
        )?
        .execute(params![
            no,
            replay.id.as_bytes(),
            shop.0,
            replay.target.0,
            replay.since.as_millis(),
            replay.until.as_millis(),
            replay.status.code(),
            enabled_events,
            replay.state.code(),
            now.as_millis(),
        ])?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    Ok(Once::Now(replay))
}

/// How a new replay of a target begins, unless too many wait.
fn first_state(work: &Work, shop: ShopNo, target: TargetNo) -> Result<ReplayState> {
    let running: Option<Vec<u8>> = work
        .conn
        .prepare_cached(
            "SELECT id FROM replays INDEXED BY replays_running
             WHERE state = 1 AND shop = ?1 AND target = ?2",
        )?
        .query_row([shop.0, target.0], |row| row.get(0))
        .optional()?;
    let Some(running) = running else {
        return Ok(ReplayState::Running);
    };
    let waiting: usize = work
        .conn
        .prepare_cached(
            "SELECT count(*) FROM replays INDEXED BY replays_waiting WHERE state = 2 AND target = ?1",
        )?
        .query_row([target.0], |row| row.get(0))?;
    let running = Uuid::from_slice(&running).map_err(damaged)?;
    Ok(Replay::first_state(1 + waiting).ok_or(StoreError::ReplayRunning(running))?)
}

/// Makes due what a step found, and notes how far the replay is. Nothing, if it went on since that was read.
pub(crate) fn apply(work: &mut Work, found: Found, now: Timestamp) -> Result<()> {
    let Found {
        no,
        mut replay,
        read_at,
        step,
    } = found;
    let moved = work
        .conn
        .prepare_cached(
            "UPDATE replays SET searched = ?4, seen = ?5
             WHERE no = ?1 AND state = 1 AND searched = ?2 AND seen = ?3",
        )?
        .execute(params![
            no,
            read_at.searched,
            read_at.seen,
            step.reached.searched,
            step.reached.seen
        ])?;
    if moved == 0 {
        return Ok(());
    }
    let mut made = 0;
    if let Ok(webhook) = work.target(replay.target) {
        for event in step.due {
            made += usize::from(send_again(work, event, replay.status, &webhook, now)?);
        }
        if made > 0 {
            work.wake(webhook.no);
        }
    }
    replay.step(step.scanned, step.found, made, step.ended);
    work.conn
        .prepare_cached(
            "UPDATE replays SET scanned = ?2, total = ?3, done = ?4, state = ?5 WHERE no = ?1",
        )?
        .execute(params![
            no,
            replay.scanned,
            replay.total,
            replay.done,
            replay.state.code()
        ])?;
    if step.ended {
        work.conn
            .prepare_cached(
                "UPDATE replays SET state = 1 WHERE no =
                   (SELECT min(no) FROM replays INDEXED BY replays_waiting WHERE state = 2 AND target = ?1)",
            )?
            .execute([replay.target.0])?;
    }
    Ok(())
}

/// Arms or makes a delivery, if the replay asks for it. True: it did.
fn send_again(
    work: &mut Work,
    event: EventNo,
    status: ReplayStatus,
    webhook: &Target,
    now: Timestamp,
) -> Result<bool> {
    let id = DeliveryId {
        event,
        target: webhook.no,
    };
    work.write_down(id)?;
    let row = rows::progress::of_delivery(&work.conn, id)?;
    let again = status.send_again(row.as_ref().map(|row| row.progress.stage));
    if again == SendAgain::No {
        return Ok(false);
    }
    let lane = match webhook.ordering {
        Ordering::None => None,
        ordering => Lane::of(ordering, &*rows::event::by_no(&work.conn, event)?),
    };
    match (again, row) {
        (SendAgain::Rearm, Some(DeliveryRow { mut progress, .. })) => {
            progress.rearm(now);
            rows::delivery::rearm(&work.conn, id, &progress, lane)?;
        }
        _ => rows::delivery::insert(&work.conn, id, now, lane)?,
    }
    Ok(true)
}
