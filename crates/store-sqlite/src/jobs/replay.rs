//! Replays: sending again what a webhook missed, a bounded step at a time.

use claimwire_model::id::first_number_at;
use claimwire_model::replay::{REPLAY_AHEAD, Replay, ReplayState, ReplayStatus, SendAgain, room};
use claimwire_model::target::{Target, TargetStatus};
use claimwire_model::{DeliveryId, Event, Lane, ShopNo, TargetNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError};
use rusqlite::params;

use crate::codes::Code;
use crate::error::{Result, damaged};
use crate::rows::progress::DeliveryRow;
use crate::rows::{self, idempotency};
use crate::work::Work;

/// See [`claimwire_store::Log::create_replay`].
pub(crate) fn create(
    work: &mut Work,
    shop: ShopNo,
    replay: Replay,
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
    let enabled_events = replay
        .enabled_events
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(damaged)?;
    let no = work.next_number(now);
    work.conn
        .prepare_cached(
            "INSERT INTO replays (no, id, shop, target, since, until, status, enabled_events, running,
               total, done, created_at, seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)",
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
            replay.state == ReplayState::Running,
            replay.total,
            replay.done,
            now.as_millis(),
        ])?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    Ok(Once::Now(replay))
}

/// See [`claimwire_store::Queue::step_replays`].
pub(crate) fn step(work: &mut Work, limit: usize, now: Timestamp) -> Result<bool> {
    let sql = format!(
        "SELECT {} FROM replays r INDEXED BY replays_running JOIN webhooks w ON w.no = r.target
         WHERE r.running = 1 ORDER BY r.no",
        rows::replay::COLUMNS
    );
    let running: Vec<_> = work
        .conn
        .prepare_cached(&sql)?
        .query_map([], |row| {
            Ok((
                rows::replay::read(row),
                row.get(11)?,
                row.get(12).map(ShopNo)?,
                row.get(13)?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let share = (limit / running.len().max(1)).max(1);
    for (replay, no, shop, seen) in running {
        step_one(work, no, shop, &replay?, seen, share, now)?;
    }
    Ok(work
        .conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM replays WHERE running = 1)")?
        .query_row([], |row| row.get(0))?)
}

/// Looks at `limit` events at most, and at none after there is no more room.
fn step_one(
    work: &mut Work,
    no: i64,
    shop: ShopNo,
    replay: &Replay,
    seen: i64,
    limit: usize,
    now: Timestamp,
) -> Result<()> {
    let webhook = work.target(replay.target).ok();
    let events = match &webhook {
        Some(_) => span(work, shop, replay, seen, limit)?,
        None => Vec::new(),
    };
    let (mut looked, mut queued) = (0, 0);
    let mut last = seen;
    if let Some(webhook) = &webhook {
        let subscription = replay.subscription(&webhook.subscription);
        let room = room_now(work, webhook, now)?;
        for event in &events {
            if queued >= room {
                break;
            }
            if subscription.matches(&event.fact) {
                queued += usize::from(send_again(work, event, replay.status, webhook, now)?);
            }
            looked += 1;
            last = event.no.0;
        }
        if queued > 0 {
            work.wake(webhook.no);
        }
    }
    work.conn
        .prepare_cached(
            "UPDATE replays SET total = total + ?2, done = done + ?3, seen = ?4, running = ?5 WHERE no = ?1",
        )?
        .execute(params![
            no,
            looked,
            queued,
            last,
            looked < events.len() || events.len() == limit,
        ])?;
    Ok(())
}

/// How many more may be made due now.
fn room_now(work: &Work, webhook: &Target, now: Timestamp) -> Result<usize> {
    let active = webhook.status == TargetStatus::Active;
    if !active {
        return Ok(room(active, 0));
    }
    let due: usize = work
        .conn
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
               WHERE target = ?1 AND due_at IS NOT NULL AND due_at <= ?2 LIMIT ?3)",
        )?
        .query_row(
            params![webhook.no.0, now.as_millis(), REPLAY_AHEAD],
            |row| row.get(0),
        )?;
    Ok(room(active, due))
}

fn span(work: &Work, shop: ShopNo, replay: &Replay, seen: i64, limit: usize) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {} FROM events INDEXED BY events_shop
         WHERE shop = ?1 AND no > ?2 AND no >= ?3 AND no < ?4 ORDER BY no LIMIT ?5",
        rows::event::COLUMNS
    );
    let mut statement = work.conn.prepare_cached(&sql)?;
    let (from, to) = (first_number_at(replay.since), first_number_at(replay.until));
    let mut found = statement.query(params![shop.0, seen, from, to, limit])?;
    let mut events = Vec::new();
    while let Some(row) = found.next()? {
        events.push(rows::event::read(row)?);
    }
    Ok(events)
}

/// Arms or makes a delivery, if the replay asks for it. True: it did.
fn send_again(
    work: &mut Work,
    event: &Event,
    status: ReplayStatus,
    webhook: &Target,
    now: Timestamp,
) -> Result<bool> {
    let id = DeliveryId {
        event: event.no,
        target: TargetNo(webhook.no.0),
    };
    let lane = Lane::of(webhook.ordering, event);
    work.write_down(id)?;
    let row = rows::progress::of_delivery(&work.conn, id)?;
    match status.send_again(row.as_ref().map(|row| row.progress.stage)) {
        SendAgain::No => return Ok(false),
        SendAgain::Rearm => {
            if let Some(DeliveryRow { mut progress, .. }) = row {
                progress.rearm(now);
                rows::delivery::rearm(&work.conn, id, &progress, lane)?;
            }
        }
        SendAgain::Make => rows::delivery::insert(&work.conn, id, now, lane)?,
    }
    Ok(true)
}
