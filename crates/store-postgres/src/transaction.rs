//! One transaction: its statements, and what follows from it in memory.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_model::target::Target;
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::deferred::UnderWay;
use claimwire_store::{StoreError, StoreResult};

use crate::connection::{Connection, Pool};
use crate::effects::{Deferred, Effects};
use crate::error::{Error, Result};
use crate::jobs::group::Group;
use crate::locks;
use crate::shared::Shared;

/// How often a transaction that met another is done, before its caller is told to come again.
pub(crate) const TRIES: u32 = 8;

/// A transaction at read committed: each statement sees what was committed before it began. Dropped before its
/// end it is undone, with its connection.
pub(crate) struct Transaction<'a> {
    conn: Option<Connection>,
    pub(crate) shared: &'a Shared,
    effects: Mutex<Effects>,
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    #[allow(
        clippy::expect_used,
        reason = "it is there until the transaction ends, which takes it"
    )]
    fn deref(&self) -> &Connection {
        self.conn
            .as_ref()
            .expect("a transaction has its connection")
    }
}

/// How a transaction ended.
pub(crate) enum Ended {
    Committed,
    /// Nothing of it is there.
    Failed(Error),
    /// The connection was lost before the answer to `COMMIT` came.
    Lost {
        why: String,
        /// What follows from it, should it be there.
        effects: Effects,
    },
}

impl<'a> Transaction<'a> {
    pub(crate) async fn begin(pool: &Pool, shared: &'a Shared) -> Result<Self> {
        let begun = Self::on(Connection::from(pool).await?, shared);
        begun.batch_execute(begun.beginning()).await?;
        Ok(begun)
    }

    /// On a connection on which it is about to begin.
    pub(crate) fn on(conn: Connection, shared: &'a Shared) -> Self {
        Self {
            conn: Some(conn),
            shared,
            effects: Mutex::default(),
        }
    }

    fn effects(&self) -> MutexGuard<'_, Effects> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what is to follow from the commit.
    pub(crate) fn gather(&self, more: Effects) {
        let mut effects = self.effects();
        effects.handed.extend(more.handed);
        effects.woken.extend(more.woken);
        effects.offered.extend(more.offered);
        effects.changed.extend(more.changed);
    }

    /// It makes these deferred writes.
    pub(crate) fn carry(&self, writes: UnderWay) {
        self.effects().carried = Some(writes);
    }

    /// After the commit these may be written later; and these healths are written.
    pub(crate) fn defer(
        &self,
        deferred: Vec<Deferred>,
        healths: Vec<(TargetNo, Option<Timestamp>)>,
    ) {
        let mut effects = self.effects();
        effects.deferred = deferred;
        effects.healths = healths;
    }

    /// After the commit the engine hears that there is something new to take.
    pub(crate) fn wake(&self, target: TargetNo) {
        let mut effects = self.effects();
        if effects.woken.last() != Some(&target) {
            effects.woken.push(target);
        }
    }

    /// After the commit the engine hears what became of a target.
    pub(crate) fn changed(&self, target: TargetNo, changed: Option<Arc<Target>>) {
        self.effects().changed.push((target, changed));
    }

    /// Commits, and notifies the engine.
    pub(crate) async fn commit(self) -> Ended {
        let committed = self.batch_execute("COMMIT").await;
        self.ended(committed)
    }

    /// It was committed, or failed: this was the answer to all that was sent, `COMMIT` among it. Notifies the engine.
    pub(crate) fn ended(mut self, answer: Result<()>) -> Ended {
        let mut effects = std::mem::take(&mut *self.effects());
        match answer {
            Ok(()) => {
                self.conn = None;
                effects.notify(self.shared);
                Ended::Committed
            }
            Err(error) if error.is_of_connection() => Ended::Lost {
                why: StoreError::from(error).to_string(),
                effects,
            },
            Err(error) => {
                self.conn = None;
                effects.give_back();
                effects.undo(self.shared.intake().as_deref());
                Ended::Failed(error)
            }
        }
    }

    /// Undoes it and gives the connection back.
    pub(crate) async fn roll_back(mut self) {
        self.effects().give_back();
        if self.batch_execute("ROLLBACK").await.is_ok() {
            self.conn = None;
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            conn.discard();
        }
        let effects = std::mem::take(&mut *self.effects());
        effects.undo(self.shared.intake().as_deref());
    }
}

/// Does `$work`, which answers a [`Result`](crate::error::Result), in a transaction `$tx` of `$store`; again from its
/// beginning when that met another one. It may run several times, but is committed once. The engine is notified of what
/// it gathered. Answers a [`StoreResult`].
macro_rules! transact {
    ($store:expr, $tx:ident => $work:expr) => {{
        let mut tries = $crate::transaction::Tries::default();
        loop {
            let transaction =
                $crate::transaction::Transaction::begin(&$store.pool, &$store.shared).await?;
            let $tx = &transaction;
            let done: $crate::error::Result<_> = $work;
            if let Some(answer) = transaction.end(done, &mut tries).await {
                break answer;
            }
        }
    }};
}
pub(crate) use transact;

/// How often a transaction was done.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Transaction<'_> {
    /// Commits what was done, or undoes what failed. None: it is to be done again.
    pub(crate) async fn end<T>(self, done: Result<T>, tries: &mut Tries) -> Option<StoreResult<T>> {
        let shared = self.shared;
        match done {
            Ok(done) => {
                let ended = self.commit().await;
                tries.answer(shared, ended, done).await
            }
            Err(error) => {
                self.roll_back().await;
                tries.again(error).await.map(Err)
            }
        }
    }
}

impl Tries {
    /// The answer to what a transaction did that has ended so. None: it is to be done again.
    pub(crate) async fn answer<T>(
        &mut self,
        shared: &Shared,
        ended: Ended,
        done: T,
    ) -> Option<StoreResult<T>> {
        match ended {
            Ended::Committed => Some(Ok(done)),
            Ended::Failed(error) => self.again(error).await.map(Err),
            Ended::Lost { why, effects } => {
                effects.undo(shared.intake().as_deref());
                Some(Err(StoreError::Unknown(why)))
            }
        }
    }

    /// What is to be answered to a failure. None, after a moment: it is to be done again.
    async fn again(&mut self, error: Error) -> Option<StoreError> {
        self.0 += 1;
        if !error.is_conflict() {
            return Some(error.into());
        }
        if self.0 >= TRIES {
            return Some(too_often(error));
        }
        back_off(self.0).await;
        None
    }
}

/// It met others each time.
pub(crate) fn too_often(error: Error) -> StoreError {
    let error = StoreError::from(error);
    StoreError::Unavailable(format!("{error}, {TRIES} times in a row"))
}

/// Waits a little longer each time, so that those who met do not meet again.
pub(crate) async fn back_off(tries: u32) {
    tokio::time::sleep(Duration::from_millis(1 << tries.min(8))).await;
}

/// By what a transaction is known after its connection was lost: its first event, which is nobody else's, or a row for
/// nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Event(i64),
    Row(i64),
    None,
}

/// How long is waited for what is left of a transaction on a lost connection.
const WAIT: &str = "BEGIN; SET LOCAL lock_timeout = '5s'";

impl Mark {
    /// Of what a group comes to.
    pub(crate) fn of(group: &Group, shared: &Shared, now: Timestamp) -> Self {
        if !group.writes() {
            return Self::None;
        }
        match group.events.first() {
            Some(first) => Self::Event(first.event.no.0),
            None => Self::Row(shared.next_number(now)),
        }
    }

    /// The row to be written for it.
    pub(crate) fn row(self) -> Option<i64> {
        match self {
            Self::Row(no) => Some(no),
            Self::Event(_) | Self::None => None,
        }
    }

    /// Whether the transaction is there that held the locks of these shops. Waits until it has ended: it holds them
    /// until then.
    pub(crate) async fn is_there(self, pool: &Pool, shops: &[i64]) -> Result<bool> {
        let (table, no) = match self {
            Self::Event(no) => ("events", no),
            Self::Row(no) => ("marks", no),
            Self::None => return Ok(true),
        };
        let conn = Connection::from(pool).await?;
        conn.batch_execute(WAIT).await?;
        conn.query(locks::LOCK, &[&locks::SPACE, &shops]).await?;
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE no = $1)");
        let there = conn.query_one(&sql, &[&no]).await?.try_get(0)?;
        conn.discard();
        Ok(there)
    }
}
