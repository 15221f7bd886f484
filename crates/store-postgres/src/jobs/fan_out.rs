//! What a group's commits make of their facts: events, and a delivery of each for every webhook that subscribes to it,
//! leased to the engine where that has room.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::lease::Lease;
use claimwire_model::ownership::Partition;
use claimwire_model::target::{Target, TargetStatus};
use claimwire_model::{DeliveryId, Event, Lane, Timestamp};
use claimwire_store::Handed;
use claimwire_store::commit::Shares;
use claimwire_store::intake::HANDOVER_LEASE;

use super::group::{Group, NewDelivery, NewEvent, NewFanOut};
use crate::cache::View;
use crate::shared::Shared;

/// Deliveries that one commit makes at once; those beyond are made behind it.
pub(crate) const AT_ONCE: usize = 1_000;

/// The events of one commit, as they become deliveries.
pub(super) struct FanOut<'a> {
    view: &'a View,
    now: Timestamp,
    /// Deliveries that may still be made at once.
    room: usize,
    /// Events whose deliveries to these are made later.
    later: Vec<(Vec<i64>, Vec<i64>)>,
}

impl<'a> FanOut<'a> {
    pub(super) fn new(view: &'a View, now: Timestamp) -> Self {
        Self {
            view,
            now,
            room: AT_ONCE,
            later: Vec::new(),
        }
    }

    /// One event for each fact; those that are there already are they.
    pub(super) fn events(
        mut self,
        group: &mut Group,
        shared: &Shared,
        facts: &[Fact],
    ) -> Vec<Arc<Event>> {
        let shop = self.view.shop.no;
        let mut events = Vec::with_capacity(facts.len());
        // The event that holds the context which those after it may share.
        let mut holder: Option<Arc<Event>> = None;
        for fact in facts {
            let given = fact.given_id.clone().map(|id| (shop, id));
            if let Some(known) = given.as_ref().and_then(|given| group.given.get(given)) {
                events.push(known.clone());
                continue;
            }
            let held = holder.as_ref();
            let held = held.filter(|held| Shares::of(fact, &held.fact) != Shares::Nothing);
            let context_of = held.map(|held| held.no);
            let no = shared.next_event(self.now, group.newest);
            let fact = fact.clone();
            let event = Arc::new(Event { no, fact });
            if context_of.is_none() && event.fact.context.is_some() {
                holder = Some(event.clone());
            }
            self.deliver(group, shared, &event);
            group.events.push(NewEvent {
                shop,
                event: event.clone(),
                context_of,
            });
            if let Some(given) = given {
                group.given.insert(given, event.clone());
            }
            events.push(event);
        }
        for (events, targets) in self.later {
            group.fan_outs.push(NewFanOut {
                no: shared.next_number(self.now),
                shop,
                events,
                targets,
            });
        }
        events
    }

    /// A delivery for each webhook that subscribes to the event; leased to the engine where that has room.
    fn deliver(&mut self, group: &mut Group, shared: &Shared, event: &Arc<Event>) {
        let subscribers = self.view.webhooks.subscribers(&event.fact);
        let at_once = self.room.min(subscribers.len());
        self.room -= at_once;
        let (now_made, later) = subscribers.split_at(at_once);
        for webhook in now_made {
            let webhook = group.targets.get(&webhook.no).unwrap_or(webhook).clone();
            let id = DeliveryId {
                event: event.no,
                target: webhook.no,
            };
            let lease = group.lease(shared, &webhook, self.now);
            group.deliveries.push(NewDelivery {
                id,
                due: self.now,
                lane: Lane::of(webhook.ordering, event),
                lease,
            });
            match lease {
                Some(lease) => {
                    let (event, shop) = (event.clone(), self.view.shop.clone());
                    let expires = self.now.plus(HANDOVER_LEASE);
                    let handed = Handed::new(id, event, shop, webhook, lease, expires);
                    group.effects.handed.push(handed);
                }
                None if webhook.status != TargetStatus::Active => {}
                None if group.may_be_offered(shared, &webhook, self.now) => {
                    group.effects.offered.push(id);
                }
                None => group.effects.woken.push(webhook.no),
            }
        }
        if !later.is_empty() {
            self.leave(event, later.iter().map(|webhook| webhook.no.0).collect());
        }
    }

    fn leave(&mut self, event: &Event, targets: Vec<i64>) {
        match self.later.iter_mut().find(|(_, same)| *same == targets) {
            Some((events, _)) => events.push(event.no.0),
            None => self.later.push((vec![event.no.0], targets)),
        }
    }
}

impl Group {
    /// Whether another node may fetch a new delivery by name.
    fn may_be_offered(&self, shared: &Shared, target: &Target, now: Timestamp) -> bool {
        let anothers = !shared.is_alone() && !self.owned.contains_key(&Partition::of(target.no));
        anothers && target.may_be_offered(now)
    }

    /// The lease of a new delivery, if this node may have it in hand and has room for it.
    fn lease(&self, shared: &Shared, webhook: &Target, now: Timestamp) -> Option<Lease> {
        if !webhook.may_be_handed(now) {
            return None;
        }
        let until = self.clock.plus(HANDOVER_LEASE);
        let lease = if shared.is_alone() {
            Lease::alone(now.plus(HANDOVER_LEASE))
        } else {
            Lease {
                node: shared.node,
                epoch: *self.owned.get(&Partition::of(webhook.no))?,
                until,
            }
        };
        let intake = shared.intake()?;
        intake.admit(webhook).then_some(lease)
    }

    /// What happened in a shop that is locked, outside of a caller's commit: the events, with their deliveries.
    pub(crate) fn add_facts(
        &mut self,
        shared: &Shared,
        view: &View,
        facts: &[Fact],
        now: Timestamp,
    ) -> Vec<Arc<Event>> {
        FanOut::new(view, now).events(self, shared, facts)
    }
}
