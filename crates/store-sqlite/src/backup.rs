//! Copies of the database, made while it is written to.

use std::path::Path;

use claimwire_store::{StoreError, StoreResult};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::error::Result;
use crate::migrations;

/// Pages copied between two calls of `progress`.
const PAGES: i32 = 1000;

/// Copies the database at `from`, as it is at the moment of the call, into a new file at `to`. Whoever writes to it
/// goes on meanwhile; the write-ahead log keeps what the copy does not need until it ends. `progress` is told how
/// many pages are copied and how many there are.
///
/// # Errors
/// `Unavailable` when one of the files cannot be read or written, `Refused` when a newer program wrote it.
pub fn copy(from: &Path, to: &Path, progress: impl FnMut(u64, u64)) -> StoreResult<()> {
    copied(from, to, progress).map_err(StoreError::from)
}

fn copied(from: &Path, to: &Path, mut progress: impl FnMut(u64, u64)) -> Result<()> {
    migrations::refuse_newer(from)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    // All steps read as of now: a step that saw a later commit would begin the copy anew.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let pages = backup.progress();
            let number = |count: i32| u64::try_from(count).unwrap_or(0);
            progress(
                number(pages.pagecount - pages.remaining),
                number(pages.pagecount),
            );
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => {
                    let busy = "the copy is in use by another program".to_owned();
                    return Err(StoreError::Unavailable(busy).into());
                }
            }
        }
    }
    source.execute_batch("ROLLBACK")?;
    // As a plain file, with no log beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(())
}

/// Whether the database at `path` is whole and this program can open it. Changes nothing.
///
/// # Errors
/// `Damaged` when it is not whole, `Refused` when a newer program wrote it.
pub fn check(path: &Path) -> StoreResult<()> {
    let check = || -> Result<()> {
        migrations::refuse_newer(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        let says: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if says == "ok" {
            Ok(())
        } else {
            Err(StoreError::Damaged(says).into())
        }
    };
    check().map_err(StoreError::from)
}
