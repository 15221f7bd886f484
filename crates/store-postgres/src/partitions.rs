//! Events and attempts are kept in a table for each UTC day, so that what is over goes with its table and costs no row.
//! An event's number carries its time, and an attempt's row its event's number: both find their day by it.
//!
//! The newest partition has no end, and bounds leave no gap, so that every event has a place, whatever the housekeeping
//! did or did not do. Days are made ahead out of that last one while it is empty.

pub(crate) mod ahead;
pub(crate) mod bounds;
pub(crate) mod day;

use claimwire_model::Timestamp;
use claimwire_model::id::{first_number_at, time_of_number};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::Result;
use bounds::{Bounds, Day};

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
