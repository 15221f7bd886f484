//! Removes what a step of pruning found, and the small tables' old rows.

use claimwire_model::delivery::{EXPIRED_SHOWN, Stage};
use claimwire_model::id::first_number_at;
use claimwire_model::{DeliveryId, EventNo, ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::queue::Pruned;
use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::prunable::Found;
use crate::rows::{self, idempotency};
use crate::work::Work;

/// See [`claimwire_store::Queue::prune`].
pub(crate) fn prune(
    work: &mut Work,
    found: &Found,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> Result<Pruned> {
    let mut step = Step {
        work,
        limit,
        pruned: Pruned::default(),
    };
    let all = step.apply(found)?;

    let good = idempotency::oldest_kept(now);
    step.remove(
        "DELETE FROM idempotency WHERE no IN (SELECT no FROM idempotency WHERE no < ?1 LIMIT ?2)",
        good,
    )?;
    step.remove(
        "DELETE FROM replays WHERE no IN
           (SELECT no FROM replays WHERE state = 0 AND created_at < ?1 LIMIT ?2)",
        before.as_millis(),
    )?;
    step.remove(
        "DELETE FROM tickets WHERE (target, claim) IN
           (SELECT t.target, t.claim FROM tickets t INDEXED BY tickets_gone WHERE gone_at < ?1
              AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.shop = t.shop AND d.kind = 0
                AND d.id = t.claim) LIMIT ?2)",
        before.as_millis(),
    )?;
    step.remove(
        "DELETE FROM tickets WHERE (target, claim) IN
           (SELECT t.target, t.claim FROM webhooks w INDEXED BY webhooks_deleted
            JOIN tickets t ON t.target = w.no WHERE w.deleted_at < ?1 LIMIT ?2)",
        now.as_millis(),
    )?;
    step.remove(
        "DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE no < ?1 LIMIT ?2)",
        first_number_at(before),
    )?;
    step.forget_timings(first_number_at(before))?;
    for shop in &found.shops {
        step.remove_shop(*shop)?;
    }
    if all && !found.more {
        step.remove(
            "DELETE FROM webhooks WHERE no IN (SELECT no FROM webhooks WHERE deleted_at < ?1 LIMIT ?2)",
            before.minus(EXPIRED_SHOWN).as_millis(),
        )?;
    }
    let more = !all || found.more || step.left() == 0;
    Ok(Pruned {
        more,
        ..step.pruned
    })
}

fn as_rows(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A held delivery ends, unless it goes on meanwhile.
fn expire(work: &Work, id: DeliveryId) -> Result<u64> {
    let marked = work
        .conn
        .prepare_cached(
            "UPDATE deliveries SET state = ?3, due_at = NULL
             WHERE event = ?1 AND target = ?2 AND due_at IS NOT NULL",
        )?
        .execute(params![id.event.0, id.target.0, Stage::Expired.code()])?;
    Ok(as_rows(marked))
}

/// Unless a delivery of it is left. One in someone's hands without a row goes with it: that is so of
/// deleted shops alone.
fn remove_event(work: &mut Work, event: EventNo) -> Result<u64> {
    let Some(removed) = rows::event::remove(&work.conn, event)? else {
        return Ok(0);
    };
    work.event_gone(event, removed.about);
    Ok(1)
}

/// With its attempts, unless it has changed since it was found.
fn remove_delivery(work: &mut Work, id: DeliveryId, stage: Stage) -> Result<u64> {
    let removed = work
        .conn
        .prepare_cached(
            "DELETE FROM deliveries WHERE event = ?1 AND target = ?2 AND state = ?3
             RETURNING last_attempt, (SELECT shop FROM events WHERE no = event)",
        )?
        .query_row(params![id.event.0, id.target.0, stage.code()], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get(1).map(ShopNo)?))
        })
        .optional()?;
    let Some((head, shop)) = removed else {
        return Ok(0);
    };
    rows::attempt::remove_chain(&work.conn, head)?;
    work.delivery_gone(id, shop);
    Ok(1)
}

/// One step: removes no more than its limit.
struct Step<'a> {
    work: &'a mut Work,
    limit: usize,
    pruned: Pruned,
}

impl Step<'_> {
    fn left(&self) -> usize {
        self.limit
            .saturating_sub(usize::try_from(self.pruned.rows).unwrap_or(usize::MAX))
    }

    /// Marks and removes what was found. False: there was no room for all of it.
    fn apply(&mut self, found: &Found) -> Result<bool> {
        for id in &found.expired {
            if self.left() == 0 {
                return Ok(false);
            }
            let marked = expire(self.work, *id)?;
            self.pruned.expired += marked;
            self.pruned.rows += marked;
        }
        for (id, stage) in &found.deliveries {
            if self.left() == 0 {
                return Ok(false);
            }
            self.pruned.rows += remove_delivery(self.work, *id, *stage)?;
        }
        for event in &found.events {
            if self.left() == 0 {
                return Ok(false);
            }
            self.pruned.rows += remove_event(self.work, *event)?;
        }
        Ok(true)
    }

    /// Runs a statement that removes at most `?2` rows.
    fn remove(&mut self, sql: &str, what: i64) -> Result<()> {
        let removed = self
            .work
            .conn
            .prepare_cached(sql)?
            .execute(params![what, self.left()])?;
        self.pruned.rows += as_rows(removed);
        Ok(())
    }

    /// Statistics are not rows that anyone counts.
    fn forget_timings(&self, before: i64) -> Result<()> {
        self.work
            .conn
            .prepare_cached(
                "DELETE FROM timings WHERE no IN (SELECT no FROM timings WHERE no < ?1 LIMIT ?2)",
            )?
            .execute(params![before, self.limit])?;
        Ok(())
    }

    /// What a deleted shop left beside the log; the shop itself last.
    fn remove_shop(&mut self, shop: ShopNo) -> Result<()> {
        let removed = rows::document::remove_some(&self.work.conn, shop, self.left())?;
        self.pruned.rows += as_rows(removed);
        for sql in [
            "DELETE FROM api_keys WHERE no IN (SELECT no FROM api_keys WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM members WHERE no IN (SELECT no FROM members WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM replays WHERE no IN (SELECT no FROM replays WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM idempotency WHERE no IN (SELECT no FROM idempotency WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM fan_outs WHERE no IN (SELECT no FROM fan_outs WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM webhooks WHERE no IN (SELECT no FROM webhooks WHERE shop = ?1
               AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1) LIMIT ?2)",
            "DELETE FROM tickets WHERE (target, claim) IN
               (SELECT target, claim FROM tickets WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM counts WHERE shop = ?1 AND kind IN
               (SELECT kind FROM counts WHERE shop = ?1 AND count = 0 LIMIT ?2)",
            "DELETE FROM shops WHERE no = ?1 AND ?2 > 0
               AND NOT EXISTS (SELECT 1 FROM webhooks WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM documents WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM api_keys WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM members WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM audit WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM replays WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM idempotency WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM images WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM tickets WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM counts WHERE shop = ?1)",
        ] {
            self.remove(sql, shop.0)?;
        }
        Ok(())
    }
}
