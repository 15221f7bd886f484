//! Values as people read them.

use std::fmt;
use std::str::FromStr;

use claimwire_model::Timestamp;
use data_encoding::BASE64URL_NOPAD;

/// A time: the day and the second, in UTC; the machine's form beside it. It holds nothing that needs escaping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When(pub Timestamp);

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.to_zulu_seconds();
        let people = machine.replace('T', " ");
        let people = people.trim_end_matches('Z');
        write!(
            f,
            "<time datetime=\"{machine}\" title=\"{people} UTC\">{people}</time>"
        )
    }
}

impl askama::filters::HtmlSafe for When {}

/// A time, for the templates.
pub(crate) fn when(time: &Timestamp) -> When {
    When(*time)
}

/// Help as its author wrote it: escaped, and what stands between backticks as code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.split('`').enumerate() {
            let part =
                askama::filters::escape(part, askama::filters::Html).map_err(|_| fmt::Error)?;
            match i % 2 {
                0 => write!(f, "{part}")?,
                _ => write!(f, "<code>{part}</code>")?,
            }
        }
        Ok(())
    }
}

impl askama::filters::HtmlSafe for Prose<'_> {}

/// Help, for the templates.
pub(crate) fn prose(text: &str) -> Prose<'_> {
    Prose(text)
}

/// How long ago, in the largest unit.
pub(crate) fn ago(then: &Timestamp, now: &Timestamp) -> String {
    let seconds = now.since(*then).as_secs();
    let (number, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let many = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{many} ago")
}

/// How long until then, in the two largest units; what is over has none left.
pub(crate) fn left(until: &Timestamp, now: &Timestamp) -> String {
    let minutes = until.since(*now).as_secs().div_ceil(60);
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// What a person gave as a day or a time, UTC.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches('Z').replace(' ', "T");
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        _ => format!("{text}Z"),
    };
    serde_json::from_value(serde_json::Value::String(whole)).ok()
}

/// A time as a form's field takes it (`datetime-local`).
pub(crate) fn field_time(time: Timestamp) -> String {
    let text = time.to_zulu_seconds();
    text.get(..16).unwrap_or_default().to_owned()
}

/// Where the next page begins, in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor(pub (i64, i64));

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = self.0;
        let bytes = [a.to_be_bytes(), b.to_be_bytes()].concat();
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| ())?;
        let (a, b) = bytes.split_at_checked(8).ok_or(())?;
        let read = |part: &[u8]| part.try_into().map(i64::from_be_bytes).map_err(|_| ());
        Ok(Self((read(a)?, read(b)?)))
    }
}

/// JSON with one value a line, its numbers and its order as they are; other text as it is.
pub(crate) fn pretty(text: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value));
    pretty.unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_shown() {
        let time = Timestamp::from_secs(1_769_698_127);
        assert_eq!(
            When(time).to_string(),
            "<time datetime=\"2026-01-29T14:48:47Z\" title=\"2026-01-29 14:48:47 UTC\">2026-01-29 14:48:47</time>"
        );
        for text in ["2026-01-29T14:48:47Z", "2026-01-29 14:48:47"] {
            assert_eq!(read_time(text), Some(time), "{text}");
        }
        let minute = Timestamp::from_secs(1_769_698_080);
        assert_eq!(read_time(&field_time(time)), Some(minute));
        assert!(read_time("2026-01-29").is_some());
        for text in ["", "yesterday", "2026-13-01", "<b>"] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    #[test]
    fn help_is_escaped_and_has_code() {
        let help = prose("Use `a<b` & <i>c</i>.").to_string();
        assert_eq!(
            help,
            "Use <code>a&#60;b</code> &#38; &#60;i&#62;c&#60;/i&#62;."
        );
    }

    #[test]
    fn ages_are_in_their_largest_unit() {
        let now = Timestamp::from_secs(1_000_000);
        let of = |seconds: i64| ago(&Timestamp::from_secs(1_000_000 - seconds), &now);
        assert_eq!(of(59), "just now");
        assert_eq!(of(60), "1 minute ago");
        assert_eq!(of(7_300), "2 hours ago");
        assert_eq!(of(86_400 * 3), "3 days ago");
    }

    #[test]
    fn what_is_left_is_in_its_two_largest_units() {
        let now = Timestamp::from_secs(1_000_000);
        let of = |seconds: i64| left(&Timestamp::from_secs(1_000_000 + seconds), &now);
        assert_eq!(of(-5), "0 min");
        assert_eq!(of(1), "1 min");
        assert_eq!(of(3_600), "1 h 0 min");
        assert_eq!(of(86_399), "1 d 0 h");
        assert_eq!(of(80_000), "22 h 14 min");
        assert_eq!(of(604_800), "7 d 0 h");
    }

    #[test]
    fn a_cursor_survives_the_url() {
        let cursor = Cursor((i64::MAX, -3));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("AAAA".parse::<Cursor>(), Err(()));
    }

    #[test]
    fn json_keeps_its_numbers() {
        assert_eq!(
            pretty(r#"{"b":1.10,"a":[]}"#),
            "{\n  \"b\": 1.10,\n  \"a\": []\n}"
        );
        assert_eq!(pretty("<html>"), "<html>");
    }
}
