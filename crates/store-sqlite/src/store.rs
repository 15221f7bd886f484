//! The store, opened and closed.

use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use claimwire_model::ShopNo;
use claimwire_store::replay_turns::ReplayTurns;
use claimwire_store::vault::Vault;
use claimwire_store::{StoreError, StoreResult};
use tokio::sync::oneshot;

use crate::checkpoint::Wal;
use crate::connection::{self, Role};
use crate::error::Result;
use crate::lock::DirectoryLock;
use crate::measures;
use crate::migrations;
use crate::readers::Readers;
use crate::recover::recover;
use crate::seals;
use crate::shared::{Options, Shared};
use crate::wal_file;
use crate::work::Work;
use crate::writer::{Load, Urgency, Writer};

/// A store in one SQLite file. One process at a time.
pub struct SqliteStore {
    pub(crate) shared: Arc<Shared>,
    open: RwLock<Option<Arc<Threads>>>,
    /// The checkpointer is the last.
    ends: Mutex<Vec<JoinHandle<()>>>,
    wal: Arc<Wal>,
    /// Where pruning continues.
    pub(crate) pruned_to: Arc<AtomicI64>,
    /// Whose turn it is among running replays.
    pub(crate) replay_turns: Arc<Mutex<ReplayTurns>>,
}

/// The ways to the threads; when the last is dropped they finish what they accepted and end.
struct Threads {
    writer: Writer,
    readers: Readers,
    taker: Readers,
    searcher: Readers,
}

impl SqliteStore {
    /// Opens the database file at `path`, makes it if it is not there, and brings its schema up to this
    /// program. Its directory must exist. Refused while another process has it open, when a newer
    /// program wrote it, and when the vault's keys do not open its secrets.
    pub fn open(path: &Path, vault: Vault, options: Options) -> StoreResult<Arc<Self>> {
        measures::describe();
        let lock = DirectoryLock::acquire(path)?;
        migrations::refuse_newer(path).map_err(StoreError::from)?;
        let mut conn = connection::open(path, Role::Writer).map_err(StoreError::from)?;
        migrations::migrate(&mut conn).map_err(StoreError::from)?;
        seals::check(&conn, &vault).map_err(StoreError::from)?;
        if options.preallocate_wal {
            let bytes = Wal::usual_bytes(&options);
            wal_file::preallocate(&mut conn, path, bytes).map_err(StoreError::from)?;
        }
        let newest = recover(&mut conn).map_err(StoreError::from)?;
        let shared =
            Shared::new(&conn, vault, options.clone(), newest).map_err(StoreError::from)?;
        let shared = Arc::new(shared);
        let (wal, checkpointer) = Wal::watch(path, &mut conn, &options)?;
        let (readers, reading) = Readers::start(path, "sqlite-reader", options.readers.max(1))?;
        let (taker, taking) = Readers::start(path, "sqlite-taker", 1)?;
        let (searcher, searching) = Readers::start(path, "sqlite-searcher", 1)?;
        let work = Work::new(conn, shared.clone(), newest).map_err(StoreError::from)?;
        let (writer, writing) = Writer::start(work, wal.clone(), lock)?;
        let ends = std::iter::once(writing)
            .chain(reading)
            .chain(taking)
            .chain(searching)
            .chain([checkpointer])
            .collect();
        Ok(Arc::new(Self {
            shared,
            open: RwLock::new(Some(Arc::new(Threads {
                writer,
                readers,
                taker,
                searcher,
            }))),
            ends: Mutex::new(ends),
            wal,
            pruned_to: Arc::default(),
            replay_turns: Arc::default(),
        }))
    }

    /// Finishes what was accepted, moves the write-ahead log into the database and lets go of the
    /// files. Later calls are answered `Unavailable`. Blocks until calls that are under way
    /// are answered.
    pub fn close(&self) {
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut ends =
            std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        let checkpointer = ends.pop();
        ends.into_iter().for_each(join);
        // Its connection is the last to close, and so moves what is left of the log into the database.
        // Two that close at the same moment may each leave that to the other.
        self.wal.stop();
        checkpointer.into_iter().for_each(join);
    }

    /// How many transactions have been committed since the store was opened.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.threads().map_or(0, |threads| threads.writer.groups())
    }

    /// How many writes wait for their turn.
    #[cfg(test)]
    pub(crate) fn queued(&self) -> usize {
        self.threads().map_or(0, |threads| threads.writer.queued())
    }

    fn threads(&self) -> StoreResult<Arc<Threads>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone()
            .ok_or_else(|| StoreError::Unavailable("the store is closed".to_owned()))
    }

    /// A write that a request waits for.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.write_load(Load::rows(1), job).await
    }

    /// A write of a shop that a request waits for.
    pub(crate) async fn write_of<T: Send + 'static>(
        &self,
        shop: ShopNo,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.write_load(Load::of(shop), job).await
    }

    /// A write that is more than a few rows, and that a request waits for.
    pub(crate) async fn write_load<T: Send + 'static>(
        &self,
        load: Load,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let answered = self.threads()?.writer.submit(Urgency::Urgent, load, job)?;
        answer(answered, StoreError::Unknown).await
    }

    /// Whether others than the shop have written lately.
    pub(crate) fn others_write(&self, shop: ShopNo) -> bool {
        self.threads()
            .is_ok_and(|threads| threads.writer.others_write(shop))
    }

    /// Hands a write to the writer, for a caller that waits for several.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        urgency: Urgency,
        load: Load,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<oneshot::Receiver<StoreResult<T>>> {
        self.threads()?.writer.submit(urgency, load, job)
    }

    /// A write that may wait a moment to share another's sync.
    pub(crate) async fn write_lazily<T: Send + 'static>(
        &self,
        load: Load,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let answered = self.threads()?.writer.submit(Urgency::Lazy, load, job)?;
        answer(answered, StoreError::Unknown).await
    }

    /// A read that is no shop's.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection, &Shared) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.read_in(None, read).await
    }

    /// A shop's read: it takes its turn among the shops.
    pub(crate) async fn read_of<T: Send + 'static>(
        &self,
        shop: ShopNo,
        read: impl FnOnce(&rusqlite::Connection, &Shared) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.read_in(Some(shop), read).await
    }

    async fn read_in<T: Send + 'static>(
        &self,
        shop: Option<ShopNo>,
        read: impl FnOnce(&rusqlite::Connection, &Shared) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let shared = self.shared.clone();
        let read = move |conn: &rusqlite::Connection| read(conn, &shared);
        let answered = self.threads()?.readers.submit(shop, read)?;
        answer(answered, StoreError::Unavailable).await
    }

    /// A read that takes from the queue: one at a time.
    pub(crate) async fn take_from<T: Send + 'static>(
        &self,
        take: impl FnOnce(&rusqlite::Connection, &Shared) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let shared = self.shared.clone();
        let answered = self
            .threads()?
            .taker
            .submit(None, move |conn| take(conn, &shared))?;
        answer(answered, StoreError::Unavailable).await
    }

    /// A read that may take long, for what is done in the background: one at a time, on a thread of its own.
    pub(crate) async fn search<T: Send + 'static>(
        &self,
        search: impl FnOnce(&rusqlite::Connection, &Shared) -> Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let shared = self.shared.clone();
        let answered = self
            .threads()?
            .searcher
            .submit(None, move |conn| search(conn, &shared))?;
        answer(answered, StoreError::Unavailable).await
    }
}

/// Waits for what a thread answers; `silent` is the error when the thread ended without an answer. Holds
/// nothing meanwhile, so that a close need not wait for callers.
pub(crate) async fn answer<T>(
    answered: oneshot::Receiver<StoreResult<T>>,
    silent: fn(String) -> StoreError,
) -> StoreResult<T> {
    let closed = || silent("the store was closed before it answered".to_owned());
    answered.await.unwrap_or_else(|_| Err(closed()))
}

impl Drop for SqliteStore {
    /// Lets the threads end by themselves, for those who did not [`close`](Self::close).
    fn drop(&mut self) {
        self.wal.stop();
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a thread of the store ended by a panic");
    }
}
