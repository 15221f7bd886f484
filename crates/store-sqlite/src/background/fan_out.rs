//! Writes the deliveries that a commit left for later ([`jobs::fan_out`](crate::jobs::fan_out)), in event
//! order: of a shop's events before the one at work, every delivery has its row.

use std::time::{Duration, Instant};

use claimwire_model::id::time_of_number;
use claimwire_model::target::{Ordering, TargetStatus};
use claimwire_model::{DeliveryId, Event, EventNo, Lane, ShopNo, TargetNo};
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::rows;
use crate::rows::fan_out::{self, FanOut};
use crate::shared::Shared;

/// What a step may take: others wait behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    rows: usize,
    time: Duration,
}

/// With a group that nobody waits for.
pub(super) const ALONE: Budget = Budget {
    rows: 128,
    time: Duration::from_millis(1),
};
/// With one that somebody waits for.
pub(super) const BESIDE: Budget = Budget {
    rows: 32,
    time: Duration::from_micros(300),
};

/// What a step came to.
pub(super) struct Step {
    /// Active targets that have something new to take.
    pub(super) woken: Vec<TargetNo>,
    /// The shop has none left.
    pub(super) done: bool,
}

/// A step for a shop.
pub(super) fn step(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    budget: Budget,
) -> Result<Step> {
    let begun = Instant::now();
    let mut step = Step {
        woken: Vec::new(),
        done: false,
    };
    match rows::shop::by_no(conn, &shared.cache, shop) {
        Ok(_) => {}
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            fan_out::remove_all(conn, shop)?;
            step.done = true;
            return Ok(step);
        }
        Err(error) => return Err(error),
    }
    let mut written = 0;
    while written < budget.rows && begun.elapsed() < budget.time {
        let Some(rest) = fan_out::first(conn, shop)? else {
            step.done = true;
            break;
        };
        written += of_event(conn, shared, &rest, budget.rows - written, &mut step.woken)?;
    }
    Ok(step)
}

/// Writes at most `limit` deliveries of the event that is at work; how many.
fn of_event(
    conn: &Connection,
    shared: &Shared,
    rest: &FanOut,
    limit: usize,
    woken: &mut Vec<TargetNo>,
) -> Result<usize> {
    let from = rest.targets.partition_point(|no| *no < rest.from.0);
    let left = rest.targets.get(from..).unwrap_or_default();
    let (now, later) = left.split_at(limit.min(left.len()));
    let mut event = None;
    for no in now {
        let id = DeliveryId {
            event: rest.event,
            target: TargetNo(*no),
        };
        let (active, ordering) = match rows::webhook::target(conn, shared, id.target) {
            Ok(target) => (target.status == TargetStatus::Active, target.ordering),
            // It is deleted: the delivery is shown as cancelled.
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => (false, Ordering::None),
            Err(error) => return Err(error),
        };
        let lane = lane(conn, rest.event, ordering, &mut event)?;
        rows::delivery::insert_missing(conn, id, time_of_number(id.event.0), lane)?;
        if active {
            woken.push(id.target);
        }
    }
    if let Some(next) = later.first() {
        fan_out::reached(conn, rest.no, rest.event.0, *next)?;
    } else {
        let next = rest.events.partition_point(|no| *no <= rest.event.0);
        match (rest.events.get(next), rest.targets.first()) {
            (Some(event), Some(target)) => fan_out::reached(conn, rest.no, *event, *target)?,
            _ => fan_out::remove(conn, rest.no)?,
        }
    }
    Ok(now.len().max(1))
}

/// The event is read once, where an order asks for it.
fn lane(
    conn: &Connection,
    no: EventNo,
    ordering: Ordering,
    event: &mut Option<std::sync::Arc<Event>>,
) -> Result<Option<Lane>> {
    if ordering == Ordering::None {
        return Ok(None);
    }
    let event = match event {
        Some(event) => event,
        None => event.insert(rows::event::by_no(conn, no)?),
    };
    Ok(Lane::of(ordering, event))
}
