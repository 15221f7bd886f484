//! Which addresses are public. Pure; the sender asks it about the very address that it passes to connect, so
//! that neither a name nor a redirect nor a second resolution leads inside (contract section 6, promise 7).
//!
//! The ranges are those of the IANA special-purpose registries for IPv4 and IPv6, refused whole even where the
//! registry calls a part reachable: no receiver lives there. Of IPv6 only 2000::/3 is global unicast. Addresses
//! that carry an IPv4 address which a translator would connect to are judged by that address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address is not public, and what it is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The address that was asked about.
    pub address: IpAddr,
    /// What it is: `loopback`, `private`, …
    pub what: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not a public address ({})",
            self.address, self.what
        )
    }
}

impl std::error::Error for Refused {}

/// Ok for global unicast addresses only.
pub fn verdict(address: IpAddr) -> Result<(), Refused> {
    let what = match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    };
    what.map_or(Ok(()), |what| Err(Refused { address, what }))
}

/// Network, length of its prefix in bits, what it is.
type RangeV4 = (Ipv4Addr, u32, &'static str);

const SPECIAL_V4: [RangeV4; 19] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "carrier-grade NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "AS112"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "multicast tunnelling"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(192, 175, 48, 0), 24, "AS112"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    SPECIAL_V4.iter().find_map(|(network, bits, what)| {
        let differing = address.to_bits() ^ network.to_bits();
        (differing.leading_zeros() >= *bits).then_some(*what)
    })
}

/// Network, length of its prefix in bits, what it is.
type RangeV6 = (Ipv6Addr, u32, &'static str);

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// Within 2000::/3, and names for the well-known ranges outside it.
const SPECIAL_V6: [RangeV6; 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible"),
    (v6(0x64, 0xff9b, 1), 48, "local-use NAT64"),
    (v6(0x100, 0, 0), 64, "discard-only"),
    (v6(0x2001, 0, 0), 32, "Teredo"),
    (v6(0x2001, 0, 0), 23, "protocol assignments"),
    (v6(0x2001, 0xdb8, 0), 32, "documentation"),
    (v6(0x2620, 0x4f, 0x8000), 48, "AS112"),
    (v6(0x3fff, 0, 0), 20, "documentation"),
    (v6(0x5f00, 0, 0), 16, "segment routing"),
    (v6(0xfc00, 0, 0), 7, "unique local"),
    (v6(0xfe80, 0, 0), 10, "link-local"),
    (v6(0xfec0, 0, 0), 10, "site-local"),
    (v6(0xff00, 0, 0), 8, "multicast"),
    (v6(0x3ffe, 0, 0), 16, "6bone"),
];

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(embedded) = embedded_v4(address) {
        return special_v4(embedded);
    }
    if let Some(what) = isatap_v4(address).and_then(special_v4) {
        return Some(what);
    }
    let named = SPECIAL_V6.iter().find_map(|(network, bits, what)| {
        let differing = address.to_bits() ^ network.to_bits();
        (differing.leading_zeros() >= *bits).then_some(*what)
    });
    let global_unicast = address.segments()[0] & 0xe000 == 0x2000;
    named.or((!global_unicast).then_some("not global unicast"))
}

/// The IPv4 address that a connection to `address` ends at: IPv4-mapped, NAT64 (64:ff9b::/96) and 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// The IPv4 address in an ISATAP interface identifier (RFC 5214, section 6.1), under whatever prefix: inside a
/// site, that is where packets end. What is under a prefix that is refused stays refused.
fn isatap_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [.., 0 | 0x200, 0x5efe, high, low] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
