//! What waits to be sent.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::{Ordering, Target, TargetStatus};
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::handed::Returned;
use claimwire_store::ownership::Targets;
use claimwire_store::queue::{Outcome, Pruned, Saved, Stepped, Take, Taken, Verified};
use claimwire_store::{Intake, Queue, StoreError, StoreResult};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use crate::error::Result;
use crate::jobs;
use crate::prunable;
use crate::replays::{self, Next};
use crate::rows::{self, time};
use crate::store::{SqliteStore, answer};
use crate::take;
use crate::writer::{Load, Urgency};

/// Rows that one job of outcomes or of missing rows writes, about, at most.
const ROWS_AT_ONCE: usize = 32;
/// Outcomes of several groups of events lie side by side in the table: written together they change fewer pages.
const BETWEEN_RECORDS: Duration = Duration::from_millis(6);

impl SqliteStore {
    async fn take_for(
        &self,
        target: TargetNo,
        limit: usize,
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Taken> {
        self.write_down(self.shared.unwritten.lapsed(now)).await?;
        self.take_from(move |conn, shared| {
            let taking = shared.leases.taking();
            take::take(conn, shared, &taking, target, limit, now, lease_for)
        })
        .await
    }
}

#[async_trait]
impl Queue for SqliteStore {
    fn attach(&self, intake: Arc<dyn Intake>) {
        self.shared.attach(intake);
    }

    async fn waiting(
        &self,
        targets: Targets,
        now: Timestamp,
    ) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
        let unwritten = self.shared.unwritten.all();
        self.write_down(unwritten).await?;
        self.shared.leases.leave_all();
        let mut waiting = self.read(move |conn, _| waiting(conn, now)).await?;
        waiting.retain(|(target, _)| targets.include(*target));
        Ok(waiting)
    }

    async fn target(&self, target: TargetNo) -> StoreResult<Arc<Target>> {
        if let Some(webhook) = self.shared.cache.target(target) {
            return Ok(webhook);
        }
        self.read(move |conn, shared| rows::webhook::target(conn, shared, target))
            .await
    }

    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>> {
        let mut taken = Vec::with_capacity(takes.len());
        for take in takes {
            taken.push(self.take_for(take.target, take.limit, now, lease_for).await);
        }
        Ok(taken)
    }

    async fn release(&self, deliveries: Vec<Returned>) -> StoreResult<()> {
        let unwritten = &self.shared.unwritten;
        let ids = deliveries.iter().map(|returned| returned.id);
        let ids = ids.filter(|id| unwritten.lease(*id).is_some()).collect();
        self.write_down(ids).await?;
        let alone = |returned: &Returned| returned.lease == Lease::alone(returned.lease.until);
        let ended = deliveries.into_iter().filter(alone);
        let (in_doubt, ended): (Vec<_>, Vec<_>) = ended.partition(|returned| returned.in_doubt);
        let leases = &self.shared.leases;
        for returned in in_doubt {
            leases.leave(returned.id, returned.lease.until);
        }
        let ended = ended.iter();
        leases.let_go(ended.map(|returned| (returned.id, returned.lease.until)));
        Ok(())
    }

    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()> {
        // One after another would be one sync after another.
        let mut parts = Vec::with_capacity(outcomes.len().div_ceil(ROWS_AT_ONCE));
        for begin in (0..outcomes.len()).step_by(ROWS_AT_ONCE) {
            let end = outcomes.len().min(begin + ROWS_AT_ONCE);
            parts.push(self.record_part(&outcomes, begin..end, now)?);
        }
        for part in parts {
            answer(part, StoreError::Unknown).await?;
        }
        Ok(())
    }

    fn between_records(&self) -> Duration {
        BETWEEN_RECORDS
    }

    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        self.write(move |work| jobs::save::save(work, &saved, now))
            .await
    }

    async fn ticket(&self, target: TargetNo, claim: String) -> StoreResult<Option<SavedState>> {
        self.read(move |conn, _| rows::ticket::of(conn, target, &claim))
            .await
    }

    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()> {
        self.write(move |work| jobs::record::verified(work, verified, now))
            .await
    }

    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<Stepped> {
        let turns = self.replay_turns.clone();
        let next = self
            .search(move |conn, shared| replays::next(conn, shared, &turns, limit, now))
            .await?;
        match next {
            Next::Nothing => Ok(Stepped::Nothing),
            Next::Full => Ok(Stepped::Full),
            Next::Found(found) => {
                let load = Load::rows(1 + found.step.due.len());
                self.write_lazily(load, move |work| jobs::replay::apply(work, *found, now))
                    .await?;
                Ok(Stepped::Worked)
            }
        }
    }

    async fn prune(&self, before: Timestamp, limit: usize, now: Timestamp) -> StoreResult<Pruned> {
        self.write_down(self.shared.unwritten.lapsed(now)).await?;
        let seen = self.pruned_to.load(Relaxed);
        let found = self
            .read(move |conn, shared| prunable::find(conn, shared, before, limit, now, seen))
            .await?;
        let goes_on = found.seen;
        let room = found.rows() <= limit;
        let pruned = self
            .write(move |work| jobs::prune::prune(work, &found, before, limit, now))
            .await?;
        if room {
            self.pruned_to.store(goes_on, Relaxed);
        }
        Ok(pruned)
    }
}

impl SqliteStore {
    /// Whether something waits for an outcome to be recorded: the next of a lane, or a webhook's change.
    fn is_awaited(&self, outcome: &Outcome) -> bool {
        let verdict = &outcome.verdict;
        let webhook = self.shared.cache.settings(outcome.id.target);
        verdict.disable.is_some()
            || verdict.warn.is_some()
            || webhook.is_some_and(|webhook| webhook.ordering != Ordering::None)
    }

    /// Gives deliveries that were handed over in memory their rows, where they have none.
    async fn write_down(&self, ids: Vec<DeliveryId>) -> StoreResult<()> {
        for part in ids.chunks(ROWS_AT_ONCE) {
            let part = part.to_vec();
            let load = Load::rows(part.len());
            self.write_load(load, move |work| {
                part.iter().try_for_each(|id| work.write_down(*id))
            })
            .await?;
        }
        Ok(())
    }

    fn record_part(
        &self,
        outcomes: &Arc<[Outcome]>,
        part: Range<usize>,
        now: Timestamp,
    ) -> StoreResult<oneshot::Receiver<StoreResult<()>>> {
        let all = Arc::clone(outcomes);
        let outcomes = &outcomes[part.clone()];
        let urgent = outcomes.iter().any(|outcome| self.is_awaited(outcome));
        let urgency = if urgent {
            Urgency::Urgent
        } else {
            Urgency::Lazy
        };
        let load = Load {
            shop: None,
            rows: outcomes.len(),
            bytes: outcomes.iter().map(|o| o.attempt.response_body.len()).sum(),
        };
        self.submit(urgency, load, move |work| {
            jobs::record::record(work, &all[part], now)
        })
    }
}

/// Everyone who has something waiting or owes a test; those who have not are not looked at.
pub(crate) fn waiting(conn: &Connection, now: Timestamp) -> Result<Vec<(TargetNo, Timestamp)>> {
    let mut targets = BTreeSet::new();
    for sql in [
        "SELECT target FROM deliveries INDEXED BY deliveries_due
         WHERE target > ?1 AND due_at IS NOT NULL ORDER BY target LIMIT 1",
        "SELECT target FROM deliveries INDEXED BY deliveries_manual
         WHERE target > ?1 AND manual > 0 ORDER BY target LIMIT 1",
        "SELECT no FROM webhooks INDEXED BY webhooks_owing
         WHERE no > ?1 AND verification_due = 1 ORDER BY no LIMIT 1",
    ] {
        let mut next = conn.prepare_cached(sql)?;
        let mut last = 0;
        while let Some(target) = next.query_row([last], |row| row.get(0)).optional()? {
            last = target;
            targets.insert(TargetNo(target));
        }
    }
    let mut webhook = conn.prepare_cached(
        "SELECT w.status, w.verification_due, coalesce(w.paused_until, 0) FROM webhooks w
         JOIN shops s ON s.no = w.shop WHERE w.no = ?1 AND w.deleted_at IS NULL AND s.deleted = 0",
    )?;
    let mut waiting = Vec::new();
    for no in targets {
        let mut found = webhook.query([no.0])?;
        let Some(row) = found.next()? else { continue };
        let active = TargetStatus::from_code(row.get(0)?)? == TargetStatus::Active;
        let owes_test = row.get::<_, bool>(1)?.then_some(now);
        let paused_until = time(row.get(2)?);
        let first = if active {
            first_due(conn, no, now)?
        } else {
            None
        };
        let first = first.map(|at| at.max(paused_until));
        if let Some(at) = owes_test.into_iter().chain(first).min() {
            waiting.push((no, at));
        }
    }
    Ok(waiting)
}

fn first_due(conn: &Connection, target: TargetNo, now: Timestamp) -> Result<Option<Timestamp>> {
    let manual: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_manual
               WHERE target = ?1 AND manual > 0)",
        )?
        .query_row([target.0], |row| row.get(0))?;
    let due: Option<i64> = conn
        .prepare_cached(
            "SELECT due_at FROM deliveries INDEXED BY deliveries_due
             WHERE target = ?1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
        )?
        .query_row([target.0], |row| row.get(0))
        .optional()?;
    Ok(manual.then_some(now).into_iter().chain(due.map(time)).min())
}
