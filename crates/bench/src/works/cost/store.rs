//! What is in a stopped server's store.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags};

/// The rows of all its tables, and of each.
pub(super) fn rows(data: &Path) -> anyhow::Result<Vec<(String, f64)>> {
    let path = data.join("claimwire.db");
    let database = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let mut tables = database.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
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
