//! What all dialects' checks of a signature have in common: how one fails, when one may have been made, and where
//! it stands.

use claimwire_model::Timestamp;

/// Why a request is not genuine; each a sentence that says what to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// A header that the dialect always sends.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// A header that cannot be read.
    #[error("the header {header} is malformed: {detail}")]
    MalformedHeader {
        /// Which one.
        header: &'static str,
        /// What it lacks.
        detail: &'static str,
    },
    /// The secret cannot be one of this dialect's.
    #[error("the secret cannot be used: {0}")]
    MalformedSecret(&'static str),
    /// Signed too long ago.
    #[error(
        "the signature's timestamp is too old: {age} s before now, and {tolerance} s are tolerated"
    )]
    TooOld {
        /// Seconds between the signature and now.
        age: u64,
        /// Seconds that would have been good.
        tolerance: u64,
    },
    /// Signed in the future.
    #[error(
        "the signature's timestamp is too new: {ahead} s after now, and {tolerance} s are tolerated"
    )]
    TooNew {
        /// Seconds between now and the signature.
        ahead: u64,
        /// Seconds that would have been good.
        tolerance: u64,
    },
    /// Another secret, or not the bytes that were signed.
    #[error(
        "no signature in {0} matches: check the secret, and that the body is byte for byte as it was received"
    )]
    NoMatch(&'static str),
}

impl Unverified {
    /// A stable name for programs: `missing_header`, `malformed_header`, `malformed_secret`,
    /// `timestamp_too_old`, `timestamp_too_new` or `no_match`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_header",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::MalformedSecret(_) => "malformed_secret",
            Self::TooOld { .. } => "timestamp_too_old",
            Self::TooNew { .. } => "timestamp_too_new",
            Self::NoMatch(_) => "no_match",
        }
    }
}

/// The times at which a signature may have been made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Seconds, both ways.
    pub(crate) tolerance: u64,
    /// When it is checked.
    pub(crate) now: Timestamp,
}

impl Window {
    /// Checks a timestamp in whole seconds since 1970, given as text of a header.
    pub(crate) fn check(self, header: &'static str, text: &str) -> Result<(), Unverified> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let signed_at: i64 =
            text.parse()
                .ok()
                .filter(|_| digits)
                .ok_or(Unverified::MalformedHeader {
                    header,
                    detail: "its timestamp is not a whole number of seconds since 1970",
                })?;
        let Self { tolerance, now } = self;
        let age = now.as_secs().saturating_sub(signed_at);
        match (age >= 0, age.unsigned_abs()) {
            (true, age) if age > tolerance => Err(Unverified::TooOld { age, tolerance }),
            (false, ahead) if ahead > tolerance => Err(Unverified::TooNew { ahead, tolerance }),
            _ => Ok(()),
        }
    }
}

/// For tests of what is checked within a window.
#[cfg(test)]
pub(crate) fn verify_within<T>(
    tolerance: u64,
    now: Timestamp,
    check: impl FnOnce(Window) -> T,
) -> T {
    check(Window { tolerance, now })
}

/// The first header of this name, in any case.
pub(crate) fn header<'a>(
    headers: &'a [(String, String)],
    name: &'static str,
) -> Result<&'a str, Unverified> {
    let found = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    found
        .map(|(_, value)| value.trim())
        .ok_or(Unverified::MissingHeader(name))
}
