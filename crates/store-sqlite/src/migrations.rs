//! The schema's numbered steps: the files in `migrations/`, applied in order, all that are missing in one
//! transaction. A step, once released, never changes: the database remembers its hash.
//!
//! [`refuse_newer`] runs before anything is written, so that a program that is too old for a database
//! leaves it as it was.

use std::path::Path;

use claimwire_store::StoreError;
use refinery_core::{Migration, Runner, Target, error::Kind};
use ring::digest;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::error::{Error, Result};

/// Name and text of each step.
const STEPS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/steps.rs"));

/// Where refinery notes the steps that were applied.
const HISTORY: &str = "refinery_schema_history";
/// Where steps 1 to 7 were noted before it was used.
const HISTORY_BEFORE: &str = "migrations";

/// Refuses the database at `path` if a newer program wrote it. Writes nothing, not even what the
/// write-ahead log holds; a file that is not there is fine.
pub(crate) fn refuse_newer(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    newer(&conn, newest(runner()?.get_migrations()))
}

/// Brings the database up to this program, all steps or none. Refuses one whose steps are not this
/// program's.
pub(crate) fn migrate(conn: &mut Connection) -> Result<()> {
    apply(conn, runner()?)
}

fn apply(conn: &mut Connection, steps: Runner) -> Result<()> {
    newer(conn, newest(steps.get_migrations()))?;
    // Together, because refinery would otherwise commit a step and its note one after the other.
    let steps = steps.set_grouped(true);
    take_over(conn, steps.get_migrations())?;
    let report = steps.run(conn).map_err(translate)?;
    if let Some(last) = report.applied_migrations().last() {
        let steps = report.applied_migrations().len();
        tracing::info!(
            steps,
            schema = last.version(),
            "the database's schema was brought up to this program"
        );
    }
    Ok(())
}

fn runner() -> Result<Runner> {
    let steps = STEPS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql));
    let steps: Vec<_> = steps
        .collect::<std::result::Result<_, _>>()
        .map_err(translate)?;
    Ok(Runner::new(&steps))
}

fn newest(steps: &[Migration]) -> i32 {
    steps.iter().map(Migration::version).max().unwrap_or(0)
}

fn newer(conn: &Connection, known: i32) -> Result<()> {
    if !has_table(conn, HISTORY)? {
        return Ok(());
    }
    let newest = conn
        .query_row(
            &format!("SELECT version, name FROM {HISTORY} ORDER BY version DESC LIMIT 1"),
            [],
            |row| Ok((row.get::<_, i32>(0)?, row.get::<_, String>(1)?)),
        )
        .optional()?;
    match newest {
        Some((version, name)) if version > known => Err(refused(format!(
            "a newer claimwire wrote it: its schema is {version} ({name}), and this program knows those up to \
             {known}. Nothing was changed. Run that version or a later one, or restore a backup from \
             before the upgrade"
        ))),
        _ => Ok(()),
    }
}

/// A database from before refinery: its steps are checked by the hashes that it noted, and noted anew
/// without being run.
fn take_over(conn: &mut Connection, steps: &[Migration]) -> Result<()> {
    if !has_table(conn, HISTORY_BEFORE)? || noted(conn, HISTORY)? > 0 {
        return Ok(());
    }
    let before: Vec<(i32, String, Vec<u8>)> = conn
        .prepare(&format!(
            "SELECT no, name, checksum FROM {HISTORY_BEFORE} ORDER BY no"
        ))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (version, name, checksum) in &before {
        let step = steps.iter().find(|step| step.version() == *version);
        let sql = step.and_then(Migration::sql).unwrap_or_default();
        if digest::digest(&digest::SHA256, sql.as_bytes()).as_ref() != checksum {
            return Err(not_ours(name));
        }
    }
    if let Some((last, ..)) = before.last() {
        Runner::new(steps)
            .set_grouped(true)
            .set_target(Target::FakeVersion(*last))
            .run(conn)
            .map_err(translate)?;
    }
    Ok(())
}

fn has_table(conn: &Connection, name: &str) -> Result<bool> {
    let sql = "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    Ok(conn.query_row(sql, [name], |row| row.get(0))?)
}

fn noted(conn: &Connection, table: &str) -> Result<u32> {
    if !has_table(conn, table)? {
        return Ok(0);
    }
    Ok(
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })?,
    )
}

fn translate(error: refinery_core::Error) -> Error {
    match error.kind() {
        Kind::DivergentVersion(step, _) | Kind::MissingVersion(step) => not_ours(step.name()),
        Kind::Connection(..) => StoreError::Unavailable(error.to_string()).into(),
        _ => refused(error.to_string()),
    }
}

fn not_ours(step: &str) -> Error {
    refused(format!(
        "its schema step {step} is not this program's. Run the version that wrote it, or restore a backup"
    ))
}

fn refused(why: String) -> Error {
    StoreError::Refused(why).into()
}

#[cfg(test)]
mod tests;
