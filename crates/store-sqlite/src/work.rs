//! What a writing job works with: the write connection inside the group's transaction, webhooks as the
//! jobs before it left them, and a list of what is to follow once the transaction is committed. The
//! transaction itself is the [`Group`](group::Group)'s.

mod effects;
pub(crate) mod group;
mod webhooks;

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::health::Health;
use claimwire_model::id::Numbers;
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, EventNo, Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::intake::HANDOVER_LEASE;
use claimwire_store::stats::Counted;
use claimwire_store::{Handed, Intake};
use rusqlite::Connection;

use crate::background::Background;
use crate::cache::Webhooks;
use crate::delivered::{self, Delivered};
use crate::error::Result;
use crate::event_subjects::EventSubject;
use crate::parts::Parts;
use crate::rows;
use crate::shared::Shared;
use effects::Effects;
use webhooks::GroupWebhooks;

/// Whether jobs of other shops than this wait.
pub(crate) type OthersWait = Box<dyn Fn(ShopNo) -> bool + Send>;

/// What a job writes with.
pub(crate) struct Work {
    pub(crate) conn: Connection,
    pub(crate) shared: Arc<Shared>,
    /// What a change of a webhook still has to do to its backlog.
    pub(crate) background: Background,
    /// What is left of arrays.
    pub(crate) parts: Parts,
    /// Whether jobs of other shops wait; none: nobody can.
    others: Option<OthersWait>,
    numbers: Numbers,
    /// The latest instant that a job was told: not later than the present.
    now: Timestamp,
    newest: EventNo,
    /// What the rows of deliveries and those that are written behind may be missing for, since it was noted up to which event all
    /// have them.
    unsettled: usize,
    /// A crash takes nothing of what is [`delivered`](crate::delivered) of events up to this one.
    delivered_up_to: EventNo,
    intake: Option<Arc<dyn Intake>>,
    webhooks: GroupWebhooks,
    effects: Effects,
}

impl Work {
    /// On a file whose newest event is this.
    pub(crate) fn new(conn: Connection, shared: Arc<Shared>, newest: EventNo) -> Result<Self> {
        let last: i64 = conn.query_row(
            "SELECT max(
               coalesce((SELECT max(no) FROM events), 0), coalesce((SELECT max(no) FROM attempts), 0),
               coalesce((SELECT max(no) FROM documents), 0), coalesce((SELECT max(no) FROM replays), 0),
               coalesce((SELECT max(no) FROM idempotency), 0), coalesce((SELECT max(no) FROM api_keys), 0),
               coalesce((SELECT max(no) FROM timings), 0), coalesce((SELECT max(no) FROM fan_outs), 0),
               coalesce((SELECT max(last) FROM parts), 0))",
            [],
            |r| r.get(0),
        )?;
        Ok(Self {
            background: Background::left(&conn)?,
            parts: Parts::left(&conn)?,
            delivered_up_to: delivered::settled(&conn)?,
            others: None,
            conn,
            shared,
            numbers: Numbers::after(last),
            now: Timestamp::from_millis(0),
            newest,
            unsettled: 0,
            intake: None,
            webhooks: GroupWebhooks::default(),
            effects: Effects::default(),
        })
    }

    /// The next number; events, attempts and documents share the sequence.
    pub(crate) fn next_number(&mut self, now: Timestamp) -> i64 {
        self.is_told(now);
        self.numbers.next(now)
    }

    /// A job was told the time.
    pub(crate) fn is_told(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// An event with the next number.
    pub(crate) fn new_event(&mut self, fact: Fact, now: Timestamp) -> Arc<Event> {
        let no = EventNo(self.next_number(now));
        self.newest = no;
        self.unsettled += 1;
        Arc::new(Event { no, fact })
    }

    /// From now on jobs can ask whether others wait.
    pub(crate) fn ask(&mut self, others: OthersWait) {
        self.others = Some(others);
    }

    /// Whether jobs of other shops wait for the writer.
    pub(crate) fn others_wait(&self, shop: ShopNo) -> bool {
        self.others.as_ref().is_some_and(|others| others(shop))
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
    pub(crate) fn target(&mut self, no: TargetNo) -> Result<Arc<Target>> {
        let webhook = rows::webhook::target(&self.conn, &self.shared, no)?;
        Ok(self.fresh(&webhook))
    }

    /// A live webhook as of this job; its health may be old. Costs no copy.
    pub(crate) fn settings(&self, no: TargetNo) -> Result<Arc<Target>> {
        match self.webhooks.changed(no) {
            Some(changed) => Ok(changed),
            None => rows::webhook::settings(&self.conn, &self.shared, no),
        }
    }

    /// The same webhook with its health as of this job; built once a group, as deliveries share it.
    pub(crate) fn fresh(&mut self, webhook: &Arc<Target>) -> Arc<Target> {
        self.webhooks.fresh(webhook, &self.shared.cache)
    }

    /// The same webhook for a delivery that is handed over: successes of which nothing follows may be missing in its health.
    pub(crate) fn for_engine(&mut self, webhook: &Arc<Target>) -> Arc<Target> {
        self.webhooks.for_engine(webhook, &self.shared.cache)
    }

    /// A webhook's health, to be changed; written once, with the group's commit or later.
    pub(crate) fn health(&mut self, no: TargetNo) -> Result<&mut Health> {
        if !self.webhooks.has_health(no) {
            let before = match self.webhooks.changed(no) {
                Some(changed) => changed.health.clone(),
                None => {
                    let webhook = rows::webhook::settings(&self.conn, &self.shared, no)?;
                    self.shared.cache.health(&webhook)
                }
            };
            self.webhooks.begin_health(no, before);
        }
        self.webhooks.health(no)
    }

    /// The shop or its keys are not what they were.
    pub(crate) fn shop_changed(&mut self, shop: ShopNo) {
        self.effects.shops.push(shop);
    }

    /// A webhook is new, or not what it was.
    pub(crate) fn webhook_changed(&mut self, webhook: &Arc<Target>) {
        self.webhook_differs(webhook);
        self.webhooks.change(webhook);
        let changed = (webhook.no, Some(webhook.clone()));
        self.effects.changed.push(changed);
    }

    /// A webhook is not what it was, in a way that is nothing to the engine.
    pub(crate) fn webhook_differs(&mut self, webhook: &Arc<Target>) {
        self.effects.webhooks.push(webhook.clone());
    }

    /// A webhook is deleted.
    pub(crate) fn webhook_gone(&mut self, webhook: &Target) {
        self.effects.gone.push((webhook.shop, webhook.no));
        self.effects.changed.push((webhook.no, None));
    }

    /// There is something new to take.
    pub(crate) fn wake(&mut self, target: TargetNo) {
        if self.effects.woken.last() != Some(&target) {
            self.effects.woken.push(target);
        }
    }

    /// An attempt counts in the statistics.
    pub(crate) fn count(&mut self, target: TargetNo, counted: Counted) {
        let of_target = self.effects.counted.entry(target).or_default();
        of_target.push(counted);
    }

    /// Whether a delivery is under this lease, as of this job.
    pub(crate) fn is_leased(&self, id: DeliveryId, lease: Lease) -> bool {
        self.lease(id) == Some(lease)
    }

    /// The lease that a delivery is under, as of this job; none: it is under none.
    pub(crate) fn lease(&self, id: DeliveryId) -> Option<Lease> {
        let until = match self.effects.renewed.get(&id) {
            Some((_, renewed)) => *renewed,
            None => self.shared.leases.until(id)?,
        };
        (self.effects.settled.get(&id) != Some(&until)).then_some(Lease::alone(until))
    }

    /// A lease ends later: for the jobs of this group from now on, for everybody with its commit.
    pub(crate) fn renew(&mut self, id: DeliveryId, until: Timestamp, renewed: Timestamp) {
        let renewals = &mut self.effects.renewed;
        let before = renewals.get(&id).map_or(until, |(before, _)| *before);
        renewals.insert(id, (before, renewed));
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

    /// An event has its row.
    pub(crate) fn event_written(&mut self, shop: ShopNo, event: &Event) {
        if let Some(subject) = &event.fact.subject {
            let about = EventSubject::new(shop, &subject.id, event.no);
            self.effects.subjects.new.push(about);
        }
    }

    /// A delivery was acknowledged. It is written with the group if a start would not miss it.
    pub(crate) fn delivered(&mut self, id: DeliveryId, shop: ShopNo) {
        let delivered = Delivered::new(shop, id);
        if id.event > self.delivered_up_to {
            self.effects.delivered.new.push(delivered);
            self.unsettled += 1;
        } else {
            self.effects.delivered.now.push(delivered);
        }
    }

    /// A delivery is gone, with its row.
    pub(crate) fn delivery_gone(&mut self, id: DeliveryId, shop: ShopNo) {
        self.effects.delivered.gone.push(Delivered::new(shop, id));
    }

    /// What has no row of an event that is gone will have none.
    pub(crate) fn event_gone(&mut self, event: EventNo, about: Option<EventSubject>) {
        self.effects.subjects.gone.extend(about);
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

    /// Offers the engine a delivery that this group inserted.
    pub(crate) fn admitted(&self, webhook: &Target) -> bool {
        self.intake
            .as_ref()
            .is_some_and(|intake| intake.admit(webhook))
    }

    /// Leases an admitted delivery, to be handed over after the commit; its event's row names it.
    pub(crate) fn hand(&mut self, handed: Handed) {
        self.shared.leases.lease(handed.id, handed.lease.until);
        self.shared
            .unwritten
            .add(handed.shop.no, handed.id, handed.lease.until);
        self.effects.handed.push(handed);
    }
}
