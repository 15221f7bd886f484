//! An instant, in whole milliseconds since 1970; before it they are negative, since orders may be old.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC with millisecond precision. Written as RFC 3339 (`2026-01-29T14:48:47.120Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(i64);

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z in milliseconds since 1970: what RFC 3339 can write.
const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl Timestamp {
    /// From milliseconds since 1970, held within the years 0 to 9999.
    #[must_use]
    pub fn from_millis(ms: i64) -> Self {
        Self(ms.clamp(*RANGE.start(), *RANGE.end()))
    }

    /// From whole seconds since 1970.
    #[must_use]
    pub fn from_secs(s: i64) -> Self {
        Self::from_millis(s.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self::from_millis(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self::from_millis(
            self.0
                .saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// With whole seconds and a numeric offset: `2026-01-29T14:48:47+00:00` (karla's form).
    #[must_use]
    pub fn to_offset_seconds(self) -> String {
        format!("{}+00:00", self.text().seconds())
    }

    /// With whole seconds and `Z`: `2026-01-15T10:30:00Z` (claimport's form).
    #[must_use]
    pub fn to_zulu_seconds(self) -> String {
        format!("{}Z", self.text().seconds())
    }

    fn text(self) -> Text {
        let days = self.0.div_euclid(86_400_000);
        let ms = self.0.rem_euclid(86_400_000);
        let (year, month, day) = date(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (place, mut number) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, ms / 3_600_000),
            (14..16, ms / 60_000 % 60),
            (17..19, ms / 1000 % 60),
            (20..23, ms % 1000),
        ] {
            for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
                // Ten digits fit.
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        Text(text)
    }
}

/// `2026-01-29T14:48:47.120Z`. Every event has several times in it, and jiff's formatter takes about half
/// as long again to put one into JSON.
struct Text([u8; 24]);

impl Text {
    fn whole(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn seconds(&self) -> &str {
        self.whole().get(..19).unwrap_or_default()
    }
}

/// Year, month and day of a day counted from 1970-01-01. Years are taken from March on, so that the
/// day that comes and goes is a year's last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097)); // of 400 years
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153; // 0: March
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + 400 * era;
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

impl From<SystemTime> for Timestamp {
    /// What a clock shows; before 1970 counts as 1970.
    fn from(clock: SystemTime) -> Self {
        let since_1970 = clock
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().whole())
    }
}

impl std::str::FromStr for Timestamp {
    type Err = String;

    /// An RFC 3339 time; what is finer than a millisecond is cut off. A leap second is refused, since it
    /// cannot be kept.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.parse::<jiff::Timestamp>();
        let parsed = parsed.ok().filter(|_| is_rfc3339(text.as_bytes()));
        let ms = parsed.map(|time| time.as_nanosecond().div_euclid(1_000_000));
        ms.and_then(|ms| i64::try_from(ms).ok())
            .filter(|ms| RANGE.contains(ms))
            .map(Self)
            .ok_or_else(|| {
                let text: String = text.chars().take(40).collect();
                format!("`{text}` is not an RFC 3339 time such as 2026-01-29T14:48:47Z")
            })
    }
}

/// Whether the text has the form of RFC 3339, section 5.6, with hours, minutes and seconds that there are. The
/// parser takes more of ISO 8601: the basic form, a leap second, offsets of more than a day.
fn is_rfc3339(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let fraction = match rest.split_first() {
        Some((b'.', digits)) => 1 + digits.iter().take_while(|d| d.is_ascii_digit()).count(),
        _ => 0,
    };
    let offset = rest.get(fraction..).unwrap_or_default();
    let is_offset = matches!(offset, [b'Z' | b'z'])
        || has_form(offset, b"+00:00", b"+29:59") && offset.get(1..3) <= Some(b"23")
        || has_form(offset, b"-00:00", b"-29:59") && offset.get(1..3) <= Some(b"23");
    has_form(head, b"0000-00-00T00:00:00", b"9999-19-39t29:59:59") && is_offset
}

/// Whether each byte lies between those at its place in `least` and `most`.
fn has_form(text: &[u8], least: &[u8], most: &[u8]) -> bool {
    text.len() == least.len()
        && (text.iter().zip(least.iter().zip(most)))
            .all(|(byte, (least, most))| (least..=most).contains(&byte))
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().whole())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_written_forms() {
        let t = Timestamp::from_millis(1_769_698_127_120);
        assert_eq!(t.to_string(), "2026-01-29T14:48:47.120Z");
        assert_eq!(t.to_offset_seconds(), "2026-01-29T14:48:47+00:00");
        assert_eq!(t.to_zulu_seconds(), "2026-01-29T14:48:47Z");
        assert_eq!("2026-01-29T15:48:47.120+01:00".parse(), Ok(t));
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn what_is_a_time_is_kept_exactly() {
        for (text, kept) in [
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("1899-02-28t12:00:00-23:59", "1899-03-01T11:59:00.000Z"),
            ("2024-02-29T00:00:00.5+05:30", "2024-02-28T18:30:00.500Z"),
            ("9999-12-30T00:00:00z", "9999-12-30T00:00:00.000Z"),
        ] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(time.to_string(), kept, "{text}");
            assert_eq!(kept.parse(), Ok(time), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for text in [
            "2026-01-29T14:48:60Z",
            "2026-01-29T24:00:00Z",
            "2026-01-29T14:60:00Z",
            "2026-02-29T14:48:47Z",
            "2026-13-01T14:48:47Z",
            "2026-01-29T14:48:47+25:00",
            "2026-01-29T14:48:47+24:00",
            "2026-01-29T14:48:47+05:60",
            "2026-01-29T14:48:47+0530",
            "2026-01-29T14:48:47+05",
            "2026-01-29T14:48:47",
            "2026-01-29T14:48:47.Z",
            "2026-01-29T14:48Z",
            "2026-01-29 14:48:47Z",
            "20260129T144847Z",
            "2026-W05-4T14:48:47Z",
            "2026-01-29",
            "-000001-01-29T14:48:47Z",
            "0000-01-01T00:00:00+01:00",
            "2026-01-29T14:48:47Z[UTC]",
            "",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_day_has_its_date() {
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999Z");
        // The calendar begins anew after 400 years, of 146,097 days.
        for day in -146_097..146_097_i64 {
            let t = Timestamp::from_millis(day * 86_400_000 + day.abs() % 86_400_000);
            let civil = jiff::Timestamp::from_millisecond(t.0).unwrap();
            assert_eq!(t.to_string(), format!("{civil:.3}"));
        }
    }
}
