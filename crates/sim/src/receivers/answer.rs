//! What a receiver answers.

use bytes::Bytes;
use claimwire_wire::send::{Answer, SendError, SendErrorKind};

use crate::time::instant;

/// What a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// This status.
    Status(u16),
    /// This status, and a `Location`.
    Redirect(u16),
    /// This status, and a wish for quiet in seconds.
    QuietFor(u16, u64),
    /// This status, and a wish for quiet as a date so many seconds ahead.
    QuietUntil(u16, u64),
    /// This status, and a `Retry-After` that is neither.
    Murmur(u16),
    /// Nothing that could be used.
    Fails(SendErrorKind),
}

/// What a receiver may at most ask for (contract section 6, promise 3).
const QUIET_AT_MOST_S: u64 = 24 * 60 * 60;

impl Reply {
    /// As the sender hands it on at this true time.
    pub fn answer(self, now: u64) -> Result<Answer, SendError> {
        let (status, header) = match self {
            Self::Status(status) => (status, None),
            Self::Redirect(status) => {
                let elsewhere = "https://elsewhere.example/".to_owned();
                (status, Some(("Location", elsewhere)))
            }
            Self::QuietFor(status, seconds) => (status, Some(("Retry-After", seconds.to_string()))),
            Self::QuietUntil(status, seconds) => {
                (status, Some(("retry-after", date(now, seconds))))
            }
            Self::Murmur(status) => (status, Some(("Retry-After", "in a while".to_owned()))),
            Self::Fails(kind) => {
                let detail = "as the script says".to_owned();
                return Err(SendError { kind, detail });
            }
        };
        Ok(Answer {
            status,
            headers: header.into_iter().collect(),
            body: Bytes::from_static(b"{\"text\": \"cut off"),
        })
    }

    /// Until when it asks for quiet, in true milliseconds.
    #[must_use]
    pub fn quiet_until(self, now: u64) -> Option<u64> {
        match self {
            Self::QuietFor(429 | 503, seconds) => Some(now + 1000 * seconds.min(QUIET_AT_MOST_S)),
            Self::QuietUntil(429 | 503, seconds) => {
                let whole_second = (now + 1000 * seconds) / 1000 * 1000;
                Some(whole_second.min(now + 1000 * QUIET_AT_MOST_S))
            }
            _ => None,
        }
    }
}

/// As an HTTP date.
fn date(now: u64, seconds: u64) -> String {
    let at = instant(now + 1000 * seconds).as_millis();
    jiff::Timestamp::from_millisecond(at)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}
