//! What a step of pruning may remove.

use claimwire_model::delivery::Stage;
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{DeliveryId, EventNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;

use crate::error::Result;
use crate::rows::column;
use crate::rows::delivery::leased;
use crate::transaction::Transaction;

/// Events that one step looks at for each row that it may remove.
const LOOKS: usize = 4;

/// What goes.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// To be removed if still in this state.
    pub(super) deliveries: Vec<(DeliveryId, Stage)>,
    /// To be removed if none of their deliveries is left.
    pub(super) events: Vec<i64>,
    /// Where the next step goes on: after this event.
    pub(super) seen: i64,
    /// The step ended before the log did.
    pub(super) more: bool,
}

/// Shops that are deleted and not gone.
pub(super) async fn deleted_shops(tx: &Transaction<'_>) -> Result<Vec<i64>> {
    let rows = tx
        .query("SELECT no FROM shops WHERE deleted ORDER BY no", &[])
        .await?;
    column(&rows, 0)
}

/// All that a deleted shop left in the log.
pub(super) async fn of_shop(tx: &Transaction<'_>, shop: i64, limit: usize) -> Result<Found> {
    let rows = tx
        .query(
            "SELECT e.no, d.target, d.state
             FROM (SELECT no FROM events WHERE shop = $1 ORDER BY no LIMIT $2) AS e
             LEFT JOIN deliveries d ON d.event = e.no ORDER BY e.no, d.target",
            &[&shop, &i64::try_from(limit).unwrap_or(i64::MAX)],
        )
        .await?;
    let mut found = Found::default();
    for row in &rows {
        let event: i64 = row.try_get(0)?;
        if found.events.last() != Some(&event) {
            found.events.push(event);
        }
        if let Some(target) = row.try_get::<_, Option<i64>>(1)? {
            let id = DeliveryId {
                event: EventNo(event),
                target: TargetNo(target),
            };
            found
                .deliveries
                .push((id, Stage::from_code(row.try_get(2)?)?));
        }
    }
    found.more = found.events.len() >= limit;
    Ok(found)
}

/// Marks waiting deliveries of webhooks that are not active; answers how many.
pub(super) async fn expire(
    tx: &Transaction<'_>,
    before: Timestamp,
    limit: i64,
    now: Timestamp,
) -> Result<u64> {
    let sql = format!(
        "WITH held AS MATERIALIZED (
           SELECT d.event, d.target FROM webhooks w JOIN shops s ON s.no = w.shop JOIN deliveries d ON d.target = w.no
           WHERE w.status <> 0 AND w.deleted_at IS NULL AND NOT s.deleted AND d.due_at IS NOT NULL AND d.event < $2
             AND NOT {}
           ORDER BY d.event, d.target LIMIT $3 FOR UPDATE OF d SKIP LOCKED
         )
         UPDATE deliveries d SET state = $4, due_at = NULL FROM held
         WHERE d.event = held.event AND d.target = held.target",
        leased(),
    );
    tx.execute(
        &sql,
        &[
            &tx.shared.clock(now),
            &first_number_at(before),
            &limit,
            &Stage::Expired.code(),
        ],
    )
    .await
}

/// Finished and cancelled deliveries, and events without any; older than a time, behind the event `seen`.
pub(super) async fn log(
    tx: &Transaction<'_>,
    (before, seen): (Timestamp, i64),
    limit: usize,
    now: Timestamp,
) -> Result<Found> {
    let looks = limit.saturating_mul(LOOKS);
    // Not all deliveries of an event with a fan-out have their rows.
    let sql = format!(
        "SELECT e.no, d.target, d.state, w.deleted_at IS NOT NULL, coalesce({}, FALSE)
         FROM (SELECT no FROM events
               WHERE no > $2 AND no < least($3, (SELECT min(next_event) FROM fan_outs)) ORDER BY no LIMIT $4) AS e
         LEFT JOIN deliveries d ON d.event = e.no LEFT JOIN webhooks w ON w.no = d.target ORDER BY e.no, d.target",
        leased(),
    );
    let rows = tx
        .query(
            &sql,
            &[
                &tx.shared.clock(now),
                &seen,
                &first_number_at(before),
                &i64::try_from(looks).unwrap_or(i64::MAX),
            ],
        )
        .await?;
    let mut found = Found::default();
    let (mut current, mut stays, mut looked) = (None, false, 0);
    for row in &rows {
        let no: i64 = row.try_get(0)?;
        if current != Some(no) {
            if let Some(done) = current {
                found.event_seen(done, stays);
                if found.deliveries.len() + found.events.len() >= limit {
                    found.more = true;
                    return Ok(found);
                }
            }
            (current, stays) = (Some(no), false);
            looked += 1;
        }
        let Some(target) = row.try_get::<_, Option<i64>>(1)? else {
            continue;
        };
        let id = DeliveryId {
            event: EventNo(no),
            target: TargetNo(target),
        };
        let stage = Stage::from_code(row.try_get(2)?)?;
        let gone: bool = row.try_get(3)?;
        let leased: bool = row.try_get(4)?;
        if stage.is_over(time_of_number(no), before, gone) && !leased {
            found.deliveries.push((id, stage));
        } else {
            stays = true;
        }
    }
    if let Some(done) = current {
        found.event_seen(done, stays);
    }
    found.more = looked >= looks;
    if !found.more {
        found.seen = 0;
    }
    Ok(found)
}

impl Found {
    fn event_seen(&mut self, event: i64, stays: bool) {
        if !stays {
            self.events.push(event);
        }
        self.seen = event;
    }
}
