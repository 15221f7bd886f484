//! Events and attempts are kept in a table for each UTC day, so that what is over goes with its table and costs no row.
//! An event's number carries its time, and an attempt's row its event's number: both find their day by it.
//!
//! The newest partition has no end, and bounds leave no gap, so that every event has a place, whatever the housekeeping
//! did or did not do. Days are made ahead out of that last one while it is empty.

mod ahead;
mod day;

use claimwire_model::Timestamp;
use claimwire_model::id::{first_number_at, time_of_number};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::{Result, damaged};

pub(crate) use ahead::make as make_ahead;
pub(crate) use day::{Day, drop_day, remove_deliveries};

/// What is partitioned, by which column.
const TABLES: [(&str, &str); 2] = [("events", "no"), ("attempts", "event")];

/// How long DDL waits for those who read or write, who wait behind it meanwhile.
const PATIENCE: &str = "SET LOCAL lock_timeout = '500ms'";

/// Numbers of one day.
fn day_length() -> i64 {
    let at = |days: i64| first_number_at(Timestamp::from_secs(1_600_000_000 + days * 86_400));
    at(1) - at(0)
}

/// The first number of the day that a number is of.
fn day_of(number: i64) -> i64 {
    number - number.rem_euclid(day_length())
}

/// From the first number to below the other; none: without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    from: Option<i64>,
    to: Option<i64>,
}

impl Bounds {
    /// As PostgreSQL tells them.
    fn parse(text: &str) -> Result<Self> {
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
    fn sql(self) -> String {
        let bound =
            |bound: Option<i64>, none: &str| bound.map_or(none.to_owned(), |no| no.to_string());
        format!(
            "FOR VALUES FROM ({}) TO ({})",
            bound(self.from, "MINVALUE"),
            bound(self.to, "MAXVALUE")
        )
    }

    /// The day, if it is just one.
    fn day(self) -> Option<Day> {
        let (from, to) = (self.from?, self.to?);
        (to - from == day_length()).then_some(Day { from, to })
    }
}

/// The partition of a table up to a number.
fn name(table: &str, to: Option<i64>) -> String {
    match to {
        None => format!("{table}_open"),
        Some(to) => {
            let day = time_of_number(to).to_string();
            let day: String = day.chars().take(10).filter(|c| *c != '-').collect();
            format!("{table}_to_{day}")
        }
    }
}

/// The partitions of events, oldest first; attempts have the same.
pub(crate) async fn read(conn: &Connection) -> Result<Vec<Bounds>> {
    let rows = conn
        .query(
            "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'events'::REGCLASS",
            &[],
        )
        .await?;
    let bounds = |row: &Row| Bounds::parse(row.try_get(0)?);
    let mut found: Vec<Bounds> = rows.iter().map(bounds).collect::<Result<_>>()?;
    found.sort_by_key(|bounds| bounds.from);
    Ok(found)
}

/// Before when the log may be pruned, if what is older than `before` is to go: a day goes whole, so the beginning of
/// the day that has a table of its own.
pub(crate) fn prunable(partitions: &[Bounds], before: Timestamp) -> Timestamp {
    let number = first_number_at(before);
    let days = partitions.iter().filter_map(|bounds| bounds.day());
    let mut days = days.filter(|day| day.from <= number && number < day.to);
    days.next().map_or(before, |day| time_of_number(day.from))
}

/// The days with a table of their own that end before a time, oldest first.
pub(crate) fn ended(partitions: &[Bounds], before: Timestamp) -> impl Iterator<Item = Day> {
    let number = first_number_at(before);
    let days = partitions.iter().filter_map(|bounds| bounds.day());
    days.filter(move |day| day.to <= number)
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

    #[test]
    fn only_days_with_a_table_go_whole() {
        let (first, last) = (at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z"));
        let bounds = |from, to| Bounds { from, to };
        let partitions = [
            bounds(None, Some(first)),
            bounds(Some(first), Some(last)),
            bounds(Some(last), None),
        ];
        let noon = |day| time_of_number(at(&format!("2026-11-{day}T12:00:00Z")));
        assert_eq!(prunable(&partitions, noon(19)), noon(19));
        assert_eq!(prunable(&partitions, noon(20)), time_of_number(first));
        assert_eq!(prunable(&partitions, noon(21)), noon(21));
        let day = Day {
            from: first,
            to: last,
        };
        assert_eq!(ended(&partitions, noon(20)).next(), None);
        assert_eq!(ended(&partitions, noon(22)).collect::<Vec<_>>(), [day]);
    }
}
