//! Which numbers a partition is for, and what it is called.

use claimwire_model::Timestamp;
use claimwire_model::id::{first_number_at, time_of_number};

use crate::error::{Result, damaged};

/// What is partitioned, by which column.
pub(super) const TABLES: [(&str, &str); 2] = [("events", "no"), ("attempts", "event")];

/// How long DDL waits for those who read or write, who wait behind it meanwhile.
pub(super) const PATIENCE: &str = "SET LOCAL lock_timeout = '500ms'";

/// Numbers of one day.
pub(super) fn day_length() -> i64 {
    let at = |days: i64| first_number_at(Timestamp::from_secs(1_600_000_000 + days * 86_400));
    at(1) - at(0)
}

/// The first number of the day that a number is of.
pub(super) fn day_of(number: i64) -> i64 {
    number - number.rem_euclid(day_length())
}

/// From the first number to below the other; none: without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

impl Bounds {
    /// As PostgreSQL tells them.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let bound = |behind: &str| {
            let (_, rest) = text.split_once(behind)?;
            let (bound, _) = rest.split_once(')')?;
            Some(bound.trim_matches('\''))
        };
        let number = |bound: &str| match bound {
            "MINVALUE" | "MAXVALUE" => Ok(None),
            number => number.parse().map(Some).map_err(damaged),
        };
        match (bound("FROM ("), bound("TO (")) {
            (Some(from), Some(to)) => Ok(Self {
                from: number(from)?,
                to: number(to)?,
            }),
            _ => Err(damaged(format!("a partition with the bounds {text}")).into()),
        }
    }

    /// As PostgreSQL reads them.
    pub(super) fn sql(self) -> String {
        let bound =
            |bound: Option<i64>, none: &str| bound.map_or(none.to_owned(), |no| no.to_string());
        format!(
            "FOR VALUES FROM ({}) TO ({})",
            bound(self.from, "MINVALUE"),
            bound(self.to, "MAXVALUE")
        )
    }

    /// The day, if it is just one.
    pub(super) fn day(self) -> Option<Day> {
        let (from, to) = (self.from?, self.to?);
        (to - from == day_length()).then_some(Day { from, to })
    }
}

/// The partition of a table up to a number.
pub(super) fn name(table: &str, to: Option<i64>) -> String {
    match to {
        None => format!("{table}_open"),
        Some(to) => {
            let day = time_of_number(to).to_string();
            let day: String = day.chars().take(10).filter(|c| *c != '-').collect();
            format!("{table}_to_{day}")
        }
    }
}

/// A day with a table of its own: from the first number to below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        first_number_at(text.parse().unwrap())
    }

    #[test]
    fn bounds_are_read_as_they_are_told() {
        let all = "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)";
        let day = "FOR VALUES FROM ('86400') TO ('172800')";
        assert_eq!(Bounds::parse(all).unwrap().sql(), all);
        let bounds = Bounds {
            from: Some(86_400),
            to: Some(172_800),
        };
        assert_eq!(Bounds::parse(day).unwrap(), bounds);
        assert_eq!(bounds.sql(), day.replace('\'', ""));
        assert!(Bounds::parse("DEFAULT").is_err());
    }

    #[test]
    fn a_day_is_named_after_its_end_and_days_begin_at_midnight() {
        let evening = at("2026-11-28T23:59:59.999Z");
        assert_eq!(day_of(evening), at("2026-11-28T00:00:00Z"));
        let next = day_of(evening) + day_length();
        assert_eq!(next, at("2026-11-29T00:00:00Z"));
        assert_eq!(name("events", Some(next)), "events_to_20261129");
        assert_eq!(name("attempts", None), "attempts_open");
    }
}
