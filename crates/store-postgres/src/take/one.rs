//! The take of one target: what is asked for, and what comes of the rows that were leased.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::{Kind, Ordering, Target};
use claimwire_model::{DeliveryId, EventNo, Shop, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::Taken;
use tokio_postgres::Row;

use crate::error::Result;
use crate::ownership;
use crate::rows::{count, event, time, time_opt};
use crate::shared::Shared;

/// What is read of a delivery that was leased, ahead of its event: its place in the answer and what
/// [`Take::handed`] needs.
pub(super) const LEASED: &str = "l.attempt_count, l.failures, l.activation, l.manual, l.saved, l.lease_epoch, l.lease_until, l.in_doubt";

/// The column of the statement for several targets that says whose a row is.
pub(super) const TARGET: usize = event::WIDTH + 10;

/// A take at work.
#[derive(Clone)]
pub(super) struct Take<'a> {
    pub(super) shared: &'a Shared,
    pub(super) webhook: Arc<Target>,
    pub(super) shop: Arc<Shop>,
    /// How many may be taken: none while the target is paused.
    pub(super) room: usize,
    /// Left out.
    pub(super) in_hand: &'a [EventNo],
    pub(super) now: Timestamp,
    pub(super) lease_for: Duration,
    pub(super) paused: Option<Timestamp>,
    pub(super) next_due: Option<Timestamp>,
}

impl Take<'_> {
    pub(super) fn is_ordered(&self) -> bool {
        self.webhook.ordering != Ordering::None
    }

    /// What the caller has in hand of the target.
    pub(super) fn in_hand(&self) -> impl Iterator<Item = DeliveryId> {
        let target = self.webhook.no;
        let id = move |event: &EventNo| DeliveryId {
            event: *event,
            target,
        };
        self.in_hand.iter().map(id)
    }

    pub(super) fn taken(mut self, rows: &[Row]) -> Result<Taken> {
        let next = TARGET - 2;
        if let Some(row) = rows.first()
            && let Some(at) = time_opt(row, next)?
        {
            self.later(at);
        }
        let mut deliveries = Vec::with_capacity(rows.len());
        for row in rows {
            if row.try_get(next + 1)? {
                deliveries.push(self.handed(row)?);
            }
        }
        Ok(Taken {
            deliveries,
            next_due: self.next_due,
        })
    }

    /// Notes when to take again.
    pub(super) fn later(&mut self, at: Timestamp) {
        let at = self.paused.map_or(at, |until| at.max(until));
        self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
    }

    /// One that was leased, from an event's columns and [`LEASED`].
    pub(super) fn handed(&self, row: &Row) -> Result<Handed> {
        let at = event::WIDTH;
        let event = Arc::new(event::read(row)?);
        let failed_in: u32 = count(row, at + 2)?;
        let failures: u32 = count(row, at + 1)?;
        let manual: i64 = row.try_get(at + 3)?;
        let saved: Option<Vec<u8>> = match self.webhook.kind() {
            Kind::Webhook => None,
            Kind::Connector => row.try_get(at + 4)?,
        };
        let same_life = failed_in == self.webhook.health.activation;
        Ok(Handed {
            id: DeliveryId {
                event: EventNo(event.no.0),
                target: self.webhook.no,
            },
            event,
            shop: Arc::clone(&self.shop),
            target: Arc::clone(&self.webhook),
            attempts: count(row, at)?,
            failures: if same_life { failures } else { 0 },
            manual: manual > 0,
            state: saved.map(|saved| SavedState(saved.into())),
            in_doubt: row.try_get(at + 7)?,
            lease: Lease {
                node: self.shared.node,
                epoch: ownership::epoch(row.try_get(at + 5)?),
                until: time(row.try_get(at + 6)?),
            },
            expires: self.now.plus(self.lease_for),
        })
    }
}

/// A limit as SQL takes it.
pub(super) fn limit(room: usize) -> i64 {
    i64::try_from(room).unwrap_or(i64::MAX)
}
