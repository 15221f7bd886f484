//! What a writing job works with: the write connection inside the group's transaction, and a list of
//! what is to follow from it once the transaction is committed.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use claimwire_model::health::Health;
use claimwire_model::id::Numbers;
use claimwire_model::webhook::Webhook;
use claimwire_model::{DeliveryId, EventNo, Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::intake::HANDOVER_LEASE;
use claimwire_store::stats::Counted;
use claimwire_store::{Handed, Intake, StoreError};
use rusqlite::{Connection, params};

use crate::cache::Webhooks;
use crate::deferred::DeferredWrite;
use crate::error::{Error, Result};
use crate::jobs::background::{self, BackgroundJob};
use crate::recover::{self, LAG, SETTLED_EVERY};
use crate::rows;
use crate::shared::Shared;

/// What follows from a group of jobs, once it is committed.
#[derive(Default)]
struct Effects {
    handed: Vec<Handed>,
    woken: Vec<TargetNo>,
    changed: Vec<(TargetNo, Option<Arc<Webhook>>)>,
    settled: HashMap<DeliveryId, Timestamp>,
    /// They were without a row and have it now.
    written: HashSet<DeliveryId>,
    healths: HashMap<TargetNo, HealthChange>,
    deferred_written: Vec<(TargetNo, DeferredWrite)>,
    counted: HashMap<TargetNo, Vec<Counted>>,
    shops: Vec<ShopNo>,
    /// Webhooks that are not what they were, or new.
    webhooks: Vec<Arc<Webhook>>,
    gone: Vec<(ShopNo, TargetNo)>,
    /// Webhooks as this job has changed them; no other job of the group sees them.
    overrides: HashMap<TargetNo, Arc<Webhook>>,
    /// Fresh copies for this group's deliveries.
    targets: HashMap<TargetNo, Arc<Webhook>>,
    counters: HashMap<ShopNo, u64>,
    /// Background jobs that began, in place of any of the webhook and kind: what is left of them.
    began: Vec<(TargetNo, bool, Option<BackgroundJob>)>,
    /// The first background job made a step: its rest.
    stepped: Option<Option<BackgroundJob>>,
}

/// A webhook's health in a group.
struct HealthChange {
    now: Health,
    /// As the group found it.
    before: Health,
}

impl HealthChange {
    /// Whether it did nothing but succeed once more: that may be written later.
    fn is_quiet(&self) -> bool {
        self.now
            == Health {
                last_success_at: self.now.last_success_at,
                ..self.before.clone()
            }
    }
}

/// What a job writes with.
pub(crate) struct Work {
    pub(crate) conn: Connection,
    pub(crate) shared: Arc<Shared>,
    numbers: Numbers,
    newest: EventNo,
    /// Events since it was noted up to which all deliveries have their rows.
    unsettled: usize,
    intake: Option<Arc<dyn Intake>>,
    /// Background work between groups; the first is under way.
    background: VecDeque<BackgroundJob>,
    effects: Effects,
}

impl Work {
    pub(crate) fn new(conn: Connection, shared: Arc<Shared>, newest: EventNo) -> Result<Self> {
        let last: i64 = conn.query_row(
            "SELECT max(
               coalesce((SELECT max(no) FROM events), 0), coalesce((SELECT max(no) FROM attempts), 0),
               coalesce((SELECT max(no) FROM documents), 0), coalesce((SELECT max(no) FROM replays), 0),
               coalesce((SELECT max(no) FROM idempotency), 0), coalesce((SELECT max(no) FROM api_keys), 0),
               coalesce((SELECT max(no) FROM timings), 0))",
            [],
            |r| r.get(0),
        )?;
        let numbers = Numbers::after(last);
        let background = background::left(&conn)?;
        Ok(Self {
            conn,
            shared,
            numbers,
            newest,
            unsettled: 0,
            intake: None,
            background,
            effects: Effects::default(),
        })
    }

    /// The next number; events, attempts and documents share the sequence.
    pub(crate) fn next_number(&mut self, now: Timestamp) -> i64 {
        self.numbers.next(now)
    }

    /// The number of a new event.
    pub(crate) fn next_event(&mut self, now: Timestamp) -> EventNo {
        self.newest = EventNo(self.next_number(now));
        self.unsettled += 1;
        self.newest
    }

    /// Opens the group's transaction.
    pub(crate) fn begin(&mut self) -> Result<()> {
        self.intake = self.shared.intake();
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    /// Writes what the group gathered, and makes all of it durable.
    pub(crate) fn commit(&mut self) -> Result<()> {
        for (target, health) in &self.effects.healths {
            if !health.is_quiet() {
                rows::webhook::write_health(&self.conn, *target, &health.now)?;
            }
        }
        self.write_deferred(false)?;
        if !self.must_commit() {
            self.step_background()?;
        }
        for id in self.shared.unwritten.stragglers(LAG) {
            self.write_down(id)?;
        }
        if self.unsettled >= SETTLED_EVERY {
            self.settle_rows()?;
        }
        self.effects.counters = self.shared.counters.take_unkept();
        for (shop, last) in &self.effects.counters {
            self.conn
                .prepare_cached("UPDATE shops SET last_number = ?2 WHERE no = ?1")?
                .execute(params![shop.0, last])?;
        }
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// Writes what has waited long enough of [`DeferredWrites`](crate::deferred::DeferredWrites), or all of it. A health that
    /// this group changes is newer than the deferred one.
    fn write_deferred(&mut self, all: bool) -> Result<()> {
        self.effects.deferred_written = self.shared.deferred.due(all);
        for (target, write) in &self.effects.deferred_written {
            if !write.counted.is_empty() {
                rows::timing::insert(&self.conn, write.no, *target, &write.counted)?;
            }
            let health = write.health.as_ref();
            if let Some(health) = health.filter(|_| !self.effects.healths.contains_key(target)) {
                rows::webhook::write_health(&self.conn, *target, health)?;
            }
        }
        Ok(())
    }

    /// DeferredWrites up to which event all deliveries have their rows.
    fn settle_rows(&mut self) -> Result<()> {
        let oldest = self.shared.unwritten.oldest();
        let up_to = oldest.map_or(self.newest, |event| EventNo(event.0 - 1));
        self.unsettled = 0;
        recover::settle(&self.conn, up_to)
    }

    /// After the last group: so that the next start finds nothing to look through.
    pub(crate) fn settle_at_end(&mut self) {
        let noted = self.begin().and_then(|()| {
            self.write_deferred(true)?;
            self.settle_rows()?;
            self.commit()
        });
        match noted.map_err(StoreError::from) {
            Ok(()) => self.publish(),
            Err(error) => {
                tracing::warn!(%error, "cannot note how far everything is; the next start looks for itself");
                self.roll_back();
            }
        }
    }

    /// Undoes the group: its rows, its leases, its promises.
    pub(crate) fn roll_back(&mut self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "cannot roll back a failed transaction");
        }
        let effects = std::mem::take(&mut self.effects);
        let of_webhooks = effects.webhooks.iter().map(|webhook| webhook.shop);
        let of_gone = effects.gone.iter().map(|(shop, _)| *shop);
        for shop in effects
            .shops
            .iter()
            .copied()
            .chain(of_webhooks)
            .chain(of_gone)
        {
            self.shared.cache.forget_shop(shop);
            self.shared.cache.forget_webhooks(shop);
        }
        self.shared.counters.give_back(effects.counters);
        self.shared
            .leases
            .let_go(effects.handed.iter().map(|h| (h.id, h.lease_until)));
        self.shared
            .unwritten
            .remove(effects.handed.iter().map(|h| h.id));
        if let Some(intake) = &self.intake {
            let mut promises: HashMap<TargetNo, usize> = HashMap::new();
            for handed in &effects.handed {
                *promises.entry(handed.id.target).or_default() += 1;
            }
            for (target, promises) in promises {
                intake.withdraw(target, promises);
            }
        }
    }

    /// After the commit, before the callers are answered: memory follows the database.
    pub(crate) fn publish(&mut self) {
        self.effects.targets.clear();
        self.effects.overrides.clear();
        self.effects.counters.clear();
        if !self.effects.written.is_empty() {
            self.shared.unwritten.remove(self.effects.written.drain());
        }
        self.shared.leases.let_go(self.effects.settled.drain());
        if let Some(rest) = self.effects.stepped.take() {
            self.background.pop_front();
            if let Some(rest) = rest {
                self.background.push_front(rest);
            }
        }
        for (target, assigns_lanes, rest) in self.effects.began.drain(..) {
            self.background
                .retain(|job| job.target() != target || job.assigns_lanes() != assigns_lanes);
            self.background.extend(rest);
        }
        self.shared.deferred.written(&self.effects.deferred_written);
        self.effects.deferred_written.clear();
        self.defer();
        if !self.effects.healths.is_empty() {
            let healths = self.effects.healths.drain();
            let healths = healths.map(|(target, health)| (target, health.now));
            self.shared.cache.put_healths(healths);
        }
        for webhook in self.effects.webhooks.drain(..) {
            self.shared.cache.change_webhook(&webhook);
        }
        for (shop, webhook) in self.effects.gone.drain(..) {
            if self.effects.shops.contains(&shop) {
                self.shared.cache.forget_webhooks(shop);
            } else {
                self.shared.cache.remove_webhook(shop, webhook);
            }
        }
        for shop in self.effects.shops.drain(..) {
            self.shared.cache.forget_shop(shop);
        }
    }

    /// Defers what may be written later.
    fn defer(&mut self) {
        for (target, health) in &self.effects.healths {
            let counted = self.effects.counted.remove(target).unwrap_or_default();
            if !health.is_quiet() {
                self.shared.deferred.forget_health(*target);
            }
            let quiet = health.is_quiet().then(|| health.now.clone());
            if quiet.is_some() || !counted.is_empty() {
                let no = self.numbers.next(Timestamp::from_millis(0));
                self.shared.deferred.add(*target, no, counted, quiet);
            }
        }
        for (target, counted) in self.effects.counted.drain() {
            let no = self.numbers.next(Timestamp::from_millis(0));
            self.shared.deferred.add(target, no, counted, None);
        }
    }

    /// After the callers were answered: notifies the engine.
    pub(crate) fn notify(&mut self) {
        let handed = std::mem::take(&mut self.effects.handed);
        let mut woken = std::mem::take(&mut self.effects.woken);
        let changed = std::mem::take(&mut self.effects.changed);
        let Some(intake) = &self.intake else { return };
        for (target, webhook) in changed {
            intake.changed(target, webhook);
        }
        if !handed.is_empty() {
            intake.hand(handed);
        }
        if !woken.is_empty() {
            woken.sort_unstable();
            woken.dedup();
            intake.wake(&woken);
        }
    }

    /// Whether the group must be committed before the next job runs, since that one would not see
    /// what was changed.
    pub(crate) fn must_commit(&self) -> bool {
        !self.effects.shops.is_empty()
            || !self.effects.webhooks.is_empty()
            || !self.effects.gone.is_empty()
    }

    /// The rest of a change that a long backlog makes long.
    pub(crate) fn goes_on(
        &mut self,
        target: TargetNo,
        assigns_lanes: bool,
        rest: Option<BackgroundJob>,
    ) {
        self.effects.began.push((target, assigns_lanes, rest));
    }

    /// A step of the first background job. Nobody changed a webhook in this group, so the cache is right.
    fn step_background(&mut self) -> Result<()> {
        let Some(job) = self.background.front().cloned() else {
            return Ok(());
        };
        let target = job.target();
        // Of one that was deleted nothing goes out.
        let rest = match rows::webhook::target(&self.conn, &self.shared, target) {
            Ok(webhook) => job.step(&self.conn, webhook.ordering)?,
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => None,
            Err(Error::Sql(error)) => return Err(error.into()),
            // What cannot be read is not to hold up everybody else.
            Err(error) => {
                let error = StoreError::from(error);
                tracing::error!(target_no = target.0, %error, "cannot continue with a webhook's backlog");
                None
            }
        };
        self.effects.stepped = Some(rest);
        self.wake(target);
        Ok(())
    }

    /// Whether there is background work to continue when nothing else is to be done.
    pub(crate) fn has_background_work(&self) -> bool {
        !self.background.is_empty()
    }

    /// The shop or its keys are not what they were.
    pub(crate) fn shop_changed(&mut self, shop: ShopNo) {
        self.effects.shops.push(shop);
    }

    /// A webhook is new, or not what it was.
    pub(crate) fn webhook_changed(&mut self, webhook: &Arc<Webhook>) {
        self.webhook_differs(webhook);
        self.effects.targets.remove(&webhook.no);
        self.effects.overrides.insert(webhook.no, webhook.clone());
        self.effects
            .changed
            .push((webhook.no, Some(webhook.clone())));
    }

    /// A webhook is not what it was, in a way that is nothing to the engine.
    pub(crate) fn webhook_differs(&mut self, webhook: &Arc<Webhook>) {
        self.effects.webhooks.push(webhook.clone());
    }

    /// A webhook is deleted.
    pub(crate) fn webhook_gone(&mut self, webhook: &Webhook) {
        self.effects.gone.push((webhook.shop, webhook.no));
        self.effects.changed.push((webhook.no, None));
    }

    /// There is something new to take.
    pub(crate) fn wake(&mut self, target: TargetNo) {
        if self.effects.woken.last() != Some(&target) {
            self.effects.woken.push(target);
        }
    }

    /// Whether a delivery is under this lease, as of this job.
    pub(crate) fn is_leased(&self, id: DeliveryId, until: Timestamp) -> bool {
        self.shared.leases.until(id) == Some(until) && self.effects.settled.get(&id) != Some(&until)
    }

    /// The lease of a delivery ends: for the jobs of this group now, for everybody with its commit.
    pub(crate) fn settle(&mut self, id: DeliveryId, until: Timestamp) {
        self.effects.settled.insert(id, until);
    }

    /// Whether a delivery is handed over and has no row yet, as of this job.
    pub(crate) fn is_unwritten(&self, id: DeliveryId) -> bool {
        self.shared.unwritten.lease(id).is_some() && !self.effects.written.contains(&id)
    }

    /// A delivery without a row has it now, or its event is gone.
    pub(crate) fn written(&mut self, id: DeliveryId) {
        self.effects.written.insert(id);
    }

    /// What has no row of an event that is gone will have none.
    pub(crate) fn event_gone(&mut self, event: EventNo) {
        let gone = self.shared.unwritten.ids_of_event(event);
        self.effects.written.extend(gone);
    }

    /// Gives a delivery the row of one that waits, if it has none. Its lease stays.
    pub(crate) fn write_down(&mut self, id: DeliveryId) -> Result<()> {
        let Some(lease_until) = self.shared.unwritten.lease(id) else {
            return Ok(());
        };
        if self.effects.written.insert(id) {
            rows::delivery::insert(&self.conn, id, lease_until.minus(HANDOVER_LEASE), None)?;
        }
        Ok(())
    }

    /// An attempt counts in the statistics.
    pub(crate) fn count(&mut self, target: TargetNo, counted: Counted) {
        self.effects
            .counted
            .entry(target)
            .or_default()
            .push(counted);
    }

    /// Offers the engine a delivery that this group inserted.
    pub(crate) fn admitted(&self, webhook: &Webhook) -> bool {
        self.intake
            .as_ref()
            .is_some_and(|intake| intake.admit(webhook))
    }

    /// Leases an admitted delivery, to be handed over after the commit; its event's row names it.
    pub(crate) fn hand(&mut self, handed: Handed) {
        self.shared.leases.lease(handed.id, handed.lease_until);
        self.shared
            .unwritten
            .add(handed.shop.no, handed.id, handed.lease_until);
        self.effects.handed.push(handed);
    }

    /// The shop, if it is not deleted.
    pub(crate) fn shop(&self, no: ShopNo) -> Result<Arc<Shop>> {
        rows::shop::by_no(&self.conn, &self.shared.cache, no)
    }

    /// The live webhooks of a shop, to match with.
    pub(crate) fn webhooks(&self, shop: ShopNo) -> Result<Webhooks> {
        rows::webhook::of_shop(&self.conn, &self.shared, shop)
    }

    /// A live webhook with its health as of this job.
    pub(crate) fn target(&mut self, no: TargetNo) -> Result<Arc<Webhook>> {
        let webhook = rows::webhook::target(&self.conn, &self.shared, no)?;
        Ok(self.fresh(&webhook))
    }

    /// The same webhook with its health as of this job; built once a group, as deliveries share it.
    pub(crate) fn fresh(&mut self, webhook: &Arc<Webhook>) -> Arc<Webhook> {
        match self.effects.targets.entry(webhook.no) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => {
                let changed = self.effects.overrides.get(&webhook.no).cloned();
                let mut fresh = changed.unwrap_or_else(|| self.shared.cache.fresh(webhook));
                if let Some(health) = self.effects.healths.get(&webhook.no)
                    && health.now != fresh.health
                {
                    Arc::make_mut(&mut fresh).health = health.now.clone();
                }
                entry.insert(fresh).clone()
            }
        }
    }

    /// A webhook's health, to be changed; written once, with the group's commit or later.
    pub(crate) fn health(&mut self, no: TargetNo) -> Result<&mut Health> {
        if !self.effects.healths.contains_key(&no) {
            let before = self.target(no)?.health.clone();
            let now = before.clone();
            self.effects
                .healths
                .insert(no, HealthChange { now, before });
        }
        self.effects.targets.remove(&no);
        self.effects
            .healths
            .get_mut(&no)
            .map(|health| &mut health.now)
            .ok_or_else(|| StoreError::NotFound.into())
    }
}
