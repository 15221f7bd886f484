//! Writes the deliveries that a commit left for later, in event order: of a shop's events before the one at work,
//! every delivery has its row.

use std::collections::HashMap;

use claimwire_model::id::time_of_number;
use claimwire_model::target::Ordering;
use claimwire_model::{EventNo, ShopNo, TargetNo};

use crate::connection::Connection;
use crate::error::{Result, damaged};
use crate::housekeeping::{self, Work};
use crate::lanes;
use crate::locks::lock_shop;
use crate::transaction::Transaction;

/// Deliveries that one step writes, at most: commits of the shop wait for it.
const ROWS: usize = 1_000;

/// What is left of one.
struct FanOut {
    no: i64,
    events: Vec<i64>,
    targets: Vec<i64>,
    /// Places in them of what is to be written next.
    at: (usize, usize),
}

/// The next shop that has one, behind the one whose turn it was.
pub(super) async fn next_shop(conn: &Connection, last: ShopNo) -> Result<Option<ShopNo>> {
    let found = conn
        .query_opt(
            "SELECT shop FROM (
               (SELECT 0 AS turn, shop FROM fan_outs WHERE shop > $1 ORDER BY shop LIMIT 1)
               UNION ALL (SELECT 1, shop FROM fan_outs ORDER BY shop LIMIT 1)) AS next
             ORDER BY turn LIMIT 1",
            &[&last.0],
        )
        .await?;
    Ok(found.map(|row| row.try_get(0).map(ShopNo)).transpose()?)
}

/// A step for a shop. False: another node is at it.
pub(super) async fn step(tx: &Transaction<'_>, shop: ShopNo) -> Result<bool> {
    if !housekeeping::begin(tx, Work::Background).await? {
        return Ok(false);
    }
    lock_shop(tx, shop).await?;
    let Some(mut left) = first(tx, shop).await? else {
        return Ok(true);
    };
    let mut rows = Rows::default();
    while rows.events.len() < ROWS
        && let Some((event, target)) = left.next()
    {
        rows.events.push(event);
        rows.targets.push(target);
    }
    rows.write(tx).await?;
    left.keep(tx).await?;
    Ok(true)
}

/// The shop's one with the earliest event.
async fn first(tx: &Transaction<'_>, shop: ShopNo) -> Result<Option<FanOut>> {
    let found = tx
        .query_opt(
            "SELECT no, next_event, next_target, events, targets FROM fan_outs
             WHERE shop = $1 ORDER BY next_event LIMIT 1",
            &[&shop.0],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let (event, target): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    let (events, targets): (Vec<i64>, Vec<i64>) = (row.try_get(3)?, row.try_get(4)?);
    let no = row.try_get(0)?;
    if events.is_empty() || targets.is_empty() {
        return Err(damaged(format_args!("fan-out {no} is of no event or for no target")).into());
    }
    let at = (
        events.partition_point(|no| *no < event),
        targets.partition_point(|no| *no < target),
    );
    Ok(Some(FanOut {
        no,
        events,
        targets,
        at,
    }))
}

impl FanOut {
    /// The next delivery, event by event.
    fn next(&mut self) -> Option<(i64, i64)> {
        self.turn_over();
        let next = (*self.events.get(self.at.0)?, *self.targets.get(self.at.1)?);
        self.at.1 += 1;
        Some(next)
    }

    /// Behind the last target comes the next event.
    fn turn_over(&mut self) {
        if self.at.1 >= self.targets.len() {
            self.at = (self.at.0 + 1, 0);
        }
    }

    /// Notes how far it is; one that is done goes.
    async fn keep(mut self, tx: &Transaction<'_>) -> Result<()> {
        self.turn_over();
        let next = self.events.get(self.at.0).zip(self.targets.get(self.at.1));
        match next {
            Some((event, target)) => {
                tx.execute(
                    "UPDATE fan_outs SET next_event = $2, next_target = $3 WHERE no = $1",
                    &[&self.no, event, target],
                )
                .await?
            }
            None => {
                tx.execute("DELETE FROM fan_outs WHERE no = $1", &[&self.no])
                    .await?
            }
        };
        Ok(())
    }
}

/// Deliveries to be written.
#[derive(Default)]
struct Rows {
    events: Vec<i64>,
    targets: Vec<i64>,
}

/// A target, as far as its new deliveries go.
struct Kept {
    active: bool,
    ordering: Ordering,
}

impl Rows {
    async fn write(&self, tx: &Transaction<'_>) -> Result<()> {
        let kept = self.kept(tx).await?;
        let mut lanes = HashMap::new();
        for ordering in [Ordering::Subject, Ordering::Webhook] {
            let of_it = |target: &i64| {
                kept.get(target)
                    .is_some_and(|kept| kept.ordering == ordering)
            };
            let pairs = self.events.iter().zip(&self.targets);
            let mut events: Vec<EventNo> = pairs
                .filter(|(_, target)| of_it(target))
                .map(|(event, _)| EventNo(*event))
                .collect();
            events.dedup();
            lanes.insert(
                ordering as u8,
                lanes::of_events(tx, ordering, &events).await?,
            );
        }
        let mut columns: (Vec<i64>, Vec<Option<i64>>) = Default::default();
        for (event, target) in self.events.iter().zip(&self.targets) {
            let kept = kept.get(target);
            let of_ordering = kept.and_then(|kept| lanes.get(&(kept.ordering as u8)));
            let lane = of_ordering.and_then(|lanes| lanes.get(&EventNo(*event)));
            columns.0.push(time_of_number(*event).as_millis());
            columns.1.push(lane.map(|lane| lane.0));
            if kept.is_some_and(|kept| kept.active) {
                tx.wake(TargetNo(*target));
            }
        }
        tx.execute(
            "INSERT INTO deliveries (event, target, state, due_at, lane)
             SELECT event, target, 0, due_at, lane
             FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[]) AS u (event, target, due_at, lane)
             ON CONFLICT (event, target) DO NOTHING",
            &[&self.events, &self.targets, &columns.0, &columns.1],
        )
        .await?;
        Ok(())
    }

    /// What is known of the targets. Deliveries for one that is deleted are shown as cancelled.
    async fn kept(&self, tx: &Transaction<'_>) -> Result<HashMap<i64, Kept>> {
        let mut targets = self.targets.clone();
        targets.sort_unstable();
        targets.dedup();
        let rows = tx
            .query(
                "SELECT no, status = 0, settings::json ->> 'ordering' FROM webhooks
                 WHERE no = ANY($1) AND deleted_at IS NULL",
                &[&targets],
            )
            .await?;
        let read = |row: &tokio_postgres::Row| {
            let ordering = match row.try_get::<_, Option<&str>>(2)? {
                Some("subject") => Ordering::Subject,
                Some("webhook") => Ordering::Webhook,
                _ => Ordering::None,
            };
            let active = row.try_get(1)?;
            Ok((row.try_get(0)?, Kept { active, ordering }))
        };
        rows.iter().map(read).collect()
    }
}
