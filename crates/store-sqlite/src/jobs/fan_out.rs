//! Events and their deliveries, which are never there without each other. To whom an event goes is fixed by
//! the commit. Of very many deliveries only the first are made in it; the rest is put down as a
//! list, and their rows are written behind it ([`background::fan_out`](crate::background)).

use std::sync::Arc;

use claimwire_model::lease::Lease;
use claimwire_model::target::{Target, TargetStatus};
use claimwire_model::{DeliveryId, Event, EventNo, Lane, Shop, Timestamp};
use claimwire_store::Handed;
use claimwire_store::commit::Shares;
use claimwire_store::intake::HANDOVER_LEASE;

use crate::cache::Webhooks;
use crate::error::Result;
use crate::rows;
use crate::work::Work;
use claimwire_store::subscriptions::Subscribers;

/// Deliveries that one commit makes at once; those beyond are made behind it.
pub(crate) const AT_ONCE: usize = 1000;

/// The events of one commit, as they become deliveries. To be [finished](FanOut::finish).
pub(crate) struct FanOut {
    shop: Arc<Shop>,
    webhooks: Webhooks,
    now: Timestamp,
    /// Deliveries that may still be made at once.
    room: usize,
    later: Vec<Later>,
}

/// Events whose deliveries to these are made later: to those from a place on.
struct Later {
    subscribers: Subscribers,
    from: usize,
    events: Vec<i64>,
}

impl Later {
    fn targets(&self) -> impl Iterator<Item = i64> {
        self.subscribers
            .iter()
            .skip(self.from)
            .map(|target| target.no.0)
    }

    fn is_for(&self, subscribers: &Subscribers, from: usize) -> bool {
        self.from == from && Arc::ptr_eq(&self.subscribers, subscribers)
    }
}

impl FanOut {
    /// For a commit at `now`, which makes so many deliveries at once.
    pub(crate) fn new(work: &Work, shop: &Arc<Shop>, now: Timestamp, room: usize) -> Result<Self> {
        Ok(Self {
            webhooks: work.webhooks(shop.no)?,
            shop: shop.clone(),
            now,
            room,
            later: Vec::new(),
        })
    }

    /// Adds an event, which has its number, and a delivery for each of the shop's webhooks that subscribes to it; leased to the
    /// engine where that has room.
    pub(crate) fn add(
        &mut self,
        work: &mut Work,
        event: Arc<Event>,
        shared: Option<(EventNo, Shares)>,
    ) -> Result<()> {
        let subscribers = self.webhooks.subscribers(&event.fact);
        let at_once = self.room.min(subscribers.len());
        self.room -= at_once;
        let mut handed = String::new();
        for webhook in subscribers.iter().take(at_once) {
            if self.deliver(work, &event, webhook)? {
                if !handed.is_empty() {
                    handed.push(',');
                }
                handed.push_str(&webhook.no.0.to_string());
            }
        }
        if at_once < subscribers.len() {
            self.leave(&event, subscribers, at_once);
        }
        rows::event::insert(&work.conn, self.shop.no, &event, shared, &handed)?;
        work.event_written(self.shop.no, &event);
        Ok(())
    }

    /// Makes a delivery. True: it is handed over, and has no row.
    fn deliver(&self, work: &mut Work, event: &Arc<Event>, webhook: &Arc<Target>) -> Result<bool> {
        let id = DeliveryId {
            event: event.no,
            target: webhook.no,
        };
        let webhook = work.for_engine(webhook);
        if webhook.may_be_handed(self.now) && work.admitted(&webhook) {
            let until = self.now.plus(HANDOVER_LEASE);
            let (event, shop, lease) = (event.clone(), self.shop.clone(), Lease::alone(until));
            work.hand(Handed::new(id, event, shop, webhook, lease, until));
            return Ok(true);
        }
        let lane = Lane::of(webhook.ordering, event);
        rows::delivery::insert(&work.conn, id, self.now, lane)?;
        if webhook.status == TargetStatus::Active {
            work.wake(webhook.no);
        }
        Ok(false)
    }

    fn leave(&mut self, event: &Event, subscribers: Subscribers, from: usize) {
        let no = event.no.0;
        let same = |later: &&mut Later| later.is_for(&subscribers, from);
        if let Some(later) = self.later.iter_mut().find(same) {
            later.events.push(no);
            return;
        }
        let new = Later {
            subscribers,
            from,
            events: vec![no],
        };
        let alike = |later: &&mut Later| later.targets().eq(new.targets());
        match self.later.iter_mut().find(alike) {
            Some(later) => later.events.push(no),
            None => self.later.push(new),
        }
    }

    /// Puts down what is left for later.
    pub(crate) fn finish(self, work: &mut Work) -> Result<()> {
        if self.later.is_empty() {
            return Ok(());
        }
        for later in &self.later {
            let no = work.next_number(self.now);
            let targets: Vec<_> = later.targets().collect();
            rows::fan_out::insert(&work.conn, no, self.shop.no, &later.events, &targets)?;
        }
        work.background.fan_out(self.shop.no);
        Ok(())
    }
}
