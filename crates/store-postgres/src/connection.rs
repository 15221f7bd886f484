//! Connections: kept in a pool, with the statements that were prepared on each where they are this node's own.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use claimwire_store::StoreError;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, PoolError, QueueMode, RecyclingMethod,
    Runtime, TimeoutType, Timeouts,
};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, Statement};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::pooled::Types;
use crate::reconnect::Reconnect;
use crate::tls::Tls;

/// One parameter of a statement.
pub(crate) type Param<'a> = &'a (dyn ToSql + Sync);

/// The parameters of a statement.
pub(crate) type Params<'a> = &'a [Param<'a>];

/// Whose the server's connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// The client's, from its connecting to its end.
    Own,
    /// A pooler's, which gives them out for one transaction.
    Pooled,
}

/// Connections that are kept.
#[derive(Clone)]
pub(crate) struct Pool {
    kept: deadpool_postgres::Pool,
    /// Behind a pooler.
    types: Option<Arc<Types>>,
    reconnect: Arc<Reconnect>,
    patience: Duration,
    silence: Duration,
}

/// A connection from the pool.
pub(crate) struct Connection {
    /// Until it is discarded.
    kept: Option<Object>,
    types: Option<Arc<Types>>,
    silence: Duration,
    /// It owes an answer that is not waited for any more.
    silent: AtomicBool,
}

/// A statement, ready to be sent.
pub(crate) enum Ready {
    Named(Statement),
    Unnamed(String, Arc<[Type]>),
}

/// How long one waits for another: a node that is cut off in the middle of a transaction lets go of its locks. And no plan
/// is compiled first: all statements are short, however much the planner thinks that they read.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '15s'; SET jit = off";

/// Between two looks whether a connection is free where none can be made.
const PAUSE: Duration = Duration::from_millis(5);

/// Begins a transaction. A node that is stopped in the midst of it keeps its locks from the others no longer than this;
/// the setting goes with the statement, so that it holds behind a pooler too.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'";
/// Begins that of a group of commits or outcomes. Its statements are the same each time and find their rows by lists of
/// keys: their plans are kept, rather than made anew for each list, which cost a quarter of the database's time. That they
/// are made anew when tables have grown, [`growth`](crate::growth) sees to.
const BEGIN_GROUP: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'; \
     SET LOCAL plan_cache_mode = force_generic_plan";
/// The same where settings of a session would be somebody else's.
const BEGIN_POOLED: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'; \
     SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '60s'";

/// Makes the pool; nothing is connected yet.
pub(crate) fn pool(
    config: Config,
    tls: Tls,
    options: &Options,
    sessions: Sessions,
) -> Result<Pool> {
    let manager = Manager::from_config(
        config,
        tls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    let timeouts = Timeouts {
        wait: Some(options.patience),
        create: Some(options.patience),
        recycle: Some(options.patience),
    };
    let session = match sessions {
        Sessions::Own => SESSION,
        Sessions::Pooled => "",
    };
    let reconnect = Arc::new(Reconnect::default());
    let made = Arc::clone(&reconnect);
    let kept = deadpool_postgres::Pool::builder(manager)
        .max_size(options.connections)
        .timeouts(timeouts)
        // Those that were used last know the plans of most statements.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(move |client, _| {
            let made = Arc::clone(&made);
            Box::pin(async move {
                let set = client.batch_execute(session).await;
                set.map_err(HookError::Backend)?;
                made.succeeded();
                Ok(())
            })
        }))
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let types = (sessions == Sessions::Pooled).then(Arc::default);
    Ok(Pool {
        kept,
        types,
        reconnect,
        patience: options.patience,
        silence: options.silence,
    })
}

impl Pool {
    /// No connection is given out any more.
    pub(crate) fn close(&self) {
        self.kept.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.kept.is_closed()
    }

    /// One that is free, or a new one. Where none can be made, those that are there are waited for.
    async fn get(&self) -> Result<Object> {
        let begun = Instant::now();
        loop {
            let status = self.kept.status();
            if status.available > 0 {
                break;
            }
            match self.reconnect.attempt(Instant::now()) {
                Ok(()) => break,
                Err(_) if status.size > 0 && begun.elapsed() < self.patience => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.kept.get().await.map_err(|error| {
            let connects = !matches!(
                error,
                PoolError::Timeout(TimeoutType::Wait) | PoolError::Closed
            );
            let error = Error::from(error);
            if connects {
                let error = StoreError::from(error);
                self.reconnect.failed(error.to_string(), Instant::now());
                return error.into();
            }
            error
        })
    }
}

impl Connection {
    pub(crate) async fn from(pool: &Pool) -> Result<Self> {
        Ok(Self {
            kept: Some(pool.get().await?),
            types: pool.types.clone(),
            silence: pool.silence,
            silent: AtomicBool::new(false),
        })
    }

    /// The statement that begins a transaction.
    pub(crate) fn beginning(&self) -> &'static str {
        match self.sessions() {
            Sessions::Own => BEGIN,
            Sessions::Pooled => BEGIN_POOLED,
        }
    }

    /// The statement that begins the transaction of a group. Where statements have no names there are no plans to keep.
    pub(crate) fn beginning_of_group(&self) -> &'static str {
        match self.sessions() {
            Sessions::Own => BEGIN_GROUP,
            Sessions::Pooled => BEGIN_POOLED,
        }
    }

    pub(crate) fn sessions(&self) -> Sessions {
        match self.types {
            None => Sessions::Own,
            Some(_) => Sessions::Pooled,
        }
    }

    /// Makes a statement ready; that takes a round trip if it never was before.
    pub(crate) async fn ready(&self, sql: &str) -> Result<Ready> {
        Ok(match &self.types {
            None => Ready::Named(self.answered(self.prepare_cached(sql)).await?),
            Some(types) => {
                let types = self.answered(types.of(self.client(), sql)).await?;
                Ready::Unnamed(sql.to_owned(), types)
            }
        })
    }

    /// Waits for an answer, no longer than any takes that will ever come; then the connection is given up.
    pub(crate) async fn answered<T, E: Into<Error>>(
        &self,
        answer: impl Future<Output = std::result::Result<T, E>>,
    ) -> Result<T> {
        match timeout(self.silence, answer).await {
            Ok(answer) => answer.map_err(Into::into),
            Err(_) => {
                self.silent.store(true, Ordering::Relaxed);
                Err(Error::Silent(self.silence))
            }
        }
    }

    /// Sends a statement, once it is polled, and answers its rows. It waits as long as that takes: see
    /// [`Connection::answered`].
    pub(crate) async fn send(&self, ready: &Ready, params: Params<'_>) -> Result<Vec<Row>> {
        let rows = match ready {
            Ready::Named(statement) => self.client().query(statement, params).await,
            Ready::Unnamed(sql, types) => {
                let typed = params.iter().copied().zip(types.iter().cloned());
                let typed: Vec<_> = typed.collect();
                self.client().query_typed(sql, &typed).await
            }
        };
        Ok(rows?)
    }

    /// Runs statements without parameters.
    pub(crate) async fn batch_execute(&self, sql: &str) -> Result<()> {
        self.answered(self.client().batch_execute(sql)).await
    }

    /// All rows.
    pub(crate) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let ready = self.ready(sql).await?;
        self.answered(self.send(&ready, params)).await
    }

    /// The row, if there is one.
    pub(crate) async fn query_opt(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        match self.ready(sql).await? {
            Ready::Named(statement) => {
                let found = self.client().query_opt(&statement, params);
                self.answered(found).await
            }
            unnamed => Ok(self.answered(self.send(&unnamed, params)).await?.pop()),
        }
    }

    /// The row; `NotFound` without one.
    pub(crate) async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row> {
        let found = self.query_opt(sql, params).await?;
        found.ok_or_else(|| StoreError::NotFound.into())
    }

    /// How many rows it concerned.
    pub(crate) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        match self.ready(sql).await? {
            Ready::Named(statement) => {
                self.answered(self.client().execute(&statement, params))
                    .await
            }
            Ready::Unnamed(sql, types) => {
                let typed = params.iter().copied().zip(types.iter().cloned());
                let typed: Vec<_> = typed.collect();
                self.answered(self.client().execute_typed(&sql, &typed))
                    .await
            }
        }
    }

    /// What sends statements.
    pub(crate) fn client(&self) -> &Client {
        self
    }

    /// Closes it rather than give it back: nobody knows in which state it is.
    pub(crate) fn discard(mut self) {
        if let Some(kept) = self.kept.take() {
            drop(Object::take(kept));
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.silent.load(Ordering::Relaxed)
            && let Some(kept) = self.kept.take()
        {
            drop(Object::take(kept));
        }
    }
}

impl Deref for Connection {
    type Target = Object;

    #[allow(
        clippy::expect_used,
        reason = "it is there until the connection is dropped or discarded"
    )]
    fn deref(&self) -> &Object {
        self.kept.as_ref().expect("a connection is there")
    }
}
