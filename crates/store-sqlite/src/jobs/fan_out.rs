//! An event and its deliveries, which are never there without each other.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::webhook::{Ordering, WebhookStatus};
use claimwire_model::{DeliveryId, Event, Shop, Timestamp};
use claimwire_store::Handed;
use claimwire_store::intake::HANDOVER_LEASE;

use crate::error::Result;
use crate::rows;
use crate::subscriptions::Subscriptions;
use crate::work::Work;

/// Adds an event, and a delivery for each of `webhooks` that subscribes to it; leased to the engine where
/// that has room.
pub(crate) fn add_event(
    work: &mut Work,
    shop: &Arc<Shop>,
    webhooks: &Subscriptions,
    fact: Fact,
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
        let active = webhook.status == WebhookStatus::Active;
        let paused = webhook.health.paused_until.is_some_and(|until| until > now);
        // What comes in an order may have something before it: only a take can tell.
        let may_go = active && !paused && webhook.ordering == Ordering::None;
        if may_go && work.admitted(&webhook) {
            if !handed.is_empty() {
                handed.push(',');
            }
            handed.push_str(&webhook.no.0.to_string());
            work.hand(Handed {
                id,
                event: event.clone(),
                shop: shop.clone(),
                webhook,
                attempts: 0,
                failures: 0,
                manual: false,
                lease_until: now.plus(HANDOVER_LEASE),
            });
            continue;
        }
        rows::delivery::insert(&work.conn, id, now, lane(webhook.ordering, &event))?;
        if active {
            work.wake(webhook.no);
        }
    }
    rows::event::insert(&work.conn, shop.no, &event, &handed)?;
    Ok(event)
}

/// The lane of a delivery of an ordered webhook; none when there is no order.
pub(crate) fn lane(ordering: Ordering, event: &Event) -> Option<i64> {
    match (ordering, &event.fact.subject) {
        (Ordering::None, _) => None,
        (Ordering::Webhook, _) => Some(0),
        (Ordering::Subject, None) => Some(event.no.0),
        (Ordering::Subject, Some(subject)) => Some(fnv1a(
            subject
                .kind
                .as_str()
                .bytes()
                .chain([b'/'])
                .chain(subject.id.bytes()),
        )),
    }
}

/// 64 bits, the same in every version of the program. A collision only makes two wait for each other.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> i64 {
    bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
        .cast_signed()
}
