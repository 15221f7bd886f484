//! What is in a stopped server's store.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags};

/// The rows of all its tables, and of each.
pub(super) fn rows(data: &Path) -> anyhow::Result<Vec<(String, f64)>> {
    let path = data.join("claimwire.db");
    let database = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    counted(&database)
}

fn counted(database: &Connection) -> anyhow::Result<Vec<(String, f64)>> {
    // What has no page of its own is kept in other tables.
    let mut tables = database.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite_%'",
    )?;
    let names = tables.query_map((), |row| row.get::<_, String>(0))?;
    let mut counts = Vec::new();
    for name in names {
        let name = name?;
        let of_it = format!("SELECT count(*) FROM \"{name}\"");
        let count: u32 = database.query_row(&of_it, (), |row| row.get(0))?;
        counts.push((format!("… in {name}"), f64::from(count)));
    }
    let sum = counts.iter().map(|(_, count)| count).sum();
    counts.insert(0, ("rows kept in the store".to_owned(), sum));
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_others_keep_is_counted_in_those() {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE events (no INTEGER PRIMARY KEY);
                 INSERT INTO events VALUES (1), (2);
                 CREATE VIRTUAL TABLE search USING fts5(terms, content='', columnsize=0, detail=none);
                 INSERT INTO search (rowid, terms) VALUES (1, 'late parcel');",
            )
            .unwrap();
        let counts = counted(&database).unwrap();
        assert!(counts.contains(&("… in events".to_owned(), 2.0)));
        let names = counts.iter().map(|(name, _)| name.as_str());
        assert!(names.clone().all(|name| name != "… in search"));
        assert!(names.clone().any(|name| name == "… in search_data"));
        let all: f64 = counts.iter().skip(1).map(|(_, count)| count).sum();
        assert_eq!(
            counts.first().unwrap(),
            &("rows kept in the store".to_owned(), all)
        );
    }
}
