//! Taking for an ordered webhook: of each lane a run from its head, in event order. The lanes' heads are found one
//! after the other in the index, so what stands blocked behind a head is not walked through.

use std::collections::{BTreeMap, HashSet};

use claimwire_model::{EventNo, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::queue::Taken;
use tokio_postgres::Row;

use super::one::{LEASED, Take, limit};
use crate::error::Result;
use crate::ownership::{self, Hold};
use crate::rows::{event, time};
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// What the keys of the locks of ordered targets begin with, among all advisory locks of the database.
const LOCK: i64 = 0x636c_6174 << 32;

/// Of a lane's run so many deliveries are looked at when there are many lanes.
const RUN: usize = 16;

/// What stands in a lane.
struct Placed {
    event: EventNo,
    /// When it may go, for itself.
    at: Timestamp,
    by_hand: bool,
}

/// A delivery that may go, at the end of its lane's run so far.
struct Ready {
    event: EventNo,
    at: Timestamp,
    lane: i64,
}

/// See [`claimwire_store::Queue::take`].
pub(super) async fn take(store: &PostgresStore, take: Take<'_>) -> StoreResult<Taken> {
    // From before it was ordered: what comes behind it waits until its end is known.
    if !take.in_hand.is_empty() {
        return Ok(Taken {
            deliveries: Vec::new(),
            next_due: Some(take.now),
        });
    }
    transact!(store, tx => take.clone().ordered(tx).await)
}

/// When a delivery may go that is locked by no other take; `$4` is the time, `$5` the store's, `$2` and `$3` the owner.
fn at() -> String {
    format!(
        "greatest(CASE WHEN d.manual > 0 THEN $4 ELSE d.due_at END, CASE WHEN {} THEN $4 + d.lease_until - $5 END)",
        ownership::is_under_lease("$5", "$2", "$3"),
    )
}

/// The runs of the lanes whose heads may go and are first, and when the first of the other heads may.
pub(crate) fn runs_sql() -> String {
    let at = at();
    format!(
        "WITH RECURSIVE unfinished AS MATERIALIZED (
           SELECT min(next_event) AS first FROM fan_outs WHERE shop = $6
         ), lanes (lane) AS (
           (SELECT lane FROM deliveries WHERE target = $1 AND lane IS NOT NULL AND due_at IS NOT NULL
            ORDER BY lane LIMIT 1)
           UNION ALL
           SELECT (SELECT d.lane FROM deliveries d
                   WHERE d.target = $1 AND d.lane > l.lane AND d.lane IS NOT NULL AND d.due_at IS NOT NULL
                   ORDER BY d.lane LIMIT 1)
           FROM lanes l WHERE l.lane IS NOT NULL
         ), heads AS MATERIALIZED (
           SELECT l.lane, h.event, h.at, h.event < coalesce((SELECT first FROM unfinished), 9223372036854775807) AS known
           FROM lanes l CROSS JOIN LATERAL (
             SELECT d.event, {at} AS at FROM deliveries d
             WHERE d.target = $1 AND d.lane = l.lane AND d.due_at IS NOT NULL ORDER BY d.event LIMIT 1) AS h
           WHERE l.lane IS NOT NULL
         ), first AS MATERIALIZED (
           SELECT lane FROM heads WHERE known AND at <= $4 ORDER BY event LIMIT $7
         )
         SELECT NULL::BIGINT, NULL::BIGINT, min(CASE WHEN known THEN at ELSE $4 END), FALSE, NULL::BIGINT
           FROM heads WHERE lane NOT IN (SELECT lane FROM first)
         UNION ALL
         (SELECT f.lane, r.event, r.at, r.by_hand, (SELECT first FROM unfinished)
          FROM first f CROSS JOIN LATERAL (
            SELECT d.event, {at} AS at, d.manual > 0 AS by_hand FROM deliveries d
            WHERE d.target = $1 AND d.lane = f.lane AND d.due_at IS NOT NULL ORDER BY d.event
            LIMIT 1 + least($7, greatest($8, $7 / greatest((SELECT count(*) FROM first), 1)))) AS r
          ORDER BY f.lane, r.event)"
    )
}

impl Take<'_> {
    async fn ordered(mut self, tx: &Transaction<'_>) -> Result<Taken> {
        let target = self.webhook.no;
        // One take of an ordered target at a time: each must see what the one before it took.
        let (lock, no) = ([&(LOCK + target.0) as _], [&target.0 as _]);
        let (_, hold, active) = tokio::try_join!(
            tx.execute("SELECT pg_advisory_xact_lock($1)", &lock),
            ownership::hold(tx, self.shared, self.shared.node, target, self.now),
            tx.query_opt(
                "SELECT 1 FROM webhooks WHERE no = $1 AND status = 0 AND deleted_at IS NULL",
                &no,
            ),
        )?;
        let (Some(hold), Some(_)) = (hold, active) else {
            return Ok(Taken::default());
        };
        let mut picked = self.pick_by_hand(tx, &hold).await?;
        self.pick_runs(tx, &hold, &mut picked).await?;
        let deliveries = self.lease(tx, &hold, &picked).await?;
        Ok(Taken {
            deliveries,
            next_due: self.next_due,
        })
    }

    /// Those ordered by hand wait for nothing but a lease, unless they still have their place in an order.
    async fn pick_by_hand(&mut self, tx: &Transaction<'_>, hold: &Hold) -> Result<Vec<EventNo>> {
        let sql = format!(
            "SELECT d.event, {} FROM deliveries d
             WHERE d.target = $1 AND d.manual > 0 AND (d.due_at IS NULL OR d.lane IS NULL) ORDER BY d.event",
            at(),
        );
        let rows = tx
            .query(
                &sql,
                &[
                    &self.webhook.no.0,
                    &self.shared.node(),
                    &hold.epoch.0.cast_signed(),
                    &self.now.as_millis(),
                    &hold.clock.as_millis(),
                ],
            )
            .await?;
        let mut picked = Vec::new();
        for row in &rows {
            let at = time(row.try_get(1)?);
            if at <= self.now && picked.len() < self.room {
                picked.push(EventNo(row.try_get(0)?));
            } else {
                self.later(at);
            }
        }
        Ok(picked)
    }

    /// In event order; of each lane a run that begins with its first and ends before one that has to wait.
    async fn pick_runs(
        &mut self,
        tx: &Transaction<'_>,
        hold: &Hold,
        picked: &mut Vec<EventNo>,
    ) -> Result<()> {
        let room = self.room.saturating_sub(picked.len());
        let rows = tx
            .query(
                &runs_sql(),
                &[
                    &self.webhook.no.0,
                    &self.shared.node(),
                    &hold.epoch.0.cast_signed(),
                    &self.now.as_millis(),
                    &hold.clock.as_millis(),
                    &self.webhook.shop.0,
                    &limit(room),
                    &limit(RUN),
                ],
            )
            .await?;
        let mut lanes: BTreeMap<i64, Vec<Placed>> = BTreeMap::new();
        let mut unfinished = None;
        for row in &rows {
            match row.try_get::<_, Option<i64>>(0)? {
                Some(lane) => {
                    lanes.entry(lane).or_default().push(placed(row)?);
                    unfinished = row.try_get::<_, Option<i64>>(4)?.map(EventNo);
                }
                None => {
                    if let Some(at) = row.try_get::<_, Option<i64>>(2)? {
                        self.later(time(at));
                    }
                }
            }
        }
        let mut ready = Vec::new();
        let looked_at = 1 + room.min(RUN.max(room / lanes.len().max(1)));
        for (lane, placed) in &lanes {
            let before = ready.len();
            self.run_of(*lane, placed, unfinished, room, &mut ready);
            // All of what was looked at: there may be more.
            if ready.len() - before >= looked_at {
                self.later(self.now.plus(self.lease_for));
            }
        }
        self.keep_first(room, &mut ready);
        picked.extend(ready.iter().map(|ready| ready.event));
        Ok(())
    }

    /// What of a lane may go; and when the first that may not, may.
    fn run_of(
        &mut self,
        lane: i64,
        placed: &[Placed],
        unfinished: Option<EventNo>,
        room: usize,
        ready: &mut Vec<Ready>,
    ) {
        let lease_until = self.now.plus(self.lease_for);
        let before = ready.len();
        let mut placed = placed.iter();
        while let Some(next) = placed.next() {
            if unfinished.is_some_and(|first| next.event >= first) {
                self.later(self.now);
                break;
            }
            let running = ready.len() > before;
            if next.at <= self.now && ready.len() - before < room {
                ready.push(Ready {
                    event: next.event,
                    at: next.at,
                    lane,
                });
                if !next.by_hand {
                    continue;
                }
                // Its schedule goes on after a failure: what is behind waits for its end.
                if let Some(behind) = placed.next() {
                    self.later(behind.at.max(lease_until));
                }
            } else if running {
                self.later(next.at.max(lease_until));
            } else {
                self.later(next.at);
            }
            break;
        }
    }

    /// Keeps the first of what may go; the others wait for room, or for the end of those before them.
    fn keep_first(&mut self, room: usize, ready: &mut Vec<Ready>) {
        ready.sort_unstable_by_key(|ready| ready.event);
        let others = ready.split_off(room.min(ready.len()));
        let running: HashSet<i64> = ready.iter().map(|ready| ready.lane).collect();
        let lease_until = self.now.plus(self.lease_for);
        for other in others {
            let behind = running.contains(&other.lane);
            self.later(if behind {
                other.at.max(lease_until)
            } else {
                other.at
            });
        }
    }

    async fn lease(
        &self,
        tx: &Transaction<'_>,
        hold: &Hold,
        picked: &[EventNo],
    ) -> Result<Vec<claimwire_store::Handed>> {
        if picked.is_empty() {
            return Ok(Vec::new());
        }
        let events: Vec<i64> = picked.iter().map(|event| event.0).collect();
        let until = hold.clock.plus(self.lease_for);
        let sql = format!(
            "WITH locked AS MATERIALIZED (
               SELECT d.event, u.place, d.lease_until IS NOT NULL AS in_doubt FROM unnest($2::BIGINT[]) WITH ORDINALITY AS u (event, place)
               JOIN deliveries d ON d.event = u.event AND d.target = $1 ORDER BY d.event FOR UPDATE OF d
             ), l AS (
               UPDATE deliveries d SET lease_node = $3, lease_epoch = $4, lease_until = $5
               FROM locked WHERE d.event = locked.event AND d.target = $1 AND (d.due_at IS NOT NULL OR d.manual > 0)
               RETURNING locked.place, d.event, d.attempt_count, d.failures, d.activation, d.manual, d.saved,
                 d.lease_epoch, d.lease_until, locked.in_doubt
             )
             SELECT {}, {LEASED} FROM l JOIN events e ON e.no = l.event ORDER BY l.place",
            event::COLUMNS
        );
        let rows = tx
            .query(
                &sql,
                &[
                    &self.webhook.no.0,
                    &events,
                    &self.shared.node(),
                    &hold.epoch.0.cast_signed(),
                    &until.as_millis(),
                ],
            )
            .await?;
        rows.iter().map(|row| self.handed(row)).collect()
    }
}

fn placed(row: &Row) -> Result<Placed> {
    Ok(Placed {
        event: EventNo(row.try_get(1)?),
        at: time(row.try_get(2)?),
        by_hand: row.try_get(3)?,
    })
}
