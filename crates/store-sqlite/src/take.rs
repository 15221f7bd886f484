//! Which deliveries of a target may go now. Read beside the writer; leased in memory.

mod ordered;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::{Kind, Ordering, Target, TargetStatus};
use claimwire_model::{DeliveryId, EventNo, TargetNo, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::Taken;
use rusqlite::{Connection, Row};

use crate::error::{Error, Result};
use crate::leases::{Standing, Taking};
use crate::rows::{self, time};
use crate::shared::Shared;

/// A take at work.
struct Take<'a> {
    conn: &'a Connection,
    shared: &'a Shared,
    taking: &'a Taking<'a>,
    target: TargetNo,
    room: usize,
    now: Timestamp,
    lease_until: Timestamp,
    paused: Option<Timestamp>,
    /// Of an ordered target: not all before this event and behind it have their rows.
    incomplete_from: Option<EventNo>,
    picked: Vec<EventNo>,
    next_due: Option<Timestamp>,
}

/// See [`claimwire_store::Queue::take`]. `taking` began before the snapshot that `conn` reads from.
pub(crate) fn take(
    conn: &Connection,
    shared: &Shared,
    taking: &Taking<'_>,
    target: TargetNo,
    limit: usize,
    now: Timestamp,
    lease_for: Duration,
) -> Result<Taken> {
    let webhook = match rows::webhook::target(conn, shared, target) {
        Ok(webhook) if webhook.status == TargetStatus::Active => webhook,
        Ok(_) | Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            return Ok(Taken::default());
        }
        Err(error) => return Err(error),
    };
    if webhook.ordering != Ordering::None && is_assigning_lanes(conn, target)? {
        return Ok(Taken::default());
    }
    let paused = webhook.health.paused_until.filter(|until| *until > now);
    let room = if paused.is_some() { 0 } else { limit };
    let (picked, next_due) = (Vec::new(), None);
    let incomplete_from = match webhook.ordering {
        Ordering::None => None,
        _ => rows::fan_out::first_event(conn, webhook.shop)?,
    };
    let mut take = Take {
        conn,
        shared,
        taking,
        target,
        room,
        now,
        lease_until: now.plus(lease_for),
        paused,
        incomplete_from,
        picked,
        next_due,
    };
    if let (_, Some(until)) = shared.unwritten.of_target(target) {
        take.later(until);
    }
    let manual = take.pick_manual(webhook.ordering != Ordering::None)?;
    match webhook.ordering {
        Ordering::None => take.pick_due(&manual)?,
        Ordering::Subject | Ordering::Webhook => take.pick_ordered(&manual)?,
    }
    take.lease(&webhook)
}

impl Take<'_> {
    /// Takes a delivery that may go at `at`, or notes when to take again. True: taken.
    fn offer(&mut self, event: EventNo, at: Timestamp) -> bool {
        let ready = at <= self.now && self.picked.len() < self.room;
        if ready {
            self.picked.push(event);
        } else {
            self.later(at);
        }
        ready
    }

    fn later(&mut self, at: Timestamp) {
        let at = self.paused.map_or(at, |until| at.max(until));
        self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
    }

    /// When a delivery may go that is due at `due`, for itself.
    fn may_go(&self, event: EventNo, due: Timestamp) -> Option<Timestamp> {
        match self.taking.standing(
            DeliveryId {
                event,
                target: self.target,
            },
            self.now,
        ) {
            Standing::Free => Some(due),
            Standing::Leased(until) => Some(due.max(until)),
            Standing::Unclear => None,
        }
    }

    /// Those ordered by hand wait for nothing but a lease, unless they still have their place in an
    /// order. Answers all of them, taken or not.
    fn pick_manual(&mut self, ordered: bool) -> Result<HashSet<EventNo>> {
        let mut manual = HashSet::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT event, due_at IS NOT NULL AND lane IS NOT NULL
             FROM deliveries INDEXED BY deliveries_manual
             WHERE target = ?1 AND manual > 0 ORDER BY event",
        )?;
        let mut found = statement.query([self.target.0])?;
        while let Some(row) = found.next()? {
            let event = EventNo(row.get(0)?);
            manual.insert(event);
            if ordered && row.get(1)? {
                continue;
            }
            match self.may_go(event, self.now) {
                Some(at) => {
                    self.offer(event, at);
                }
                None => self.later(self.now),
            }
        }
        Ok(manual)
    }

    /// By due time and event.
    fn pick_due(&mut self, manual: &HashSet<EventNo>) -> Result<()> {
        let mut statement = self.conn.prepare_cached(
            "SELECT event, due_at FROM deliveries INDEXED BY deliveries_due
             WHERE target = ?1 AND due_at IS NOT NULL ORDER BY due_at, event",
        )?;
        let mut found = statement.query([self.target.0])?;
        while let Some(row) = found.next()? {
            let (event, due) = event_and_due(row)?;
            if manual.contains(&event) {
                continue;
            }
            let at = self.may_go(event, due);
            let taken = at.is_some_and(|at| self.offer(event, at));
            if at.is_none() {
                self.later(self.now);
            }
            // What comes after is due no sooner than one that has to wait for nothing but its time or
            // for room.
            if !taken && at == Some(due) {
                break;
            }
        }
        Ok(())
    }

    /// Leases what was picked.
    fn lease(self, webhook: &Arc<Target>) -> Result<Taken> {
        let shop = rows::shop::by_no(self.conn, &self.shared.cache, webhook.shop)?;
        let mut deliveries = Vec::with_capacity(self.picked.len());
        for event in &self.picked {
            let id = DeliveryId {
                event: *event,
                target: self.target,
            };
            let Some(row) = rows::progress::of_delivery(self.conn, id)? else {
                continue;
            };
            deliveries.push(Handed {
                id,
                event: rows::event::by_no(self.conn, *event)?,
                shop: shop.clone(),
                target: webhook.clone(),
                attempts: row.progress.attempts,
                failures: row.progress.failures_in(webhook.health.activation),
                manual: row.progress.manual > 0,
                state: saved(self.conn, webhook, id)?,
                in_doubt: self.shared.was_there_before(*event)
                    || self.shared.leases.until(id).is_some(),
                lease: Lease::alone(self.lease_until),
                expires: self.lease_until,
            });
        }
        for handed in &deliveries {
            self.shared.leases.lease(handed.id, self.lease_until);
        }
        Ok(Taken {
            deliveries,
            next_due: self.next_due,
        })
    }
}

/// What an earlier run saved; a webhook's run is one request, and saves nothing.
fn saved(conn: &Connection, target: &Target, id: DeliveryId) -> Result<Option<SavedState>> {
    match target.kind() {
        Kind::Webhook => Ok(None),
        Kind::Connector => rows::delivery::saved(conn, id),
    }
}

/// Whether lanes are being assigned to what waits: until that is done nobody can tell what comes first.
fn is_assigning_lanes(conn: &Connection, target: TargetNo) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT assigning_lanes FROM webhooks WHERE no = ?1")?
        .query_row([target.0], |row| row.get(0))?)
}

fn event_and_due(row: &Row<'_>) -> rusqlite::Result<(EventNo, Timestamp)> {
    Ok((EventNo(row.get(0)?), time(row.get(1)?)))
}
