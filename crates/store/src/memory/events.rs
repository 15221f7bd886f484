//! A fact becomes an event, and the event deliveries.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::lease::Lease;
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, Event, EventNo, ShopNo, Target, Timestamp};

use super::Notifications;
use super::rows::{DeliveryRow, EventRow, Tables};
use crate::handed::Handed;
use crate::intake::HANDOVER_LEASE;

impl Tables {
    /// Numbers a fact, keeps it, and makes a delivery for each webhook of the shop that it matches.
    pub fn add_event(
        &mut self,
        shop: ShopNo,
        fact: Fact,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> Arc<Event> {
        let no = EventNo(self.numbers.next(now));
        let event = Arc::new(Event { no, fact });
        if let Some(id) = &event.fact.given_id {
            self.given.insert((shop, id.clone()), no);
        }
        let row = EventRow {
            shop,
            event: event.clone(),
            at: now,
        };
        self.events.insert(no, row);

        let hears = |webhook: &&Arc<Target>| webhook.subscription.matches(&event.fact);
        let webhooks: Vec<_> = self.targets(shop).filter(hears).cloned().collect();
        for webhook in webhooks {
            self.add_delivery(&event, &webhook, now);
            if webhook.status != TargetStatus::Active {
                continue;
            }
            let id = DeliveryId {
                event: no,
                target: webhook.no,
            };
            let lease = self
                .ownership
                .grant(notifications.node, webhook.no, now, HANDOVER_LEASE)
                .filter(|_| webhook.may_be_handed(now) && notifications.admit(&webhook));
            let Some(lease) = lease else {
                if webhook.may_be_offered(now) {
                    notifications.offered.push(id);
                }
                notifications.wake.insert(webhook.no);
                continue;
            };
            let handed = self.lease(id, lease, now.plus(HANDOVER_LEASE));
            notifications.handed.extend(handed);
        }
        event
    }

    /// Makes a delivery, due now.
    pub fn add_delivery(&mut self, event: &Event, webhook: &Target, now: Timestamp) {
        let id = DeliveryId {
            event: event.no,
            target: webhook.no,
        };
        self.deliveries.insert(id, DeliveryRow::due(now));
        if let Some(target) = self.targets.get_mut(&webhook.no) {
            target.open.insert(event.no);
        }
    }

    /// Leases a delivery to the caller, with all that an attempt needs.
    pub fn lease(&mut self, id: DeliveryId, lease: Lease, expires: Timestamp) -> Option<Handed> {
        let handed = self.handed(id, lease, expires)?;
        self.deliveries.get_mut(&id)?.lease = Some(lease);
        Some(handed)
    }

    /// A delivery under a lease, with all that an attempt needs.
    pub fn handed(&self, id: DeliveryId, lease: Lease, expires: Timestamp) -> Option<Handed> {
        let event = self.events.get(&id.event)?.event.clone();
        let target = self.targets.get(&id.target)?.kept.clone();
        let activation = target.health.activation;
        let shop = self.shops.get(&target.shop)?.shop.clone();
        let row = self.deliveries.get(&id)?;
        Some(Handed {
            id,
            event,
            shop,
            target,
            attempts: row.progress.attempts,
            failures: row.progress.failures_in(activation),
            manual: row.progress.manual > 0,
            state: row.saved.clone(),
            in_doubt: row.lease.is_some(),
            lease,
            expires,
        })
    }
}
