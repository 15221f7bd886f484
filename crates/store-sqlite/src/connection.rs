//! How a connection is opened and tuned: durable at each commit, frugal with memory.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::Result;

/// How long a connection waits for another's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the writer, when it starts the log anew, waits for those who still read it.
const RESTART_TIMEOUT: Duration = Duration::from_millis(20);
/// Prepared statements kept per connection; more than the crate has.
const STATEMENTS: usize = 128;
/// Pages of a new database, in bytes: rows of one or two kilobytes fill them well.
const PAGE_BYTES: u32 = 8192;
/// What SQLite leaves of the write-ahead log's file when it starts it anew.
const WAL_KEPT_BYTES: u64 = 128 << 20;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// One of those that read.
    Reader,
    /// The one that moves pages from the log into the database.
    Checkpointer,
}

impl Role {
    fn cache_kib(self) -> u32 {
        match self {
            // What a group writes, and the inner pages of its trees; for all else the system's cache is near.
            Self::Writer => 4 << 10,
            Self::Reader => 2 << 10,
            Self::Checkpointer => 256,
        }
    }
}

/// Opens the database at `path`; the writer makes it if it is not there.
pub(crate) fn open(path: &Path, role: Role) -> Result<Connection> {
    let flags = match role {
        Role::Writer => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Role::Reader | Role::Checkpointer => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan never depends on what is bound. Otherwise SQLite compiles most of the statements that are kept anew at each use, to
    // see whether this time another plan is better.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if role == Role::Writer {
        conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    }
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    conn.query_row(
        &format!("PRAGMA journal_size_limit = {WAL_KEPT_BYTES}"),
        [],
        |_| Ok(()),
    )?;
    conn.pragma_update(None, "cache_size", -i64::from(role.cache_kib()))?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "query_only", role == Role::Reader)?;
    Ok(conn)
}

/// Does what does not wait long for those who read. A group waits for another program's lock meanwhile as ever: a
/// program that copies the database holds it for a moment now and then.
pub(crate) fn impatient<T>(
    writer: &Connection,
    work: impl FnOnce(&Connection) -> T,
) -> rusqlite::Result<T> {
    writer.busy_timeout(RESTART_TIMEOUT)?;
    let done = work(writer);
    writer.busy_timeout(BUSY_TIMEOUT)?;
    Ok(done)
}
