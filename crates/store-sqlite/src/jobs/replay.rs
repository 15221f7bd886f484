//! Replays: sending again what a webhook missed, a bounded step at a time.

use claimwire_model::filter::Subscription;
use claimwire_model::id::first_number_at;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::webhook::Webhook;
use claimwire_model::{DeliveryId, Event, ShopNo, TargetNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError};
use rusqlite::{OptionalExtension, params};

use crate::codes::{Code, State};
use crate::error::{Result, damaged};
use crate::jobs::fan_out;
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
    let mut left = limit;
    while left > 0 {
        let sql = format!(
            "SELECT {} FROM replays r INDEXED BY replays_running JOIN webhooks w ON w.no = r.target
             WHERE r.running = 1 ORDER BY r.no LIMIT 1",
            rows::replay::COLUMNS
        );
        let found = work
            .conn
            .prepare_cached(&sql)?
            .query_row([], |row| {
                Ok((
                    rows::replay::read(row),
                    row.get(11)?,
                    row.get(12).map(ShopNo)?,
                    row.get(13)?,
                ))
            })
            .optional()?;
        let Some((replay, no, shop, seen)) = found else {
            return Ok(false);
        };
        left -= step_one(work, no, shop, &replay?, seen, left, now)?.min(left);
    }
    Ok(work
        .conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM replays WHERE running = 1)")?
        .query_row([], |row| row.get(0))?)
}

/// How many events were looked at; fewer than `limit`: the replay is done.
fn step_one(
    work: &mut Work,
    no: i64,
    shop: ShopNo,
    replay: &Replay,
    seen: i64,
    limit: usize,
    now: Timestamp,
) -> Result<usize> {
    let webhook = work.target(replay.target).ok();
    let events = match &webhook {
        Some(_) => span(work, shop, replay, seen, limit)?,
        None => Vec::new(),
    };
    let mut queued = 0_u64;
    if let Some(webhook) = &webhook {
        let subscription = chosen(webhook, replay);
        for event in events
            .iter()
            .filter(|event| subscription.matches(&event.fact))
        {
            queued += u64::from(send_again(work, event, replay.status, webhook, now)?);
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
            events.len(),
            queued,
            events.last().map_or(seen, |event| event.no.0),
            events.len() == limit,
        ])?;
    Ok(events.len())
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
    webhook: &Webhook,
    now: Timestamp,
) -> Result<bool> {
    let id = DeliveryId {
        event: event.no,
        target: TargetNo(webhook.no.0),
    };
    let lane = fan_out::lane(webhook.ordering, event);
    work.write_down(id)?;
    let state = rows::delivery::progress(&work.conn, id)?.map(|progress| progress.state);
    match (status, state) {
        (ReplayStatus::Failed | ReplayStatus::All, Some(State::Failed))
        | (ReplayStatus::All, Some(State::Delivered | State::Expired)) => {
            work.conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 0, due_at = ?3, failures = 0, delivered_at = NULL, lane = ?4
                     WHERE event = ?1 AND target = ?2",
                )?
                .execute(params![id.event.0, id.target.0, now.as_millis(), lane])?;
            Ok(true)
        }
        (ReplayStatus::Missing | ReplayStatus::All, None) => {
            rows::delivery::insert(&work.conn, id, now, lane)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// What the replay chose of what the webhook could hear.
fn chosen(webhook: &Webhook, replay: &Replay) -> Subscription {
    let own = &webhook.subscription;
    let entries = replay.enabled_events.clone();
    entries
        .and_then(|entries| Subscription::new(own.dialect, own.source_filter, entries).ok())
        .unwrap_or_else(|| own.clone())
}
