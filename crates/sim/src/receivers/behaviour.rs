//! What kind of receiver it is.

use claimwire_wire::send::SendErrorKind;

use super::answer::Reply;
use crate::chance::Chance;

/// What kind of receiver it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Acknowledges quickly.
    Kind,
    /// Mostly acknowledges; else anything.
    Moody,
    /// Mostly fails.
    Sick,
    /// Asks for quiet again and again.
    Busy,
    /// Takes its time, and often too much.
    Slow,
    /// Does not answer.
    Dead,
}

impl Behaviour {
    /// One of them.
    #[must_use]
    pub fn of(chance: &Chance) -> Self {
        match chance.below(100) {
            0..25 => Self::Kind,
            25..55 => Self::Moody,
            55..70 => Self::Sick,
            70..82 => Self::Busy,
            82..94 => Self::Slow,
            _ => Self::Dead,
        }
    }

    /// What it answers to a request, and after how many milliseconds.
    pub fn reply(self, chance: &Chance, timeout_ms: u64, longest_quiet_s: u64) -> (Reply, u64) {
        let good = match self {
            Self::Kind => 100,
            Self::Moody => 70,
            Self::Sick => 15,
            Self::Busy => 50,
            Self::Slow => 80,
            Self::Dead => 0,
        };
        let quick = chance.between(1, 300);
        let reply = match self {
            _ if chance.percent(good) => good_status(chance),
            Self::Busy => quiet(chance, longest_quiet_s),
            Self::Dead => Reply::Fails(SendErrorKind::Timeout),
            _ => bad(chance, longest_quiet_s),
        };
        let after = match reply {
            Reply::Fails(SendErrorKind::Timeout) => timeout_ms,
            _ if self == Self::Slow => chance.between(1, timeout_ms),
            _ => quick.min(timeout_ms),
        };
        (reply, after)
    }
}

fn good_status(chance: &Chance) -> Reply {
    Reply::Status(chance.pick(200, &[200, 200, 200, 201, 202, 204]))
}

fn quiet(chance: &Chance, longest_s: u64) -> Reply {
    let status = chance.pick(429, &[503]);
    let seconds = match chance.below(10) {
        0 => 0,
        1 => longest_s,
        2 if longest_s > 24 * 60 * 60 => u64::from(u32::MAX),
        _ => chance.between(1, 30.min(longest_s)),
    };
    match chance.below(5) {
        0 => Reply::Murmur(status),
        1 => Reply::QuietUntil(status, seconds),
        _ => Reply::QuietFor(status, seconds),
    }
}

fn bad(chance: &Chance, longest_s: u64) -> Reply {
    use SendErrorKind::{AddressRefused, Closed, Connect, Dns, Protocol, Timeout, Tls};
    match chance.below(12) {
        0 => Reply::Redirect(chance.pick(301, &[302, 303, 307, 308])),
        1 => Reply::Status(chance.pick(400, &[401, 403, 404, 405, 409, 418, 422, 451])),
        2 | 3 => Reply::Status(chance.pick(500, &[501, 502, 503, 504, 507, 599])),
        4 => Reply::Status(chance.pick(304, &[429, 300])),
        5 => quiet(chance, longest_s),
        6 => Reply::QuietFor(chance.pick(500, &[404]), 5),
        7 if chance.percent(25) => Reply::Status(410),
        7 | 8 => Reply::Fails(Timeout),
        _ => Reply::Fails(chance.pick(Dns, &[Connect, Tls, Closed, Protocol, AddressRefused])),
    }
}
