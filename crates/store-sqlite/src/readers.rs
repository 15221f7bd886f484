//! Threads that read, each with a connection of its own, beside the writer and never waiting for it.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use claimwire_store::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection::{self, Role};
use crate::error::Result;

/// Reads that may wait for a thread; more are answered `Unavailable`.
const WAITING_READS: usize = 1024;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the readers.
pub(crate) struct Readers(SyncSender<Job>);

impl Readers {
    /// Starts `count` threads. They end when the `Readers` are dropped.
    pub(crate) fn start(
        path: &Path,
        name: &str,
        count: usize,
    ) -> StoreResult<(Self, Vec<JoinHandle<()>>)> {
        let (jobs, inbox) = sync_channel(WAITING_READS);
        let inbox = Arc::new(Mutex::new(inbox));
        let mut handles = Vec::with_capacity(count);
        for _ in 0..count {
            let conn = connection::open(path, Role::Reader).map_err(StoreError::from)?;
            let inbox = inbox.clone();
            let handle = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || serve(&conn, &inbox))
                .map_err(|e| StoreError::Unavailable(format!("cannot start a reader: {e}")))?;
            handles.push(handle);
        }
        Ok((Self(jobs), handles))
    }

    /// Accepts `read` for one of the threads. All its statements see the same state of the database.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> StoreResult<oneshot::Receiver<StoreResult<T>>> {
        let (reply, answered) = oneshot::channel();
        let job = move |conn: &Connection| {
            let answer = in_snapshot(conn, read).map_err(StoreError::from);
            // A caller that no longer listens needs no answer.
            let _ = reply.send(answer);
        };
        self.0.try_send(Box::new(job)).map_err(|error| {
            StoreError::Unavailable(match error {
                TrySendError::Full(_) => "too many reads wait; try again in a moment".to_owned(),
                TrySendError::Disconnected(_) => "the store is closed".to_owned(),
            })
        })?;
        Ok(answered)
    }
}

fn in_snapshot<T>(conn: &Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let answer = read(conn);
    conn.prepare_cached("COMMIT")?.execute([])?;
    answer
}

fn serve(conn: &Connection, inbox: &Mutex<Receiver<Job>>) {
    loop {
        let job = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(conn),
            Err(_) => return,
        }
    }
}
