//! One process for one data directory: a second one is refused, because leases, caches and counters
//! live in the first one's memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use claimwire_store::{StoreError, StoreResult};

/// Held as long as the store is open; the system lets go of it when the process ends, however it ends.
pub struct DirectoryLock(#[allow(dead_code, reason = "held for its lock")] File);

impl DirectoryLock {
    /// Locks the database at `path`, by a file beside it. `Unavailable` while another process has it.
    pub fn acquire(path: &Path) -> StoreResult<Self> {
        let beside = path.with_extension("lock");
        let unavailable = |what: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("cannot lock {}: {what}", beside.display()))
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)
            .map_err(|e| unavailable(&e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(unavailable(
                &"another claimwire process uses this data directory; stop it, or give this one its own",
            )),
            Err(TryLockError::Error(e)) => Err(unavailable(&e)),
        }
    }
}
