//! Admission: how much the engine holds as a whole and for each shop, against its limits.
//!
//! While a limit is reached, a shop that has more than its share of it gets one attempt for each of its
//! webhooks, and the others go on up to theirs: a share is the limit divided by the shops with work. So
//! no shop locks out another, and no more than twice the limit is ever held, beside what each webhook
//! may always have.

use claimwire_model::{ShopNo, Timestamp};

use crate::breaker::{PACE, SHOP_PACE};
use crate::limits::Limits;
use claimwire_model::by_number::ByNumber;

/// What one webhook, one shop or all of them hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Attempts under way.
    pub(crate) in_flight: usize,
    /// Deliveries waiting in memory.
    pub(crate) queued: usize,
    /// What the events of both take.
    pub(crate) bytes: usize,
}

impl Held {
    fn exchange(&mut self, before: Self, now: Self) {
        let exchange =
            |sum: &mut usize, before: usize, now: usize| *sum = (*sum + now).saturating_sub(before);
        exchange(&mut self.in_flight, before.in_flight, now.in_flight);
        exchange(&mut self.queued, before.queued, now.queued);
        exchange(&mut self.bytes, before.bytes, now.bytes);
    }
}

/// What is held, by shop and together.
#[derive(Debug)]
pub(crate) struct Holdings {
    total: Held,
    /// Shops that hold something.
    shops: ByNumber<ShopNo, Held>,
    /// When the next attempt of a shop that is paced may begin.
    paced: ByNumber<ShopNo, Timestamp>,
    fresh_until: Timestamp,
}

impl Holdings {
    /// Nothing, by an engine that is new until then.
    pub(crate) fn new(fresh_until: Timestamp) -> Self {
        Self {
            total: Held::default(),
            shops: ByNumber::default(),
            paced: ByNumber::default(),
            fresh_until,
        }
    }

    /// What all hold together.
    pub(crate) fn total(&self) -> Held {
        self.total
    }

    /// A webhook of this shop held `before` and holds `now`.
    pub(crate) fn exchange(&mut self, shop: ShopNo, before: Held, now: Held) {
        if before == now {
            return;
        }
        self.total.exchange(before, now);
        let own = self.shops.entry(shop).or_default();
        own.exchange(before, now);
        if *own == Held::default() {
            self.shops.remove(&shop);
            self.paced.remove(&shop);
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
        let total = holdings.total;
        let shares = holdings.shops.len().max(1);
        let own = || shop.and_then(|shop| holdings.shops.get(&shop));
        let full = |total: usize, limit: usize, of: fn(&Held) -> usize| {
            total >= limit && own().map_or(0, of) >= limit / shares
        };
        Self {
            memory_full: full(total.bytes, limits.queued_bytes, |held| held.bytes),
            slots_full: full(total.in_flight, limits.in_flight, |held| held.in_flight),
            fresh_until: holdings.fresh_until,
        }
    }
}

#[cfg(test)]
mod tests {
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
}
