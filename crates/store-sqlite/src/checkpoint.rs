//! Moves what the write-ahead log holds into the database, beside the writer, so that no commit waits
//! for it; and bounds the log, however long the load goes on.
//!
//! A thread makes passive passes. While commits go on these never reach the log's end, so the log is
//! not started anew; once it is over its limit the writer does the little that the latest pass left,
//! between two groups.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::JoinHandle;

use claimwire_store::{StoreError, StoreResult};
use rusqlite::Connection;

use crate::connection::{self, Role};
use crate::error::Result;
use crate::shared::Options;

/// Bytes that the passive passes may have left when the writer starts a log anew that is no longer than its limit. It moves them in
/// a millisecond, for which no commit goes on.
const LITTLE_BYTES: u64 = 256 << 10;
/// How much of what is beyond the limit they may have left if that is more, since where the disk is slow they always leave some: 1/8.
const BEYOND: u64 = 8;
/// How much of the limit the log grows before the writer tries again, when a reader kept it from
/// starting anew: 1/4.
const PATIENCE: u64 = 4;

/// What is known of the write-ahead log.
pub(crate) struct Wal {
    page_bytes: u64,
    checkpoint_bytes: u64,
    limit_bytes: u64,
    /// Pages in the log, as of the latest commit.
    pages: Arc<AtomicU64>,
    /// Pages of it that are in the database already.
    moved: Arc<AtomicU64>,
    /// The size of the log, in bytes, below which the writer does not try to start it anew.
    not_before: AtomicU64,
    wanted: Mutex<Option<SyncSender<()>>>,
    /// Held during a pass: there is one at a time.
    passing: Mutex<()>,
}

impl Wal {
    /// How long the log becomes where no reader keeps it from being started anew, in bytes: an eighth of the limit comes to it
    /// during the passes that leave little.
    pub(crate) fn usual_bytes(options: &Options) -> u64 {
        options.wal_limit_bytes + options.wal_limit_bytes / 8
    }

    /// Watches the log that `writer` writes, and starts the thread. It ends at [`Wal::stop`].
    pub(crate) fn watch(
        path: &Path,
        writer: &mut Connection,
        options: &Options,
    ) -> StoreResult<(Arc<Self>, JoinHandle<()>)> {
        let (wal, inbox) = Self::hook(writer, options).map_err(StoreError::from)?;
        let conn = connection::open(path, Role::Checkpointer).map_err(StoreError::from)?;
        let watched = wal.clone();
        let handle = std::thread::Builder::new()
            .name("sqlite-wal".to_owned())
            .spawn(move || watched.serve(&conn, &inbox))
            .map_err(|e| StoreError::Unavailable(format!("cannot start the checkpointer: {e}")))?;
        Ok((wal, handle))
    }

    fn hook(writer: &mut Connection, options: &Options) -> Result<(Arc<Self>, Receiver<()>)> {
        let page_bytes = writer.query_row("PRAGMA page_size", [], |r| r.get(0))?;
        let pages = Arc::new(AtomicU64::new(0));
        let moved = Arc::new(AtomicU64::new(0));
        let (counted, restarted) = (pages.clone(), moved.clone());
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            let pages = u64::try_from(pages).unwrap_or(0);
            if counted.swap(pages, Ordering::Relaxed) > pages {
                restarted.store(0, Ordering::Relaxed);
            }
            Ok(())
        }))?;
        let (wanted, inbox) = sync_channel(1);
        let wal = Self {
            page_bytes,
            checkpoint_bytes: options.checkpoint_bytes,
            limit_bytes: options.wal_limit_bytes,
            pages,
            moved,
            not_before: AtomicU64::new(options.wal_limit_bytes),
            wanted: Mutex::new(Some(wanted)),
            passing: Mutex::default(),
        };
        Ok((Arc::new(wal), inbox))
    }

    /// Lets the thread end after the pass that it is at.
    pub(crate) fn stop(&self) {
        self.wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Called by the writer between two groups.
    pub(crate) fn between_groups(&self, writer: &Connection) {
        let bytes = self.pages.load(Ordering::Relaxed) * self.page_bytes;
        let left = bytes.saturating_sub(self.moved.load(Ordering::Relaxed) * self.page_bytes);
        metrics::gauge!("claimwire_store_wal_bytes").set(bytes as f64);
        if bytes >= self.not_before.load(Ordering::Relaxed) {
            self.start_anew(writer, bytes, left);
        } else if left >= self.checkpoint_bytes {
            self.ask();
        }
    }

    /// Does what is left and lets the log begin at its start again; waits for a pass under way only
    /// when the log is twice as long as it should be.
    fn start_anew(&self, writer: &Connection, bytes: u64, left: u64) {
        let far_over = bytes >= 2 * self.limit_bytes;
        let passing = match self.passing.try_lock() {
            Ok(passing) => passing,
            Err(TryLockError::WouldBlock) if !far_over => return,
            Err(_) => self.passing.lock().unwrap_or_else(PoisonError::into_inner),
        };
        if left > may_be_left(bytes, self.limit_bytes) && !far_over {
            self.ask();
            return;
        }
        let restarted = connection::impatient(writer, |writer| {
            self.pass(writer, "PRAGMA wal_checkpoint(RESTART)")
        });
        drop(passing);
        let restarted = restarted.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot say how long the writer waits for a lock");
            false
        });
        if restarted {
            self.pages.store(0, Ordering::Relaxed);
            self.moved.store(0, Ordering::Relaxed);
        }
        let grown = bytes + self.limit_bytes / PATIENCE;
        self.not_before.store(
            if restarted { self.limit_bytes } else { grown },
            Ordering::Relaxed,
        );
    }

    fn ask(&self) {
        if let Some(wanted) = &*self.wanted.lock().unwrap_or_else(PoisonError::into_inner) {
            // Full: it has been told already.
            let _ = wanted.try_send(());
        }
    }

    fn serve(&self, conn: &Connection, inbox: &Receiver<()>) {
        while inbox.recv().is_ok() {
            let _passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
            self.pass(conn, "PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// Whether all of the log is in the database.
    fn pass(&self, conn: &Connection, pragma: &str) -> bool {
        let done = conn.prepare_cached(pragma).and_then(|mut statement| {
            statement.query_row([], |row| {
                Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(2)?))
            })
        });
        match done {
            Ok((busy, moved)) => {
                self.moved
                    .store(u64::try_from(moved).unwrap_or(0), Ordering::Relaxed);
                !busy
            }
            Err(error) => {
                tracing::warn!(%error, "cannot move the write-ahead log into the database");
                false
            }
        }
    }
}

/// How much of a log of so many bytes may be left to be moved when the writer starts it anew.
fn may_be_left(bytes: u64, limit_bytes: u64) -> u64 {
    LITTLE_BYTES.max(bytes.saturating_sub(limit_bytes) / BEYOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_log_the_more_the_writer_moves_itself() {
        let limit = 96 << 20;
        for (beyond, left) in [(0, 256 << 10), (2 << 20, 256 << 10), (12 << 20, 1536 << 10)] {
            assert_eq!(may_be_left(limit + beyond, limit), left, "{beyond}");
        }
    }
}
