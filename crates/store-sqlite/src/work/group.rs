//! A group of jobs in one transaction: opened, committed with what the group gathered, and followed by
//! memory; or undone, so that nothing of it remains.

use std::time::Instant;

use claimwire_model::{EventNo, ShopNo, TargetNo, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::deferred::DeferredWrite;

use super::Work;
use crate::background::{Handover, News};
use crate::error::Result;
use crate::parts;
use crate::recover::{self, LAG, SETTLED_EVERY, Settled};
use crate::rows;
use crate::write_behind::Pace;

/// Groups in a row that leave out what follows behind commits because somebody waits for them.
const LEFT_OUT: usize = 1;

/// The writer's side of [`Work`].
pub(crate) struct Group {
    /// What its jobs work with.
    pub(crate) work: Work,
    /// So many groups in a row left out what follows behind commits.
    left_out: usize,
}

impl Group {
    pub(crate) fn new(work: Work) -> Self {
        Self { work, left_out: 0 }
    }

    /// Opens the group's transaction.
    pub(crate) fn begin(&mut self) -> Result<()> {
        let work = &mut self.work;
        work.intake = work.shared.intake();
        work.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    /// Whether the group must be committed before the next job runs, since that one would not see
    /// what was changed.
    pub(crate) fn must_commit(&self) -> bool {
        self.work.effects.must_commit() || self.work.parts.has_begun()
    }

    /// Writes what the group gathered, and makes all of it durable.
    /// `awaited`: somebody waits for it.
    pub(crate) fn commit(&mut self, awaited: bool) -> Result<()> {
        for (target, health) in &self.work.webhooks.healths {
            if !health.is_quiet() {
                rows::webhook::write_health(&self.work.conn, *target, &health.now)?;
            }
        }
        self.write_deferred(false)?;
        let mut pace = Pace::Least;
        if awaited && self.left_out < LEFT_OUT {
            self.left_out += 1;
        } else if !self.must_commit() {
            self.left_out = 0;
            pace = if awaited { Pace::Awaited } else { Pace::Idle };
            parts::write::step(&mut self.work, awaited)?;
            self.step_background(awaited)?;
        }
        for id in self.work.shared.unwritten.stragglers(LAG) {
            self.work.write_down(id)?;
        }
        if self.work.unsettled >= SETTLED_EVERY {
            self.settle_rows()?;
        }
        self.write_behind(pace)?;
        self.write_counters()?;
        let begun = Instant::now();
        self.work.conn.prepare_cached("COMMIT")?.execute([])?;
        self.work.parts.synced(begun.elapsed());
        Ok(())
    }

    /// Writes what has waited long enough of [`DeferredWrites`](claimwire_store::deferred::DeferredWrites), or all
    /// of it. A health that this group changes is newer than the deferred one.
    fn write_deferred(&mut self, all: bool) -> Result<()> {
        let due = self.work.shared.deferred.due(all);
        let written = due.writes().try_for_each(|write| self.write(write));
        self.work.effects.deferred.push(due);
        written
    }

    fn write(&self, (target, write): (TargetNo, &DeferredWrite)) -> Result<()> {
        let work = &self.work;
        if !write.counted.is_empty() {
            rows::timing::insert(&work.conn, write.no, target, &write.counted)?;
        }
        let succeeded = write.last_success_at;
        if let Some(at) = succeeded.filter(|_| !work.webhooks.has_health(target)) {
            rows::webhook::raise_last_success(&work.conn, target, at)?;
        }
        Ok(())
    }

    /// A step of what is done in the background. Nobody changed a webhook in this group, so the cache is
    /// right.
    fn step_background(&mut self, awaited: bool) -> Result<()> {
        let work = &mut self.work;
        let handover = Handover {
            intake: work.intake.as_deref(),
            now: work.now,
        };
        let mut news = News::default();
        let stepped = work
            .background
            .step(&work.conn, &work.shared, handover, awaited, &mut news);
        work.unsettled += news.handed.len();
        for handed in news.handed {
            work.hand(handed);
        }
        for target in news.woken {
            work.wake(target);
        }
        stepped
    }

    /// Notes up to which event all have the rows that are written later.
    fn settle_rows(&mut self) -> Result<()> {
        let work = &mut self.work;
        let before =
            |oldest: Option<EventNo>| oldest.map_or(work.newest, |event| EventNo(event.0 - 1));
        let (shared, effects) = (&work.shared, &work.effects);
        let settled = Settled {
            deliveries: before(shared.unwritten.oldest()),
            subjects: before(shared.event_subjects.oldest(&effects.subjects)),
            delivered: before(shared.delivered.oldest(&effects.delivered)),
        };
        shared.event_subjects.noted();
        shared.delivered.noted();
        work.unsettled = 0;
        work.delivered_up_to = settled.delivered;
        recover::settle(&work.conn, settled)
    }

    /// Writes some of what is written behind the commits.
    fn write_behind(&mut self, pace: Pace) -> Result<()> {
        let work = &mut self.work;
        let (subjects, delivered) = (&mut work.effects.subjects, &mut work.effects.delivered);
        let shared = &work.shared;
        shared.event_subjects.write(&work.conn, subjects, pace)?;
        shared.delivered.write(&work.conn, delivered, pace)
    }

    fn write_counters(&mut self) -> Result<()> {
        let work = &mut self.work;
        work.effects.counters = work.shared.counters.take_unkept();
        for ((shop, kind), last) in &work.effects.counters {
            rows::shop::write_last_number(&work.conn, *shop, *kind, *last)?;
        }
        Ok(())
    }

    /// After the commit, before the callers are answered: memory follows the database. Answers the shops whose
    /// jobs wait from now on, and those whose jobs wait no more.
    pub(crate) fn publish(&mut self) -> (Vec<ShopNo>, Vec<ShopNo>) {
        let parts = self.work.parts.publish();
        self.work.background.publish();
        self.work.effects.publish_deliveries(&self.work.shared);
        self.defer();
        let work = &mut self.work;
        let healths = &mut work.webhooks.healths;
        if !healths.is_empty() {
            let healths = healths.drain().map(|(target, change)| (target, change.now));
            work.shared.cache.put_healths(healths);
        }
        work.webhooks.forget();
        work.effects.publish_directory(&work.shared);
        parts
    }

    /// Defers what may be written later.
    fn defer(&mut self) {
        let work = &mut self.work;
        let deferred = &work.shared.deferred;
        for (target, health) in &work.webhooks.healths {
            let counted = work.effects.counted.remove(target).unwrap_or_default();
            if !health.is_quiet() {
                deferred.forget_success(*target, health.now.last_success_at);
            }
            let quiet = health.now.last_success_at.filter(|_| health.is_quiet());
            if quiet.is_some() || !counted.is_empty() {
                let no = work.numbers.next(Timestamp::from_millis(0));
                deferred.add(*target, no, counted, quiet);
            }
        }
        for (target, counted) in work.effects.counted.drain() {
            let no = work.numbers.next(Timestamp::from_millis(0));
            deferred.add(target, no, counted, None);
        }
    }

    /// After the callers were answered: notifies the engine.
    pub(crate) fn notify(&mut self) {
        self.work.effects.notify(self.work.intake.as_deref());
    }

    /// Undoes the group: its rows, its leases, its promises.
    pub(crate) fn roll_back(&mut self) {
        let work = &mut self.work;
        if !work.conn.is_autocommit()
            && let Err(error) = work.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "cannot roll back a failed transaction");
        }
        work.background.undo();
        work.parts.undo(Instant::now());
        work.webhooks.forget();
        let effects = std::mem::take(&mut work.effects);
        effects.undo(&work.shared, work.intake.as_deref());
    }

    /// After the last group: so that the next start finds nothing to look through.
    pub(crate) fn settle_at_end(&mut self) {
        let settled = self.begin().and_then(|()| {
            self.write_deferred(true)?;
            self.settle_rows()?;
            self.commit(true)
        });
        match settled.map_err(StoreError::from) {
            Ok(()) => drop(self.publish()),
            Err(error) => {
                tracing::warn!(%error, "cannot note how far everything is; the next start looks for itself");
                self.roll_back();
            }
        }
    }
}
