//! Deliveries: one event for one webhook.

use std::collections::HashSet;

use claimwire_model::delivery::{
    Attempt, Delivery, DeliveryStatus, Progress, SavedState, Split, Stage,
};
use claimwire_model::id::time_of_number;
use claimwire_model::target::{Kind, TargetStatus};
use claimwire_model::{DeliveryId, EventNo, Lane, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::intake::HANDOVER_LEASE;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::Result;
use crate::leases::Leases;
use crate::rows::{attempt, ms, time, uuid};

/// Adds a delivery that waits, due at once.
pub(crate) fn insert(
    conn: &Connection,
    id: DeliveryId,
    now: Timestamp,
    lane: Option<Lane>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO deliveries (event, target, state, due_at, attempt_count, failures, manual, lane)
         VALUES (?1, ?2, 0, ?3, 0, 0, 0, ?4)",
    )?
    .execute(params![id.event.0, id.target.0, now.as_millis(), lane.map(|lane| lane.0)])?;
    Ok(())
}

/// Adds a delivery that waits since then, and comes in no order, unless it is there already.
pub(crate) fn insert_missing(conn: &Connection, id: DeliveryId, since: Timestamp) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO deliveries (event, target, state, due_at, attempt_count, failures, manual)
         VALUES (?1, ?2, 0, ?3, 0, 0, 0)",
    )?
    .execute([id.event.0, id.target.0, since.as_millis()])?;
    Ok(())
}

/// Which of these targets, in rising order, an event has a delivery for.
pub(crate) fn targets_among(
    conn: &Connection,
    event: EventNo,
    targets: &[i64],
) -> Result<HashSet<i64>> {
    let (Some(first), Some(last)) = (targets.first(), targets.last()) else {
        return Ok(HashSet::new());
    };
    let mut statement = conn.prepare_cached(
        "SELECT target FROM deliveries WHERE event = ?1 AND target BETWEEN ?2 AND ?3",
    )?;
    let found = statement.query_map([event.0, *first, *last], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Adds a delivery that was acknowledged at its first attempt.
pub(crate) fn insert_delivered(conn: &Connection, id: DeliveryId, attempt: &Attempt) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO deliveries (event, target, state, attempt_count, failures, manual, delivered_at,
           last_status, started_at, duration_us, request_headers, response_headers, response_body, stages)
         VALUES (?1, ?2, 1, 1, 0, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        id.event.0,
        id.target.0,
        attempt.ended().as_millis(),
        attempt.status_code,
        attempt.started_at.as_millis(),
        attempt::micros(attempt.duration),
        attempt.request_headers.as_str(),
        attempt.response_headers.as_str(),
        attempt.response_body,
        attempt.split.map(Split::code),
    ])?;
    Ok(())
}

/// Writes where a delivery stands after an attempt, the head of whose chain is `no`.
pub(crate) fn record(
    conn: &Connection,
    id: DeliveryId,
    progress: &Progress,
    attempt: &Attempt,
    no: i64,
) -> Result<()> {
    conn.prepare_cached(
        "UPDATE deliveries SET state = ?3, due_at = ?4, attempt_count = ?5, failures = ?6, manual = ?7,
           delivered_at = ?8, last_status = ?9, last_error = ?10, last_attempt = ?11,
           saved = CASE WHEN ?3 = 1 THEN NULL ELSE saved END, activation = ?12
         WHERE event = ?1 AND target = ?2",
    )?
    .execute(params![
        id.event.0,
        id.target.0,
        progress.stage.code(),
        ms(progress.due),
        progress.attempts,
        progress.failures,
        progress.manual,
        ms(progress.delivered_at),
        attempt.status_code,
        attempt.error,
        no,
        progress.activation,
    ])?;
    Ok(())
}

/// Keeps what a run saved.
pub(crate) fn save(conn: &Connection, id: DeliveryId, state: &SavedState) -> Result<()> {
    conn.prepare_cached("UPDATE deliveries SET saved = ?3 WHERE event = ?1 AND target = ?2")?
        .execute(params![id.event.0, id.target.0, &*state.0])?;
    Ok(())
}

/// What an earlier run saved.
pub(crate) fn saved(conn: &Connection, id: DeliveryId) -> Result<Option<SavedState>> {
    let saved: Option<Vec<u8>> = conn
        .prepare_cached("SELECT saved FROM deliveries WHERE event = ?1 AND target = ?2")?
        .query_row([id.event.0, id.target.0], |row| row.get(0))?;
    Ok(saved.map(|saved| SavedState(saved.into())))
}

/// Writes where a delivery stands that was armed again, and its lane.
pub(crate) fn rearm(
    conn: &Connection,
    id: DeliveryId,
    progress: &Progress,
    lane: Option<Lane>,
) -> Result<()> {
    conn.prepare_cached(
        "UPDATE deliveries SET state = ?3, due_at = ?4, failures = ?5, delivered_at = ?6, lane = ?7,
           saved = NULL
         WHERE event = ?1 AND target = ?2",
    )?
    .execute(params![
        id.event.0,
        id.target.0,
        progress.stage.code(),
        ms(progress.due),
        progress.failures,
        ms(progress.delivered_at),
        lane.map(|lane| lane.0),
    ])?;
    Ok(())
}

/// Writes how many attempts are owed by hand.
pub(crate) fn order_by_hand(conn: &Connection, id: DeliveryId, progress: &Progress) -> Result<()> {
    conn.prepare_cached("UPDATE deliveries SET manual = ?3 WHERE event = ?1 AND target = ?2")?
        .execute(params![id.event.0, id.target.0, progress.manual])?;
    Ok(())
}

/// What [`read`] reads, of `deliveries d JOIN events e JOIN webhooks w`.
pub(crate) const COLUMNS: &str = "d.event, d.target, coalesce(e.given_id, ''), e.ref, w.uuid, d.state, d.due_at, \
     d.attempt_count, d.delivered_at, d.last_status, d.last_error, w.status, \
     w.deleted_at IS NOT NULL, w.kind";

/// A delivery from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>, leases: &Leases, now: Timestamp) -> Result<Delivery> {
    let id = DeliveryId {
        event: EventNo(row.get(0)?),
        target: TargetNo(row.get(1)?),
    };
    let given_id: String = row.get(2)?;
    let due_at: Option<i64> = row.get(6)?;
    let webhook = TargetStatus::from_code(row.get(11)?)?;
    let leased = || leases.until(id).is_some_and(|until| until > now);
    let target = (!row.get::<_, bool>(12)?).then_some(webhook);
    let status = Stage::from_code(row.get(5)?)?.status(target, leased);
    Ok(Delivery {
        id,
        event_id: if given_id.is_empty() {
            id.event.to_string()
        } else {
            given_id
        },
        r#ref: row.get(3)?,
        kind: Kind::from_code(row.get(13)?)?,
        target_uuid: uuid(row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?)?,
        status,
        attempt_count: row.get(7)?,
        created_at: time_of_number(id.event.0),
        next_attempt_at: due_at
            .map(time)
            .filter(|_| status == DeliveryStatus::Pending),
        delivered_at: row.get::<_, Option<i64>>(8)?.map(time),
        last_status_code: row.get(9)?,
        last_error: row.get(10)?,
    })
}

/// A delivery of a shop's event, with what lists show; `handed` if it was without a row before the
/// snapshot began.
pub(crate) fn by_id(
    conn: &Connection,
    leases: &Leases,
    shop: ShopNo,
    id: DeliveryId,
    handed: Option<Timestamp>,
    now: Timestamp,
) -> Result<Delivery> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries d JOIN events e ON e.no = d.event JOIN webhooks w ON w.no = d.target
         WHERE d.event = ?1 AND d.target = ?2 AND e.shop = ?3"
    );
    let found = conn
        .prepare_cached(&sql)?
        .query_row([id.event.0, id.target.0, shop.0], |row| {
            Ok(read(row, leases, now))
        })
        .optional()?;
    let delivery = match (found, handed) {
        (Some(found), _) => Some(found?),
        (None, Some(until)) => without_row(conn, leases, shop, id, until, now)?,
        (None, None) => None,
    };
    Ok(delivery.ok_or(rusqlite::Error::QueryReturnedNoRows)?)
}

/// A delivery that was handed over and is leased until then; none if it has its row by now.
pub(crate) fn without_row(
    conn: &Connection,
    leases: &Leases,
    shop: ShopNo,
    id: DeliveryId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<Delivery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT ?1 AS event, ?2 AS target, 0 AS state, ?4 AS due_at,
           0 AS attempt_count, NULL AS delivered_at, NULL AS last_status, NULL AS last_error) d
         JOIN events e ON e.no = d.event JOIN webhooks w ON w.no = d.target
         WHERE e.shop = ?3 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1 AND target = ?2)"
    );
    let due = until.minus(HANDOVER_LEASE).as_millis();
    let found = conn
        .prepare_cached(&sql)?
        .query_row([id.event.0, id.target.0, shop.0, due], |row| {
            Ok(read(row, leases, now))
        })
        .optional()?;
    found.transpose()
}
