//! Finds what a step of pruning may remove. It reads beside the writer, which then only removes by key.

use claimwire_model::delivery::Stage;
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{DeliveryId, EventNo, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::leases::Leases;
use crate::rows;
use crate::shared::Shared;

/// Rows that one step reads for each that it may remove.
const LOOKS: usize = 4;

/// What goes.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Held for too long: to be marked as expired.
    pub(crate) expired: Vec<DeliveryId>,
    /// To be removed if still in this state.
    pub(crate) deliveries: Vec<(DeliveryId, Stage)>,
    /// To be removed if none of their deliveries is left.
    pub(crate) events: Vec<EventNo>,
    /// Deleted shops.
    pub(crate) shops: Vec<ShopNo>,
    /// Where the next step goes on: after this event.
    pub(crate) seen: i64,
    /// The step ended before the log did.
    pub(crate) more: bool,
}

impl Found {
    /// How many rows it would touch; a step touches no more than its limit.
    pub(crate) fn rows(&self) -> usize {
        self.expired.len() + self.deliveries.len() + self.events.len()
    }
}

/// Looks through what was committed before `before`, after the event `seen`, for at most `limit` rows.
pub(crate) fn find(
    conn: &Connection,
    shared: &Shared,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
    seen: i64,
) -> Result<Found> {
    let (leases, oldest) = (&shared.leases, shared.unwritten.oldest());
    // Not all of its deliveries have their rows.
    let unfinished = rows::fan_out::first_event_of_all(conn)?;
    let ended = oldest.into_iter().chain(unfinished).min();
    let ended = ended.map_or(i64::MAX, |event| event.0);
    let mut found = Found {
        seen,
        ..Found::default()
    };
    let mut statement = conn.prepare_cached("SELECT no FROM shops WHERE deleted = 1")?;
    found.shops = statement
        .query_map([], |row| row.get(0).map(ShopNo))?
        .collect::<rusqlite::Result<_>>()?;
    for shop in found.shops.clone() {
        of_shop(conn, shop, limit, &mut found)?;
    }
    held_too_long(conn, leases, before, limit, now, &mut found)?;
    log(conn, leases, (before, ended), limit, now, &mut found)?;
    Ok(found)
}

/// All that a deleted shop left in the log.
fn of_shop(conn: &Connection, shop: ShopNo, limit: usize, found: &mut Found) -> Result<()> {
    let mut events = conn.prepare_cached("SELECT no FROM events WHERE shop = ?1 LIMIT ?2")?;
    let mut deliveries =
        conn.prepare_cached("SELECT target, state FROM deliveries WHERE event = ?1")?;
    let numbers: Vec<i64> = events
        .query_map(params![shop.0, limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for no in numbers {
        let mut rows = deliveries.query([no])?;
        while let Some(row) = rows.next()? {
            let id = DeliveryId {
                event: EventNo(no),
                target: TargetNo(row.get(0)?),
            };
            found.deliveries.push((id, Stage::from_code(row.get(1)?)?));
        }
        found.events.push(EventNo(no));
        if found.rows() >= limit {
            found.more = true;
            break;
        }
    }
    Ok(())
}

/// Waiting deliveries of webhooks that are not active.
fn held_too_long(
    conn: &Connection,
    leases: &Leases,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
    found: &mut Found,
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT d.event, d.target FROM webhooks w INDEXED BY webhooks_idle
         CROSS JOIN shops s ON s.no = w.shop
         CROSS JOIN deliveries d INDEXED BY deliveries_due ON d.target = w.no
         WHERE w.status <> 0 AND w.deleted_at IS NULL AND s.deleted = 0
           AND d.due_at IS NOT NULL AND d.event < ?1",
    )?;
    let mut rows = statement.query([first_number_at(before)])?;
    while found.rows() < limit {
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let id = DeliveryId {
            event: EventNo(row.get(0)?),
            target: TargetNo(row.get(1)?),
        };
        if leases.until(id).is_none_or(|until| until <= now) {
            found.expired.push(id);
        }
    }
    found.more = true;
    Ok(())
}

/// Finished and cancelled deliveries, and events without any; older than a time and a number.
fn log(
    conn: &Connection,
    leases: &Leases,
    (before, end): (Timestamp, i64),
    limit: usize,
    now: Timestamp,
    found: &mut Found,
) -> Result<()> {
    let ended = first_number_at(before).min(end);
    let mut statement = conn.prepare_cached(
        "SELECT e.no, d.target, d.state, w.deleted_at IS NOT NULL FROM events e
         LEFT JOIN deliveries d ON d.event = e.no LEFT JOIN webhooks w ON w.no = d.target
         WHERE e.no > ?1 AND e.no < ?2 ORDER BY e.no",
    )?;
    let mut rows = statement.query([found.seen, ended])?;
    let mut current: Option<i64> = None;
    let mut stays = false;
    let mut looked = 0;
    loop {
        let row = rows.next()?;
        let no: Option<i64> = row.map(|row| row.get(0)).transpose()?;
        if no != current {
            if let Some(done) = current {
                if !stays {
                    found.events.push(EventNo(done));
                }
                found.seen = done;
            }
            (current, stays) = (no, false);
            if no.is_some() && (found.rows() >= limit || looked > LOOKS * limit) {
                found.more = true;
                return Ok(());
            }
        }
        let (Some(row), Some(no)) = (row, no) else {
            break;
        };
        looked += 1;
        let Some(target) = row.get::<_, Option<i64>>(1)? else {
            continue;
        };
        let id = DeliveryId {
            event: EventNo(no),
            target: TargetNo(target),
        };
        let stage = Stage::from_code(row.get(2)?)?;
        let over = stage.is_over(time_of_number(no), before, row.get(3)?);
        if over && leases.until(id).is_none_or(|until| until <= now) {
            found.deliveries.push((id, stage));
        } else {
            stays = true;
        }
    }
    found.seen = 0;
    Ok(())
}
