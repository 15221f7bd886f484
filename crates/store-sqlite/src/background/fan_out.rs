//! Makes the deliveries that a commit left for later ([`jobs::fan_out`](crate::jobs::fan_out)), in event
//! order. Those that the engine has room for are handed over instead: they get their rows with their outcomes, as those
//! that their commit handed over do, and until then one row of many ([`rows::handed`]) names them. So of a shop's events before
//! the one at work, every delivery has its row or is in the engine's hands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use claimwire_model::id::time_of_number;
use claimwire_model::lease::Lease;
use claimwire_model::target::{Ordering, TargetStatus};
use claimwire_model::{
    DeliveryId, Event, EventNo, Lane, Shop, ShopNo, Target, TargetNo, Timestamp,
};
use claimwire_store::intake::HANDOVER_LEASE;
use claimwire_store::{Handed, Intake};
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

/// To whom deliveries are handed over as they are written, and when that is.
#[derive(Clone, Copy)]
pub(crate) struct Handover<'a> {
    pub(crate) intake: Option<&'a dyn Intake>,
    /// No later than the present: what is leased from here on is leased for less than it might be.
    pub(crate) now: Timestamp,
}

/// What is new for the engine.
#[derive(Default)]
pub(crate) struct News {
    /// Admitted, to be leased and handed over with the commit.
    pub(crate) handed: Vec<Handed>,
    /// Active targets that have something new to take.
    pub(crate) woken: Vec<TargetNo>,
}

/// A step for a shop, which adds to the news what the engine has admitted also where it fails. True: the shop has none
/// left.
pub(super) fn step(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    handover: Handover<'_>,
    budget: Budget,
    news: &mut News,
) -> Result<bool> {
    let begun = Instant::now();
    let of = match rows::shop::by_no(conn, &shared.cache, shop) {
        Ok(of) => of,
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            fan_out::remove_all(conn, shop)?;
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let mut written = 0;
    while written < budget.rows && begun.elapsed() < budget.time {
        let Some(rest) = fan_out::first(conn, shop)? else {
            return Ok(true);
        };
        let mut writing = Writing {
            conn,
            shared,
            shop: &of,
            handover,
            no: rest.event,
            event: None,
            news: &mut *news,
        };
        written += writing.of_event(&rest, budget.rows - written)?;
    }
    Ok(false)
}

/// A step of one event.
struct Writing<'a> {
    conn: &'a Connection,
    shared: &'a Shared,
    shop: &'a Arc<Shop>,
    handover: Handover<'a>,
    no: EventNo,
    /// Read once, where it is asked for.
    event: Option<Arc<Event>>,
    news: &'a mut News,
}

impl Writing<'_> {
    /// Makes at most `limit` deliveries; how many.
    fn of_event(&mut self, rest: &FanOut, limit: usize) -> Result<usize> {
        let from = rest.targets.partition_point(|no| *no < rest.from.0);
        let left = rest.targets.get(from..).unwrap_or_default();
        let (now, later) = left.split_at(limit.min(left.len()));
        let there = rows::delivery::targets_among(self.conn, self.no, now)?;
        let mut handed = Vec::new();
        for no in now.iter().filter(|no| !there.contains(no)) {
            if self.deliver(TargetNo(*no))? {
                handed.push(*no);
            }
        }
        rows::handed::insert(self.conn, self.no, &handed)?;
        reached(self.conn, rest, later.first())?;
        Ok(now.len().max(1))
    }

    /// Makes a delivery. True: it is handed over, and has no row.
    fn deliver(&mut self, target: TargetNo) -> Result<bool> {
        let id = DeliveryId {
            event: self.no,
            target,
        };
        let target = match rows::webhook::settings(self.conn, self.shared, target) {
            Ok(target) => Some(self.shared.cache.for_engine(&target)),
            // It is deleted: the delivery is shown as cancelled.
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => None,
            Err(error) => return Err(error),
        };
        let active = target
            .as_ref()
            .filter(|target| target.status == TargetStatus::Active);
        if let Some(target) = active
            // One that cannot be read is left to the take, which says so.
            && let Ok(event) = self.event()
            && self.admits(target)
        {
            self.hand(id, event, Arc::clone(target));
            return Ok(true);
        }
        let ordering = target
            .as_ref()
            .map_or(Ordering::None, |target| target.ordering);
        let lane = match ordering {
            Ordering::None => None,
            ordering => Lane::of(ordering, self.event()?.as_ref()),
        };
        rows::delivery::insert(self.conn, id, time_of_number(id.event.0), lane)?;
        if active.is_some() {
            self.news.woken.push(id.target);
        }
        Ok(false)
    }

    fn admits(&self, target: &Target) -> bool {
        let Handover { intake, now } = self.handover;
        target.may_be_handed(now) && intake.is_some_and(|intake| intake.admit(target))
    }

    fn hand(&mut self, id: DeliveryId, event: Arc<Event>, target: Arc<Target>) {
        let until = self.handover.now.plus(HANDOVER_LEASE);
        let (shop, lease) = (Arc::clone(self.shop), Lease::alone(until));
        let handed = Handed::new(id, event, shop, target, lease, until);
        self.news.handed.push(handed);
    }

    fn event(&mut self) -> Result<Arc<Event>> {
        match &self.event {
            Some(event) => Ok(Arc::clone(event)),
            None => {
                let event = rows::event::by_no(self.conn, self.no)?;
                Ok(Arc::clone(self.event.insert(event)))
            }
        }
    }
}

/// Notes which target of the event is next, or that all are done.
fn reached(conn: &Connection, rest: &FanOut, next: Option<&i64>) -> Result<()> {
    if let Some(next) = next {
        fan_out::reached(conn, rest.no, rest.event.0, *next)
    } else {
        let next = rest.events.partition_point(|no| *no <= rest.event.0);
        match (rest.events.get(next), rest.targets.first()) {
            (Some(event), Some(target)) => fan_out::reached(conn, rest.no, *event, *target),
            _ => fan_out::remove(conn, rest.no),
        }
    }
}
