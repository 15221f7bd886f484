//! Times as people write and read them: `1h` ago, `3m ago`.

use std::time::{Duration, SystemTime};

use claimwire_model::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The system's time.
pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// A point in time: RFC 3339, a date (its beginning in UTC), `now`, or how long ago: `90s`, `15m`, `1h`, `7d`, `2w`.
///
/// # Errors
/// When it is none of these.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    parse_at(text, now())
}

fn parse_at(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if text == "now" {
        return Ok(now);
    }
    if let Ok(ago) = duration(text) {
        return Ok(now.minus(ago));
    }
    let date = text.len() == "2026-01-29".len();
    let whole = if date {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    whole.parse().map_err(|_| {
        format!(
            "`{text}` is no time: write how long ago (90s, 15m, 1h, 7d, 2w), a date (2026-01-29) or RFC 3339 \
             (2026-01-29T14:48:47Z)"
        )
    })
}

/// A length of time: a whole number with `s`, `m`, `h`, `d` or `w`.
///
/// # Errors
/// When it is something else.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no length of time: write 90s, 15m, 1h, 7d or 2w");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).unwrap_or_default();
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = match number.parse() {
        Ok(number) if digits => number,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

/// How long before or after `now` it is: `12s ago`, `in 3h`.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let (ago, ahead) = (now.since(time).as_secs(), time.since(now).as_secs());
    match (ago, ahead) {
        (0, 0) => "now".to_owned(),
        (0, ahead) => format!("in {}", length(ahead)),
        (ago, _) => format!("{} ago", length(ago)),
    }
}

fn length(seconds: u64) -> String {
    match seconds {
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        _ => format!("{}d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_however_people_write_it() {
        let now: Timestamp = "2026-01-29T14:00:00Z".parse().unwrap();
        for (text, read) in [
            ("now", "2026-01-29T14:00:00Z"),
            ("90s", "2026-01-29T13:58:30Z"),
            ("15m", "2026-01-29T13:45:00Z"),
            ("1h", "2026-01-29T13:00:00Z"),
            ("7d", "2026-01-22T14:00:00Z"),
            ("2w", "2026-01-15T14:00:00Z"),
            ("2026-01-01", "2026-01-01T00:00:00Z"),
            ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(parse_at(text, now), Ok(read.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "h",
            "1",
            "-1h",
            "+1h",
            "1 h",
            "1.5h",
            "ümlautlang",
            "yesterday",
            "1h30m",
        ] {
            assert!(parse_at(text, now).is_err(), "{text}");
        }
        assert!(parse_at("99999999999999999999d", now).is_err());
    }

    #[test]
    fn a_time_far_back_is_the_first_there_is() {
        let now: Timestamp = "2026-01-29T14:00:00Z".parse().unwrap();
        assert!(parse_at("999999999999999999w", now).unwrap() < now);
    }

    #[test]
    fn times_are_told_from_now() {
        let now: Timestamp = "2026-01-29T14:00:00Z".parse().unwrap();
        let told = |seconds: u64| relative(now.minus(Duration::from_secs(seconds)), now);
        assert_eq!(told(0), "now");
        assert_eq!(told(59), "59s ago");
        assert_eq!(told(3599), "59m ago");
        assert_eq!(told(3600), "1h ago");
        assert_eq!(told(48 * HOUR), "2d ago");
        assert_eq!(relative(now.plus(Duration::from_secs(90)), now), "in 1m");
    }
}
