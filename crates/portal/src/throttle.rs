//! How often something may be done within a time, by whom and about what: sign-ins that fail, and what customers do on
//! claim pages. In bounded memory. A key cannot be guessed in so many tries.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use claimwire_model::Timestamp;

/// Counts that are kept at once. What does not fit is bounded by the count of its shop, or of all.
const COUNTS: usize = 16_384;
const MINUTE: Duration = Duration::from_secs(60);
const TEN_MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3_600);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// Sign-ins from one address that failed.
    SignInsOfAddress,
    /// Sign-ins that failed, from wherever.
    SignIns,
    /// Orders that one address did not know.
    Address,
    /// Wrong ZIPs for one order number of a shop, whether there is such an order or not.
    Order,
    /// Orders that were not known, of all of a shop.
    Shop,
    /// Photos for one order.
    Photos,
    /// Claims about one order.
    Claims,
    /// Messages on one claim.
    Messages,
}

impl Counted {
    /// How often, and in which time.
    const fn most(self) -> (u32, Duration) {
        match self {
            Self::SignInsOfAddress => (20, MINUTE),
            Self::SignIns => (500, MINUTE),
            Self::Address => (20, TEN_MINUTES),
            Self::Order => (10, TEN_MINUTES),
            Self::Shop => (300, MINUTE),
            Self::Photos => (60, HOUR),
            Self::Claims => (10, HOUR),
            Self::Messages => (20, HOUR),
        }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    seed: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    of: HashMap<(Counted, u64), (Timestamp, u32)>,
    /// When those that are over were last taken out: they are not looked for at every count.
    cleared: Option<Timestamp>,
}

impl Throttle {
    /// Whether it may be done once more.
    pub fn allows(&self, what: Counted, whose: impl Hash, now: Timestamp) -> bool {
        let (most, span) = what.most();
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.of.get(&(what, self.seed.hash_one(whose)));
        count.is_none_or(|(since, count)| over(*since, span, now) || *count < most)
    }

    /// That it was done.
    pub fn count(&self, what: Counted, whose: impl Hash, now: Timestamp) {
        let (_, span) = what.most();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (what, self.seed.hash_one(whose));
        if !counts.of.contains_key(&key) && counts.of.len() >= COUNTS {
            if counts.cleared.is_none_or(|then| over(then, MINUTE, now)) {
                counts.cleared = Some(now);
                let alive = |what: Counted, since| !over(since, what.most().1, now);
                counts
                    .of
                    .retain(|(what, _), (since, _)| alive(*what, *since));
            }
            if counts.of.len() >= COUNTS {
                return;
            }
        }
        let count = counts.of.entry(key).or_insert((now, 0));
        if over(count.0, span, now) {
            *count = (now, 0);
        }
        count.1 = count.1.saturating_add(1);
    }

    /// Whether someone at this address may try to sign in.
    pub fn allows_sign_in(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let of_address = |address| self.allows(Counted::SignInsOfAddress, network(address), now);
        self.allows(Counted::SignIns, (), now) && address.is_none_or(of_address)
    }

    /// That it failed.
    pub fn sign_in_failed(&self, address: Option<IpAddr>, now: Timestamp) {
        self.count(Counted::SignIns, (), now);
        if let Some(address) = address {
            self.count(Counted::SignInsOfAddress, network(address), now);
        }
    }
}

/// What one caller has many of counts as one: the /64 of an IPv6 address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
        v4 => v4,
    }
}

fn over(since: Timestamp, span: Duration, now: Timestamp) -> bool {
    now < since || now >= since.plus(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + seconds)
    }

    #[test]
    fn each_is_counted_for_itself_and_begins_anew() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            assert!(throttle.allows(Counted::Order, "1001", at(0)));
            throttle.count(Counted::Order, "1001", at(0));
        }
        assert!(!throttle.allows(Counted::Order, "1001", at(599)));
        assert!(throttle.allows(Counted::Order, "1002", at(599)));
        assert!(throttle.allows(Counted::Claims, "1001", at(599)));
        assert!(throttle.allows(Counted::Order, "1001", at(600)));
    }

    #[test]
    fn the_counts_are_bounded() {
        let throttle = Throttle::default();
        for n in 0..100_000 {
            throttle.count(Counted::Order, n, at(0));
        }
        assert_eq!(throttle.counts.lock().unwrap().of.len(), COUNTS);
        throttle.count(Counted::Order, "later", at(600));
        assert_eq!(
            throttle.counts.lock().unwrap().of.len(),
            1,
            "what is over makes room"
        );
    }

    fn address(n: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(n.into()))
    }

    #[test]
    fn one_address_does_not_stand_in_anothers_way() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            assert!(throttle.allows_sign_in(address(1), at(0)));
            throttle.sign_in_failed(address(1), at(0));
        }
        assert!(!throttle.allows_sign_in(address(1), at(59)));
        assert!(throttle.allows_sign_in(address(2), at(59)));
        assert!(
            throttle.allows_sign_in(address(1), at(60)),
            "it begins anew"
        );
    }

    #[test]
    fn all_together_are_bounded_in_tries_and_in_memory() {
        let throttle = Throttle::default();
        for n in 0..500 {
            assert!(throttle.allows_sign_in(address(n), at(0)));
            throttle.sign_in_failed(address(n), at(0));
        }
        assert!(!throttle.allows_sign_in(address(9_999), at(0)));
        for n in 0..100_000 {
            throttle.sign_in_failed(address(n), at(0));
        }
        assert!(throttle.counts.lock().unwrap().of.len() <= COUNTS);
    }

    #[test]
    fn a_customers_network_is_one_address() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }
}
