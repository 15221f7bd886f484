//! Makes the tables of the days to come, while the one without end is empty: so nothing has to be moved or checked, and
//! those who write wait for a moment every few days.

use claimwire_store::StoreResult;

use super::bounds::{Bounds, PATIENCE, TABLES, day_length, day_of, name};
use super::read;
use crate::connection::Connection;
use crate::error::Result;
use crate::housekeeping::{self, Work};
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// Days that there are ahead of today at least, and that there are after more were made.
const LEAST: i64 = 2;
const MOST: i64 = 7;

/// What becomes of the partition without end.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    /// It ends there; else it is empty, and begins later.
    ends: Option<i64>,
    /// The days that follow.
    days: Vec<Bounds>,
    /// The one without end begins here.
    opens: i64,
}

/// What is to be done when the one without end begins at `from` and holds numbers up to `newest`. None: nothing.
fn change(from: Option<i64>, newest: Option<i64>, now: i64) -> Option<Change> {
    let (today, length) = (day_of(now), day_length());
    if from.is_some_and(|from| from > today + LEAST * length) {
        return None;
    }
    let mut first = from.map_or(today, |from| from.max(today));
    if let Some(newest) = newest {
        first = first.max(day_of(newest).checked_add(length)?);
    }
    let ends = (from != Some(first)).then_some(first);
    let mut opens = first;
    let mut days = Vec::new();
    while opens <= today + MOST * length {
        let to = opens + length;
        days.push(Bounds {
            from: Some(opens),
            to: Some(to),
        });
        opens = to;
    }
    Some(Change { ends, days, opens })
}

/// Sees to it that there are tables for the days to come, by the clock of the database.
pub(crate) async fn make(store: &PostgresStore) -> StoreResult<()> {
    let conn = store.connection().await?;
    if needed(&conn).await?.is_none() {
        return Ok(());
    }
    drop(conn);
    transact!(store, tx => async {
        if !housekeeping::begin(tx, Work::Partitions).await? {
            return Ok(());
        }
        // Another node may have done it meanwhile.
        match needed(tx).await? {
            Some((from, change)) => apply(tx, from, &change).await,
            None => Ok(()),
        }
    }.await)
}

/// Where the partition without end begins, and what is to be done.
async fn needed(conn: &Connection) -> Result<Option<(Option<i64>, Change)>> {
    let partitions = read(conn).await?;
    let from = partitions.last().and_then(|last| last.from);
    let sql = "SELECT (SELECT max(no) FROM events_open), (SELECT max(event) FROM attempts_open), clock_ms()";
    let row = conn.query_one(sql, &[]).await?;
    let newest: [Option<i64>; 2] = [row.try_get(0)?, row.try_get(1)?];
    let now = claimwire_model::Timestamp::from_millis(row.try_get(2)?);
    let now = claimwire_model::id::first_number_at(now);
    let newest = newest.into_iter().flatten().max();
    Ok(change(from, newest, now).map(|change| (from, change)))
}

async fn apply(tx: &Transaction<'_>, from: Option<i64>, change: &Change) -> Result<()> {
    tx.batch_execute(PATIENCE).await?;
    for (table, _) in TABLES {
        let open = name(table, None);
        let opens = Bounds {
            from: Some(change.opens),
            to: None,
        };
        let mut ddl = format!("ALTER TABLE {table} DETACH PARTITION {open};");
        if let Some(end) = change.ends {
            let ended = name(table, Some(end));
            let bounds = Bounds {
                from,
                to: Some(end),
            };
            ddl += &format!(
                "ALTER TABLE {open} RENAME TO {ended}; ALTER TABLE {table} ATTACH PARTITION {ended} {};",
                bounds.sql()
            );
        }
        for day in &change.days {
            let day_table = name(table, day.to);
            ddl += &format!(
                "CREATE TABLE {day_table} PARTITION OF {table} {};",
                day.sql()
            );
        }
        ddl += &match change.ends {
            Some(_) => format!("CREATE TABLE {open} PARTITION OF {table} {};", opens.sql()),
            None => format!(
                "ALTER TABLE {table} ATTACH PARTITION {open} {};",
                opens.sql()
            ),
        };
        tx.batch_execute(&ddl).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_ends_and_days_follow_without_a_gap() {
        let length = day_length();
        let now = 100 * length + 5;
        let fresh = change(None, None, now).unwrap();
        assert_eq!(fresh.ends, Some(100 * length));
        let first = change(None, Some(now), now).unwrap();
        assert_eq!(first.ends, Some(101 * length));
        assert_eq!(first.opens, 108 * length);
        assert_eq!(first.days.len(), 7);
        for made in [fresh, first] {
            let mut at = made.ends;
            for day in &made.days {
                assert_eq!(day.from, at);
                assert!(day.day().is_some());
                at = day.to;
            }
            assert_eq!(at, Some(made.opens));
        }
    }

    #[test]
    fn more_days_are_made_before_the_last_is_reached_and_not_sooner() {
        let length = day_length();
        let from = Some(108 * length);
        for today in 100..106 {
            assert_eq!(change(from, None, today * length), None, "{today}");
        }
        let change = change(from, None, 106 * length).unwrap();
        assert_eq!((change.ends, change.opens), (None, 114 * length));
        assert_eq!(change.days[0].from, from);
    }

    #[test]
    fn what_is_ahead_of_its_time_keeps_its_place() {
        let length = day_length();
        let made = change(Some(90 * length), Some(150 * length + 3), 100 * length).unwrap();
        assert_eq!(made.ends, Some(151 * length));
        assert_eq!((made.days.len(), made.opens), (0, 151 * length));
        assert_eq!(
            change(Some(90 * length), Some(i64::MAX), 100 * length),
            None
        );
    }
}
