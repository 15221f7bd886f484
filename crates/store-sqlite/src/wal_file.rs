//! The write-ahead log's file, made as long as it becomes before anything is written to it.
//!
//! A commit that makes the file longer has the file system find room and note the new length, and its flush waits for
//! both: it takes twice as long as one that writes over what is there. SQLite tells what it wrote from what is
//! behind by a number in each page of the log, as it does each time it starts the log anew.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;

/// Bytes that are written at once.
const AT_ONCE: usize = 256 << 10;

/// Makes the log of the database at `path` at least so many bytes long. To be called before anything else reads or writes here; the
/// caller's next commit flushes it. Where there is no room for it, all is left as it was, which is slower and no less safe.
pub(crate) fn preallocate(conn: &mut Connection, path: &Path, bytes: u64) -> Result<()> {
    // Another program may have the database open, and write to it: not meanwhile.
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut name = OsString::from(path);
    name.push("-wal");
    if let Err(error) = lengthen(Path::new(&name), bytes) {
        tracing::warn!(%error, bytes, "cannot write the database's log ahead of time: commits take longer until it has grown. Is there room on the disk?");
    }
    tx.rollback()?;
    Ok(())
}

fn lengthen(path: &Path, bytes: u64) -> io::Result<()> {
    let file = OpenOptions::new().append(true).open(path)?;
    let before = file.metadata()?.len();
    append(&file, bytes.saturating_sub(before)).inspect_err(|_| {
        let undone = file.set_len(before);
        undone.unwrap_or_else(|error| tracing::warn!(%error, "cannot shorten the database's log"));
    })
}

fn append(file: &File, bytes: u64) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(AT_ONCE, file);
    io::copy(&mut io::repeat(0).take(bytes), &mut writer)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gets_its_length_once_and_keeps_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "as it was").unwrap();
        let long = AT_ONCE as u64 * 2 + 5;
        for bytes in [long, 3, long] {
            lengthen(&path, bytes).unwrap();
            let mut expected = b"as it was".to_vec();
            expected.resize(usize::try_from(long).unwrap(), 0);
            assert!(std::fs::read(&path).unwrap() == expected);
        }
    }

    #[test]
    fn where_there_is_no_room_that_is_said() {
        let refused = lengthen(Path::new("/dev/full"), 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    }
}
