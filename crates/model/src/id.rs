//! Numbers that the store orders things by, and the ids that people see made from them.
//!
//! A number is 64 bits: milliseconds since 2020 in the upper bits, a counter in the lower 22. Numbers
//! grow with time, so what is newest is last in every index, and none needs an index of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// 2020-01-01T00:00:00Z in milliseconds since 1970: numbers count from here.
pub const EPOCH_MS: i64 = 1_577_836_800_000;
/// How many low bits of a number count within one millisecond.
pub const COUNTER_BITS: u32 = 22;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub i64);
    };
}

number!(/// A shop's number within one store.
    ShopNo);
number!(/// The number of something that deliveries go to: a webhook, later also a connector.
    TargetNo);
number!(/// An event's number: unique in the store, and its place in the order of all events.
    EventNo);

/// Makes numbers that never go back and never repeat, even when the clock does.
#[derive(Debug)]
pub struct Numbers {
    last: i64,
}

impl Numbers {
    /// Continues after `last`, the highest number already given out (0 for none).
    #[must_use]
    pub fn after(last: i64) -> Self {
        Self { last }
    }

    /// The next number at `now`.
    pub fn next(&mut self, now: Timestamp) -> i64 {
        self.last = first_number_at(now).max(self.last.saturating_add(1));
        self.last
    }
}

/// The smallest number that could have been given out at or after `at`: turns a time into a place in
/// an index. Before 2020 that is 0, and from 2089 on, where the numbers end, the highest.
#[must_use]
pub fn first_number_at(at: Timestamp) -> i64 {
    let ms = at.as_millis().saturating_sub(EPOCH_MS).max(0);
    ms.checked_mul(1 << COUNTER_BITS).unwrap_or(i64::MAX)
}

/// When a number was given out: the other way round.
#[must_use]
pub fn time_of_number(no: i64) -> Timestamp {
    Timestamp::from_millis((no >> COUNTER_BITS).saturating_add(EPOCH_MS))
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 13;

/// Writes a number's digits into so many places.
fn write_base32(n: i64, places: &mut [u8]) {
    let mut rest = n.cast_unsigned();
    for place in places.iter_mut().rev() {
        *place = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
}

/// Written at once, so that a string made of it grows once.
fn write_ascii(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    f.write_str(std::str::from_utf8(text).map_err(|_| fmt::Error)?)
}

fn parse_base32(text: &str) -> Option<i64> {
    if text.len() != DIGITS {
        return None;
    }
    let mut n: u64 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|d| *d == byte)?;
        if n >> 59 != 0 {
            return None;
        }
        n = (n << 5) | digit as u64;
    }
    Some(n.cast_signed())
}

/// What is not an id of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

impl fmt::Display for EventNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"evt_0000000000000";
        let [_, _, _, _, digits @ ..] = &mut text;
        write_base32(self.0, digits);
        write_ascii(f, &text)
    }
}

impl FromStr for EventNo {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.strip_prefix("evt_")
            .and_then(parse_base32)
            .map(Self)
            .ok_or(NotAnId)
    }
}

/// One event for one target. The id that people see is made from the two numbers; nothing else is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// Which event.
    pub event: EventNo,
    /// To which webhook or connector.
    pub target: TargetNo,
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"dlv_00000000000000000000000000";
        let [_, _, _, _, digits @ ..] = &mut text;
        let (event, target) = digits.split_at_mut(DIGITS);
        write_base32(self.event.0, event);
        write_base32(self.target.0, target);
        write_ascii(f, &text)
    }
}

impl FromStr for DeliveryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.strip_prefix("dlv_").ok_or(NotAnId)?;
        let (event, target) = digits.split_at_checked(DIGITS).ok_or(NotAnId)?;
        Ok(Self {
            event: EventNo(parse_base32(event).ok_or(NotAnId)?),
            target: TargetNo(parse_base32(target).ok_or(NotAnId)?),
        })
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_text() {
        for n in [0, 1, 31, 32, i64::MAX, 1 << 40] {
            let id = DeliveryId {
                event: EventNo(n),
                target: TargetNo(7),
            };
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(EventNo(n).to_string().parse(), Ok(EventNo(n)));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "evt_",
            "evt_1",
            "evt_zzzzzzzzzzzzz",
            "evt_00000000000u0",
            "dlv_0000000000001",
            "evt_éééééé0",
        ] {
            assert_eq!(text.parse::<EventNo>(), Err(NotAnId), "{text}");
            assert_eq!(text.parse::<DeliveryId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn a_number_tells_its_time() {
        let at = Timestamp::from_millis(2_000_000_000_123);
        assert_eq!(time_of_number(Numbers::after(0).next(at)), at);
        assert_eq!(time_of_number(first_number_at(at)), at);
    }

    #[test]
    fn times_without_numbers_lie_before_or_behind_all_of_them() {
        let first = |text: &str| first_number_at(text.parse().unwrap());
        assert_eq!(first("1815-12-10T00:00:00Z"), 0);
        assert_eq!(first("2019-12-31T23:59:59.999Z"), 0);
        assert!(first("2089-01-01T00:00:00Z") < first("2089-06-01T00:00:00Z"));
        for text in [
            "2090-01-01T00:00:00Z",
            "2160-01-01T00:00:00Z",
            "9999-12-30T00:00:00Z",
        ] {
            assert_eq!(first(text), i64::MAX, "{text}");
        }
    }

    #[test]
    fn numbers_never_go_back() {
        let mut numbers = Numbers::after(0);
        let first = numbers.next(Timestamp::from_millis(2_000_000_000_000));
        let second = numbers.next(Timestamp::from_millis(1_000_000_000_000));
        assert!(second > first);
    }
}
