//! Tidying up, a bounded step at a time, by one node at a time.

mod found;
pub(crate) mod reached;
mod remove;

use claimwire_model::Timestamp;
use claimwire_model::delivery::EXPIRED_SHOWN;
use claimwire_model::id::first_number_at;
use claimwire_store::StoreResult;
use claimwire_store::queue::Pruned;

use crate::error::Result;
use crate::housekeeping::{self, Work};
use crate::partitions::bounds::Day;
use crate::partitions::{self, ahead, day};
use crate::rows::idempotency;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};
use reached::Reached;

/// See [`claimwire_store::Queue::prune`].
pub(crate) async fn prune(
    store: &PostgresStore,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> StoreResult<Pruned> {
    if let Err(error) = ahead::make(store).await {
        tracing::warn!(%error, "cannot make the tables of days to come; events go into the one without end, and it is tried again");
    }
    let reached = store.shared.pruned().clone();
    let (pruned, reached) = transact!(store, tx => async {
            if !housekeeping::begin(tx, Work::Prune).await? {
                return Ok((Pruned::default(), reached.clone()));
            }
            housekeeping::hold_events(tx).await?;
            let days = partitions::read(tx).await?;
            let before_log = partitions::prunable(&days, before);
            let mut ended = partitions::ended(&days, before_log);
            match ended.find(|day| !reached.by_rows.contains(&day.to)) {
                Some(day) => whole_day(tx, day, &reached, limit, (before_log, now)).await,
                None => step(tx, (before, before_log), &reached, limit, now).await,
            }
        }.await)?;
    *store.shared.pruned() = reached;
    Ok(pruned)
}

/// A step for a day that is over: removes its deliveries, and when none is left its tables.
async fn whole_day(
    tx: &Transaction<'_>,
    day: Day,
    reached: &Reached,
    limit: usize,
    times: (Timestamp, Timestamp),
) -> Result<(Pruned, Reached)> {
    let mut reached = reached.clone();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (rows, last) = day::remove_deliveries(tx, day, reached.removed, limit, times).await?;
    if let Some(last) = last {
        reached.removed = last;
    } else if !day::drop_day(tx, day).await? {
        reached.by_rows.insert(day.to);
    }
    let pruned = Pruned {
        rows,
        more: true,
        ..Pruned::default()
    };
    Ok((pruned, reached))
}

/// Answers where the next step goes on, too. `before_log`: for what is in the log.
async fn step(
    tx: &Transaction<'_>,
    (before, before_log): (Timestamp, Timestamp),
    reached: &Reached,
    limit: usize,
    now: Timestamp,
) -> Result<(Pruned, Reached)> {
    let mut step = Step {
        tx,
        limit,
        pruned: Pruned::default(),
    };
    let shops = found::deleted_shops(tx).await?;
    step.expire(before, now).await?;
    let mut all = true;
    for shop in &shops {
        if step.left() == 0 {
            break;
        }
        let of_shop = found::of_shop(tx, *shop, step.left()).await?;
        all &= !of_shop.more;
        all &= step.apply(&of_shop).await?;
    }
    let left = step.left();
    let log = found::log(tx, (before_log, reached.seen), left.max(1), now).await?;
    let whole = step.apply(&log).await?;
    all &= whole && !log.more;

    step.small_tables(before, now).await?;
    for shop in &shops {
        step.remove_shop(*shop).await?;
    }
    if all && step.left() > 0 {
        step.remove(
            "DELETE FROM webhooks w WHERE no IN (SELECT no FROM webhooks WHERE deleted_at < $1 LIMIT $2)",
            before.minus(EXPIRED_SHOWN).as_millis(),
        )
        .await?;
        step.orphans().await?;
    }
    let more = !all || step.left() == 0;
    let mut reached = reached.clone();
    if whole {
        reached.seen = log.seen;
    }
    if !more {
        // Whether days can go whole is looked at anew.
        reached = Reached::default();
    }
    let pruned = Pruned {
        more,
        ..step.pruned
    };
    Ok((pruned, reached))
}

/// One step: removes no more than its limit.
struct Step<'a> {
    tx: &'a Transaction<'a>,
    limit: usize,
    pruned: Pruned,
}

impl Step<'_> {
    fn left(&self) -> usize {
        self.limit
            .saturating_sub(usize::try_from(self.pruned.rows).unwrap_or(usize::MAX))
    }

    fn left_rows(&self) -> i64 {
        i64::try_from(self.left()).unwrap_or(i64::MAX)
    }

    /// Held deliveries that waited for too long end.
    async fn expire(&mut self, before: Timestamp, now: Timestamp) -> Result<()> {
        let marked = found::expire(self.tx, before, self.left_rows(), now).await?;
        self.pruned.expired += marked;
        self.pruned.rows += marked;
        Ok(())
    }

    /// Removes what was found. False: there was no room for all of it.
    async fn apply(&mut self, found: &found::Found) -> Result<bool> {
        let room = self.left();
        let deliveries = found.deliveries.get(..room).unwrap_or(&found.deliveries);
        self.pruned.rows += remove::deliveries(self.tx, deliveries).await?;
        if deliveries.len() < found.deliveries.len() {
            return Ok(false);
        }
        let room = self.left();
        let events = found.events.get(..room).unwrap_or(&found.events);
        self.pruned.rows += remove::events(self.tx, events).await?;
        Ok(events.len() == found.events.len())
    }

    /// Runs a statement that removes at most `$2` rows.
    async fn remove(&mut self, sql: &str, what: i64) -> Result<()> {
        if self.left() > 0 {
            self.pruned.rows += self.tx.execute(sql, &[&what, &self.left_rows()]).await?;
        }
        Ok(())
    }

    async fn small_tables(&mut self, before: Timestamp, now: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM idempotency WHERE (shop, key) IN
               (SELECT shop, key FROM idempotency WHERE no < $1 LIMIT $2)",
            idempotency::oldest_kept(now),
        )
        .await?;
        self.remove(
            "DELETE FROM replays WHERE no IN
               (SELECT no FROM replays WHERE state = 0 AND created_at < $1 LIMIT $2)",
            before.as_millis(),
        )
        .await?;
        self.remove(
            "DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE no < $1 LIMIT $2)",
            first_number_at(before),
        )
        .await?;
        self.remove(
            "DELETE FROM tickets WHERE (target, claim) IN
               (SELECT t.target, t.claim FROM tickets t WHERE gone_at < $1
                  AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.shop = t.shop AND d.kind = 0
                    AND d.id = t.claim) LIMIT $2)",
            before.as_millis(),
        )
        .await?;
        self.remove(
            "DELETE FROM tickets WHERE (target, claim) IN
               (SELECT t.target, t.claim FROM webhooks w CROSS JOIN LATERAL
                  (SELECT target, claim FROM tickets WHERE target = w.no ORDER BY claim LIMIT $2) AS t
                WHERE w.deleted_at < $1 LIMIT $2)",
            now.as_millis(),
        )
        .await?;
        // Statistics are not rows that anyone counts.
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        self.tx
            .execute(
                "DELETE FROM timings WHERE (target, no) IN (SELECT target, no FROM timings WHERE no < $1 LIMIT $2)",
                &[&first_number_at(before), &limit],
            )
            .await?;
        Ok(())
    }

    /// What a deleted shop left beside the log; the shop itself last.
    async fn remove_shop(&mut self, shop: i64) -> Result<()> {
        for sql in OF_SHOP {
            self.remove(sql, shop).await?;
        }
        Ok(())
    }

    /// Health that nobody has any more.
    async fn orphans(&self) -> Result<()> {
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        self.tx
            .execute(
                "DELETE FROM healths WHERE target IN (SELECT h.target FROM healths h
                   WHERE NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.no = h.target) LIMIT $1)",
                &[&limit],
            )
            .await?;
        Ok(())
    }
}

const OF_SHOP: [&str; 13] = [
    "DELETE FROM documents WHERE no IN (SELECT no FROM documents WHERE shop = $1 LIMIT $2)",
    "DELETE FROM api_keys WHERE no IN (SELECT no FROM api_keys WHERE shop = $1 LIMIT $2)",
    "DELETE FROM replays WHERE no IN (SELECT no FROM replays WHERE shop = $1 LIMIT $2)",
    "DELETE FROM idempotency WHERE shop = $1 AND key IN
       (SELECT key FROM idempotency WHERE shop = $1 LIMIT $2)",
    "DELETE FROM fan_outs WHERE no IN (SELECT no FROM fan_outs WHERE shop = $1 LIMIT $2)",
    "DELETE FROM webhooks WHERE no IN (SELECT no FROM webhooks WHERE shop = $1
       AND NOT EXISTS (SELECT 1 FROM events WHERE shop = $1) LIMIT $2)",
    "DELETE FROM tickets WHERE (target, claim) IN
       (SELECT target, claim FROM tickets WHERE shop = $1 LIMIT $2)",
    "DELETE FROM counters WHERE shop = $1 AND kind IN
       (SELECT kind FROM counters WHERE shop = $1 LIMIT $2)",
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE shop = $1 LIMIT $2)",
    "DELETE FROM counts WHERE shop = $1 AND kind IN
       (SELECT kind FROM counts WHERE shop = $1 AND count = 0 LIMIT $2)",
    "DELETE FROM members WHERE no IN (SELECT no FROM members WHERE shop = $1 LIMIT $2)",
    "DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE shop = $1 LIMIT $2)",
    "DELETE FROM shops WHERE no = $1 AND $2::BIGINT > 0
       AND NOT EXISTS (SELECT 1 FROM webhooks WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM events WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM documents WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM api_keys WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM members WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM audit WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM replays WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM idempotency WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM images WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM tickets WHERE shop = $1)
       AND NOT EXISTS (SELECT 1 FROM counts WHERE shop = $1)",
];
