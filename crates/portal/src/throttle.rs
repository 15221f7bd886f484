//! How often a sign-in may fail: per address and in all. A key cannot be guessed in so many tries.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use claimwire_model::Timestamp;

/// Failures of one address within [`SPAN`].
const OF_AN_ADDRESS: u32 = 20;
/// Failures of all addresses together within [`SPAN`].
const IN_ALL: u32 = 500;
/// After so long the counts begin anew.
const SPAN: Duration = Duration::from_secs(60);
/// Addresses that are counted each for itself; of more, only the sum.
const ADDRESSES: usize = 4_096;

/// Counts failures, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    since: Option<Timestamp>,
    all: u32,
    by: HashMap<IpAddr, u32>,
}

impl Counts {
    fn at(&mut self, now: Timestamp) -> &mut Self {
        let over = |since: Timestamp| now < since || now >= since.plus(SPAN);
        if self.since.is_none_or(over) {
            *self = Self {
                since: Some(now),
                ..Self::default()
            };
        }
        self
    }
}

impl Throttle {
    /// Whether another try is let through.
    pub fn allows(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.at(now);
        let own = address.and_then(|address| counts.by.get(&network(address)));
        counts.all < IN_ALL && own.is_none_or(|own| *own < OF_AN_ADDRESS)
    }

    /// Counts a failure.
    pub fn failed(&self, address: Option<IpAddr>, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.at(now);
        counts.all = counts.all.saturating_add(1);
        let Some(address) = address.map(network) else {
            return;
        };
        if counts.by.len() < ADDRESSES || counts.by.contains_key(&address) {
            let own = counts.by.entry(address).or_default();
            *own = own.saturating_add(1);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + seconds)
    }

    fn address(n: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(n.into()))
    }

    #[test]
    fn one_address_does_not_stand_in_anothers_way() {
        let throttle = Throttle::default();
        for _ in 0..OF_AN_ADDRESS {
            assert!(throttle.allows(address(1), at(0)));
            throttle.failed(address(1), at(0));
        }
        assert!(!throttle.allows(address(1), at(59)));
        assert!(throttle.allows(address(2), at(59)));
        assert!(throttle.allows(address(1), at(60)), "it begins anew");
    }

    #[test]
    fn all_together_are_bounded_in_tries_and_in_memory() {
        let throttle = Throttle::default();
        for n in 0..IN_ALL {
            assert!(throttle.allows(address(n), at(0)));
            throttle.failed(address(n), at(0));
        }
        assert!(!throttle.allows(address(9_999), at(0)));
        for n in 0..100_000 {
            throttle.failed(address(n), at(0));
        }
        assert!(throttle.counts.lock().unwrap().by.len() <= ADDRESSES);
    }

    #[test]
    fn a_customers_network_is_one_address() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }
}
