//! The `Retry-After` header (RFC 9110, section 10.2.3).

use std::time::Duration;

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

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

/// The two forms that senders used before 1994 and receivers must still read.
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// `Sun, 06 Nov 1994 08:49:37 GMT`, or an obsolete form of it.
fn http_date(text: &str) -> Option<Timestamp> {
    // A wrong day of the week does not make the rest unclear.
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let time = match parser.parse_timestamp(text) {
        Ok(time) => time,
        Err(_) => OBSOLETE.iter().find_map(|form| {
            let civil = BrokenDownTime::parse(form, text).ok()?.to_datetime().ok()?;
            Offset::UTC.to_timestamp(civil).ok()
        })?,
    };
    Some(Timestamp::from_millis(time.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_all_else_is_not() {
        let now = Timestamp::from_secs(1_000);
        let date = Timestamp::from_secs(784_111_777);
        for (text, expected) in [
            ("120", Some(Timestamp::from_secs(1_120))),
            (" 0 ", Some(now)),
            (
                "99999999999999999999999",
                Some(Timestamp::from_millis(i64::MAX)),
            ),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(date)),
            ("Tue, 06 Nov 1994 08:49:37 GMT", Some(date)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(date)),
            (
                "Saturday, 01-Feb-31 00:00:00 GMT",
                Some(Timestamp::from_secs(1_927_670_400)),
            ),
            ("Sun Nov  6 08:49:37 1994", Some(date)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 06 Nov 1994", None),
        ] {
            assert_eq!(parse(text, now), expected, "{text}");
        }
    }
}
