//! Removes what a step of tidying up found, and the small tables' old rows.

use claimwire_model::id::first_number_at;
use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::queue::{EXPIRED_SHOWN, Pruned};
use rusqlite::{OptionalExtension, params};

use crate::codes::{Code, State};
use crate::error::Result;
use crate::rows::{self, idempotency};
use crate::tidy::Found;
use crate::work::Work;

/// See [`claimwire_store::Queue::prune`].
pub(crate) fn prune(
    work: &Work,
    found: &Found,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> Result<Pruned> {
    let mut pruned = Pruned::default();
    for id in &found.expired {
        let marked = work
            .conn
            .prepare_cached(
                "UPDATE deliveries SET state = ?3, due_at = NULL
                 WHERE event = ?1 AND target = ?2 AND due_at IS NOT NULL",
            )?
            .execute(params![id.event.0, id.target.0, State::Expired.code()])?;
        pruned.expired += as_rows(marked);
    }
    pruned.rows += pruned.expired;
    for (id, state) in &found.deliveries {
        pruned.rows += remove_delivery(work, *id, *state)?;
    }
    for event in &found.events {
        let removed = work
            .conn
            .prepare_cached(
                "DELETE FROM events WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1)",
            )?
            .execute([event.0])?;
        pruned.rows += as_rows(removed);
    }

    let mut steps = Steps {
        work,
        limit,
        pruned,
    };
    let good = idempotency::oldest_kept(now);
    steps.remove(
        "DELETE FROM idempotency WHERE no IN (SELECT no FROM idempotency WHERE no < ?1 LIMIT ?2)",
        good,
    )?;
    steps.remove(
        "DELETE FROM replays WHERE no IN (SELECT no FROM replays WHERE running = 0 AND created_at < ?1 LIMIT ?2)",
        before.as_millis(),
    )?;
    steps.forget_timings(first_number_at(before))?;
    for shop in &found.shops {
        steps.remove_shop(*shop)?;
    }
    if !found.more {
        let gone = before.minus(EXPIRED_SHOWN).as_millis();
        steps.remove("DELETE FROM webhooks WHERE no IN (SELECT no FROM webhooks WHERE deleted_at < ?1 LIMIT ?2)", gone)?;
    }
    let mut pruned = steps.pruned;
    pruned.more = found.more || pruned.rows >= as_rows(limit);
    Ok(pruned)
}

fn as_rows(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// With its attempts, unless it has changed since it was found.
fn remove_delivery(work: &Work, id: DeliveryId, state: State) -> Result<u64> {
    let removed: Option<Option<i64>> = work
        .conn
        .prepare_cached(
            "DELETE FROM deliveries WHERE event = ?1 AND target = ?2 AND state = ?3 RETURNING last_attempt",
        )?
        .query_row(params![id.event.0, id.target.0, state.code()], |row| row.get(0))
        .optional()?;
    match removed {
        Some(head) => rows::attempt::remove_chain(&work.conn, head).map(|_| 1),
        None => Ok(0),
    }
}

/// Removal of what needs no finding, as far as the step's limit goes.
struct Steps<'a> {
    work: &'a Work,
    limit: usize,
    pruned: Pruned,
}

impl Steps<'_> {
    fn left(&self) -> usize {
        self.limit
            .saturating_sub(usize::try_from(self.pruned.rows).unwrap_or(usize::MAX))
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
        for sql in [
            "DELETE FROM documents WHERE no IN (SELECT no FROM documents WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM api_keys WHERE no IN (SELECT no FROM api_keys WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM replays WHERE no IN (SELECT no FROM replays WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM idempotency WHERE no IN (SELECT no FROM idempotency WHERE shop = ?1 LIMIT ?2)",
            "DELETE FROM webhooks WHERE no IN (SELECT no FROM webhooks WHERE shop = ?1
               AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1) LIMIT ?2)",
            "DELETE FROM shops WHERE no = ?1 AND ?2 > 0
               AND NOT EXISTS (SELECT 1 FROM webhooks WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM events WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM documents WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM api_keys WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM replays WHERE shop = ?1)
               AND NOT EXISTS (SELECT 1 FROM idempotency WHERE shop = ?1)",
        ] {
            self.remove(sql, shop.0)?;
        }
        Ok(())
    }
}
