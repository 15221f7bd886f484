//! The `Retry-After` header (RFC 9110, section 10.2.3).

use std::time::Duration;

use crate::time::Timestamp;

/// The time that a `Retry-After` names, as seconds from `now` or as an HTTP date; `None` when it is
/// neither.
pub(super) fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a u64 holds are still a number of seconds: too many of them.
        return Some(now.plus(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
    }
    http_date(text)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the form that senders must use.
fn http_date(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Timestamp::from_millis(time.as_millisecond()))
}
