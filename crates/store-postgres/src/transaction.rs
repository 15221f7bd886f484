//! One transaction: its statements, and what follows from it in memory.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_model::TargetNo;
use claimwire_model::target::Target;
use claimwire_store::{Handed, StoreError, StoreResult};
use deadpool_postgres::Pool;

use crate::connection::Connection;
use crate::effects::Effects;
use crate::error::{Error, Result, text};
use crate::shared::Shared;
use crate::store::PostgresStore;

/// How often a transaction that met another is done, before its caller is told to come again.
const TRIES: u32 = 8;

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

impl<'a> Transaction<'a> {
    pub(crate) async fn begin(pool: &Pool, shared: &'a Shared) -> Result<Self> {
        let begun = Self::on(Connection::from(pool).await?, shared);
        begun.batch_execute("BEGIN").await?;
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

    /// After the commit the engine hears that there is something new to take.
    pub(crate) fn wake(&self, target: TargetNo) {
        let mut effects = self.effects();
        if effects.woken.last() != Some(&target) {
            effects.woken.push(target);
        }
    }

    /// After the commit the engine hears what became of a target.
    pub(crate) fn changed(&self, target: TargetNo, changed: Option<std::sync::Arc<Target>>) {
        self.effects().changed.push((target, changed));
    }

    /// After the commit the engine gets a delivery that it has promised room for.
    pub(crate) fn hand(&self, handed: Handed) {
        self.effects().handed.push(handed);
    }

    /// Commits, and notifies the engine.
    ///
    /// # Errors
    /// `Unknown` when the answer was lost.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let committed = self.batch_execute("COMMIT").await;
        let lost = matches!(&committed, Err(error) if error.as_db_error().is_none());
        let done = match committed {
            Ok(()) => {
                self.conn = None;
                let effects = std::mem::take(&mut *self.effects());
                effects.notify(self.shared.intake().as_deref());
                return Ok(());
            }
            Err(error) if lost => Error::Store(StoreError::Unknown(text(&error))),
            Err(error) => Error::Sql(error),
        };
        Err(done)
    }

    /// Undoes it and gives the connection back.
    pub(crate) async fn roll_back(mut self) {
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

impl PostgresStore {
    /// Does `work` in a transaction, again from its beginning when that met another one. `work` may run several
    /// times, but is committed once. The engine is notified of what it gathered.
    pub(crate) async fn transact<T, F>(&self, work: F) -> StoreResult<T>
    where
        F: AsyncFn(&Transaction<'_>) -> Result<T>,
    {
        let mut tries = 1;
        loop {
            let transaction = Transaction::begin(&self.pool, &self.shared).await?;
            let error = match work(&transaction).await {
                Ok(done) => match transaction.commit().await {
                    Ok(()) => return Ok(done),
                    Err(error) => error,
                },
                Err(error) => {
                    transaction.roll_back().await;
                    error
                }
            };
            if !error.is_conflict() {
                return Err(error.into());
            }
            if tries == TRIES {
                let error = StoreError::from(error);
                return Err(StoreError::Unavailable(format!(
                    "{error}, {tries} times in a row"
                )));
            }
            back_off(tries).await;
            tries += 1;
        }
    }
}

/// Waits a little longer each time, so that those who met do not meet again.
pub(crate) async fn back_off(tries: u32) {
    tokio::time::sleep(Duration::from_millis(1 << tries.min(8))).await;
}
