//! An event and its deliveries, which are never there without each other.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::lease::Lease;
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, Event, EventNo, Lane, Shop, Timestamp};
use claimwire_store::Handed;
use claimwire_store::intake::HANDOVER_LEASE;

use crate::error::Result;
use crate::rows;
use crate::subscriptions::Subscriptions;
use crate::work::Work;

/// Adds an event, and a delivery for each of `webhooks` that subscribes to it; leased to the engine where
/// that has room. `context_of`: the event whose row holds its context, if another's does.
pub(crate) fn add_event(
    work: &mut Work,
    shop: &Arc<Shop>,
    webhooks: &Subscriptions,
    fact: Fact,
    context_of: Option<EventNo>,
    now: Timestamp,
) -> Result<Arc<Event>> {
    let event = Arc::new(Event {
        no: work.next_event(now),
        fact,
    });
    let mut handed = String::new();
    for webhook in webhooks.subscribers(&event.fact).iter() {
        let id = DeliveryId {
            event: event.no,
            target: webhook.no,
        };
        let webhook = work.fresh(webhook);
        let active = webhook.status == TargetStatus::Active;
        if webhook.may_be_handed(now) && work.admitted(&webhook) {
            if !handed.is_empty() {
                handed.push(',');
            }
            handed.push_str(&webhook.no.0.to_string());
            let until = now.plus(HANDOVER_LEASE);
            work.hand(Handed {
                id,
                event: event.clone(),
                shop: shop.clone(),
                target: webhook,
                attempts: 0,
                failures: 0,
                manual: false,
                state: None,
                lease: Lease::alone(until),
                expires: until,
            });
            continue;
        }
        rows::delivery::insert(&work.conn, id, now, Lane::of(webhook.ordering, &event))?;
        if active {
            work.wake(webhook.no);
        }
    }
    rows::event::insert(&work.conn, shop.no, &event, context_of, &handed)?;
    Ok(event)
}
