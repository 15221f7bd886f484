//! Admission: how much the engine holds as a whole and for each shop, against its limits.
//!
//! While a limit is reached, a shop that has more than its share of it gets one attempt for each of its
//! webhooks, and the others go on up to theirs: a share is the limit divided by the shops with work. So
//! no shop locks out another, and no more than twice the limit is ever held, beside what each webhook
//! may always have.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use claimwire_model::{Event, ShopNo, Timestamp};

use crate::breaker::{PACE, SHOP_PACE};
use crate::content::{Content, EventBytes};
use crate::limits::Limits;
use claimwire_model::by_number::ByNumber;

/// What a delivery takes in memory beside its event.
const DELIVERY_BYTES: usize = 1024;

/// What one webhook, one shop or all of them hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Attempts under way.
    pub(crate) in_flight: usize,
    /// Deliveries waiting in memory.
    pub(crate) queued: usize,
}

impl Held {
    fn exchange(&mut self, before: Self, now: Self) {
        let exchange =
            |sum: &mut usize, before: usize, now: usize| *sum = (*sum + now).saturating_sub(before);
        exchange(&mut self.in_flight, before.in_flight, now.in_flight);
        exchange(&mut self.queued, before.queued, now.queued);
    }

    /// What the deliveries take, without their events.
    fn bytes(self) -> usize {
        DELIVERY_BYTES.saturating_mul(self.in_flight + self.queued)
    }
}

/// What one shop holds.
#[derive(Debug)]
struct OfShop {
    held: Held,
    events: Arc<EventBytes>,
}

impl OfShop {
    fn new(total: &Arc<AtomicUsize>) -> Self {
        Self {
            held: Held::default(),
            events: EventBytes::of_shop(Arc::clone(total)),
        }
    }
}

/// What is held, by shop and together.
#[derive(Debug)]
pub(crate) struct Holdings {
    total: Held,
    /// What the events of all that is held take.
    events: Arc<AtomicUsize>,
    /// Shops that hold something.
    shops: ByNumber<ShopNo, OfShop>,
    /// When the next attempt of a shop that is paced may begin.
    paced: ByNumber<ShopNo, Timestamp>,
    fresh_until: Timestamp,
}

impl Holdings {
    /// Nothing, by an engine that is new until then.
    pub(crate) fn new(fresh_until: Timestamp) -> Self {
        Self {
            total: Held::default(),
            events: Arc::default(),
            shops: ByNumber::default(),
            paced: ByNumber::default(),
            fresh_until,
        }
    }

    /// What all hold together.
    pub(crate) fn total(&self) -> Held {
        self.total
    }

    /// What it takes.
    pub(crate) fn bytes(&self) -> usize {
        let events = self.events.load(Ordering::Relaxed);
        events.saturating_add(self.total.bytes())
    }

    /// Counts an event of this shop, of which deliveries are to be held: that a queue holds one is to be accounted for
    /// next.
    pub(crate) fn content(&mut self, shop: ShopNo, event: &Event) -> Arc<Content> {
        Content::new(event, Arc::clone(&self.of(shop).events))
    }

    fn of(&mut self, shop: ShopNo) -> &mut OfShop {
        let own = self.shops.entry(shop);
        own.or_insert_with(|| OfShop::new(&self.events))
    }

    /// A webhook of this shop held `before` and holds `now`.
    pub(crate) fn exchange(&mut self, shop: ShopNo, before: Held, now: Held) {
        self.total.exchange(before, now);
        if now != Held::default() {
            self.of(shop).held.exchange(before, now);
        } else if let Some(own) = self.shops.get_mut(&shop) {
            own.held.exchange(before, now);
            if own.held == Held::default() {
                self.shops.remove(&shop);
                self.paced.remove(&shop);
            }
        }
    }

    /// An attempt of a webhook that is paced begins: when its next one may. Each such webhook of a shop gets
    /// another instant.
    pub(crate) fn next_paced(&mut self, shop: ShopNo, now: Timestamp) -> Timestamp {
        let next = self.paced.get(&shop).copied();
        let at = now.plus(PACE).max(next.unwrap_or(now));
        self.paced.insert(shop, at.plus(SHOP_PACE));
        at
    }
}

/// How full the engine is, as one shop sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    /// No more events are to be held in memory.
    pub(crate) memory_full: bool,
    /// No more attempts are to be under way.
    pub(crate) slots_full: bool,
    /// Until then an engine before this one may have used up what a rate limit allows.
    pub(crate) fresh_until: Timestamp,
}

impl Admission {
    /// As a webhook of this shop sees it; of an unknown one it is taken to hold nothing.
    pub(crate) fn new(holdings: &Holdings, shop: Option<ShopNo>, limits: &Limits) -> Self {
        let shares = holdings.shops.len().max(1);
        let own = || shop.and_then(|shop| holdings.shops.get(&shop));
        let full = |total: usize, limit: usize, of: fn(&OfShop) -> usize| {
            total >= limit && own().map_or(0, of) >= limit / shares
        };
        let bytes = |own: &OfShop| own.events.shop().saturating_add(own.held.bytes());
        let in_flight = |own: &OfShop| own.held.in_flight;
        Self {
            memory_full: full(holdings.bytes(), limits.queued_bytes, bytes),
            slots_full: full(holdings.total.in_flight, limits.in_flight, in_flight),
            fresh_until: holdings.fresh_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use claimwire_model::event::Fact;
    use claimwire_model::{EventNo, PerformedBy};
    use serde_json::value::RawValue;

    use super::*;

    fn slots_full(holdings: &Holdings, shop: i64) -> bool {
        let limits = Limits {
            in_flight: 100,
            ..Limits::default()
        };
        Admission::new(holdings, Some(ShopNo(shop)), &limits).slots_full
    }

    fn under_way(in_flight: usize) -> Held {
        Held {
            in_flight,
            ..Held::default()
        }
    }

    #[test]
    fn a_full_engine_is_full_for_whom_it_is_full_of() {
        let mut holdings = Holdings::new(Timestamp::from_secs(0));
        holdings.exchange(ShopNo(1), Held::default(), under_way(99));
        assert!(!slots_full(&holdings, 1));
        holdings.exchange(ShopNo(2), Held::default(), under_way(1));
        assert!(slots_full(&holdings, 1));
        assert!(!slots_full(&holdings, 2), "up to its half");
        holdings.exchange(ShopNo(2), under_way(1), under_way(50));
        assert!(slots_full(&holdings, 2));
        holdings.exchange(ShopNo(1), under_way(99), under_way(0));
        assert!(!slots_full(&holdings, 2));
        holdings.exchange(ShopNo(2), under_way(50), under_way(0));
        assert_eq!(holdings.total(), Held::default());
        assert!(holdings.shops.is_empty());
    }

    fn event(bytes: usize) -> Event {
        let fact = Fact {
            given_id: None,
            r#ref: "claims/created".to_owned(),
            event_group: None,
            triggered_at: Timestamp::from_secs(0),
            subject: None,
            event_data: RawValue::from_string(format!("\"{}\"", "x".repeat(bytes - 2)))
                .unwrap()
                .into(),
            context: None,
            changes: None,
            performed_by: PerformedBy::default(),
            posted: true,
        };
        let no = EventNo(1);
        Event { no, fact }
    }

    #[test]
    fn an_event_is_in_memory_once_for_as_long_as_one_of_its_deliveries_is() {
        let limits = Limits {
            queued_bytes: 10_000,
            ..Limits::default()
        };
        let full = |holdings: &Holdings, shop| {
            Admission::new(holdings, Some(ShopNo(shop)), &limits).memory_full
        };
        let mut holdings = Holdings::new(Timestamp::from_secs(0));
        let content = holdings.content(ShopNo(1), &event(3000));
        holdings.exchange(ShopNo(1), Held::default(), under_way(3));
        assert_eq!(holdings.bytes(), 2 * 3000 + 3 * DELIVERY_BYTES);
        assert!(!full(&holdings, 1));
        let of_another = holdings.content(ShopNo(2), &event(500));
        holdings.exchange(ShopNo(2), Held::default(), under_way(1));
        assert!(full(&holdings, 1));
        assert!(!full(&holdings, 2), "up to its half");
        let shared = Arc::clone(&content);
        drop(content);
        assert!(full(&holdings, 1), "another delivery has it");
        drop(shared);
        assert!(!full(&holdings, 1));
        let much_of_another = holdings.content(ShopNo(2), &event(4000));
        assert!(full(&holdings, 2));
        assert!(!full(&holdings, 1), "its own event is gone");
        drop(much_of_another);
        holdings.exchange(ShopNo(1), under_way(3), Held::default());
        holdings.exchange(ShopNo(2), under_way(1), Held::default());
        drop(of_another);
        assert_eq!(holdings.bytes(), 0);
    }

    #[test]
    fn a_shop_whose_delivery_was_not_held_is_forgotten() {
        let mut holdings = Holdings::new(Timestamp::from_secs(0));
        drop(holdings.content(ShopNo(1), &event(100)));
        holdings.exchange(ShopNo(1), Held::default(), Held::default());
        assert!(holdings.shops.is_empty());
    }
}
