//! What a vendor's answer that is not a success means: one table for all (contract section 6, promise 3), with what
//! is otherwise at one vendor said there.

use std::borrow::Cow;

use claimwire_model::Timestamp;
use claimwire_model::delivery::ERROR_DETAIL_CHARS;
use claimwire_model::verdict::{Ending, RETRY_AFTER_AT_MOST, throttled_until};
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;

use crate::words::first;

/// Statuses that mean something else at one vendor than [`Means::of`] says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exceptions {
    /// Tried again.
    pub(crate) again: &'static [u16],
    /// Tried again, not before the time that the answer names.
    pub(crate) busy: &'static [u16],
    /// The credentials lack a right.
    pub(crate) forbidden: &'static [u16],
    /// Nothing else will go through either.
    pub(crate) stops: &'static [u16],
}

impl Exceptions {
    /// None of them means anything else.
    pub(crate) const NONE: Self = Self {
        again: &[],
        busy: &[],
        forbidden: &[],
        stops: &[],
    };
}

/// What a status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The credentials are not taken: the connector is disabled.
    NotLetIn,
    /// They lack a right: the connector is disabled.
    Forbidden,
    /// The connector is disabled for another reason.
    Stops,
    /// The vendor has too much to do: tried again, not before the time that it names.
    Busy,
    /// Tried again. Redirects are not followed, but an address can be mended.
    Again,
    /// This delivery is wrong for good.
    Never,
}

impl Means {
    /// The table.
    pub(crate) fn of(status: u16, exceptions: &Exceptions) -> Self {
        match status {
            _ if exceptions.stops.contains(&status) => Self::Stops,
            _ if exceptions.busy.contains(&status) => Self::Busy,
            _ if exceptions.again.contains(&status) => Self::Again,
            _ if exceptions.forbidden.contains(&status) => Self::Forbidden,
            401 => Self::NotLetIn,
            403 => Self::Forbidden,
            429 | 503 => Self::Busy,
            408 | 409 | 421 | 423 | 425 => Self::Again,
            400..=499 => Self::Never,
            _ => Self::Again,
        }
    }
}

/// A judgement in words.
pub(crate) struct Judged<'a> {
    /// `Zendesk answered 422 to `create`: Record validation errors`.
    pub(crate) said: String,
    pub(crate) exceptions: &'a Exceptions,
    /// What to do about credentials that are not taken.
    pub(crate) credentials: &'a str,
    /// What to do about a missing right.
    pub(crate) right: &'a str,
    /// What to do about a request that is wrong; empty: nothing can be done.
    pub(crate) wrong: &'a str,
    /// Until when the vendor asks for quiet in a way of its own.
    pub(crate) quiet: Option<Timestamp>,
}

impl Judged<'_> {
    /// How the run ends after this answer.
    pub(crate) fn end(self, answer: &Answer, now: Timestamp) -> End {
        let status = answer.status;
        let (error, advice): (Cow<'static, str>, &str) = match Means::of(status, self.exceptions) {
            Means::NotLetIn => ("credentials_refused".into(), self.credentials),
            Means::Forbidden => ("forbidden".into(), self.right),
            Means::Stops | Means::Never => (format!("status_{status}").into(), self.wrong),
            Means::Again if matches!(status, 300..=399) => (
                format!("status_{status}").into(),
                "redirects are not followed, check the connector's address",
            ),
            Means::Again | Means::Busy => (format!("status_{status}").into(), ""),
        };
        let detail = match advice {
            "" => self.said,
            advice => format!("{}; {advice}", self.said),
        };
        let detail = first(&detail, ERROR_DETAIL_CHARS);
        let ending = match Means::of(status, self.exceptions) {
            Means::NotLetIn | Means::Forbidden | Means::Stops => Ending::Refused {
                disable: Some(detail.clone()),
            },
            Means::Busy => Ending::Failed {
                throttled_until: until(answer, self.quiet, now),
            },
            Means::Again => Ending::FAILED,
            Means::Never => Ending::Refused { disable: None },
        };
        End::not(ending, error, detail)
    }
}

/// The vendor's own way to ask for quiet goes before `Retry-After`.
fn until(answer: &Answer, own: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let own = own.filter(|until| *until > now);
    own.map(|until| until.min(now.plus(RETRY_AFTER_AT_MOST)))
        .or_else(|| throttled_until(answer.header("retry-after")?, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendors_exceptions_go_before_the_table() {
        let http = Exceptions {
            again: &[404],
            busy: &[477],
            forbidden: &[400],
            stops: &[410],
        };
        let none = Exceptions::NONE;
        for (status, usual, there) in [
            (302, Means::Again, Means::Again),
            (400, Means::Never, Means::Forbidden),
            (401, Means::NotLetIn, Means::NotLetIn),
            (403, Means::Forbidden, Means::Forbidden),
            (404, Means::Never, Means::Again),
            (408, Means::Again, Means::Again),
            (409, Means::Again, Means::Again),
            (410, Means::Never, Means::Stops),
            (422, Means::Never, Means::Never),
            (429, Means::Busy, Means::Busy),
            (477, Means::Never, Means::Busy),
            (500, Means::Again, Means::Again),
            (503, Means::Busy, Means::Busy),
            (599, Means::Again, Means::Again),
        ] {
            assert_eq!(Means::of(status, &none), usual, "{status}");
            assert_eq!(Means::of(status, &http), there, "{status}");
        }
    }
}
