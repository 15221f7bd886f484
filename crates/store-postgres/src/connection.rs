//! Connections: kept in a pool, with the statements that were prepared on each where they are this node's own.

use std::ops::Deref;
use std::sync::Arc;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, Statement};

use crate::error::Result;
use crate::pooled::Types;
use crate::shared::Options;
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
}

/// A connection from the pool.
pub(crate) struct Connection {
    kept: Object,
    types: Option<Arc<Types>>,
}

/// A statement, ready to be sent.
pub(crate) enum Ready {
    Named(Statement),
    Unnamed(String, Arc<[Type]>),
}

/// How long one waits for another: a node that is cut off in the middle of a transaction lets go of its locks.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '15s'";

/// Begins a transaction. A node that is stopped in the midst of it keeps its locks from the others no longer than this;
/// the setting goes with the statement, so that it holds behind a pooler too.
const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'";
/// Begins that of a group of commits or outcomes. Its statements are the same each time and find their rows by lists of
/// keys: their plans are kept, rather than made anew for each list, which cost a quarter of the database's time.
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
    let kept = deadpool_postgres::Pool::builder(manager)
        .max_size(options.connections)
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move {
                let set = client.batch_execute(session).await;
                set.map_err(HookError::Backend)
            })
        }))
        .build()
        .map_err(|error| claimwire_store::StoreError::Unavailable(error.to_string()))?;
    let types = (sessions == Sessions::Pooled).then(Arc::default);
    Ok(Pool { kept, types })
}

impl Pool {
    /// No connection is given out any more.
    pub(crate) fn close(&self) {
        self.kept.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.kept.is_closed()
    }
}

impl Connection {
    pub(crate) async fn from(pool: &Pool) -> Result<Self> {
        Ok(Self {
            kept: pool.kept.get().await?,
            types: pool.types.clone(),
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
            None => Ready::Named(self.kept.prepare_cached(sql).await?),
            Some(types) => Ready::Unnamed(sql.to_owned(), types.of(self.client(), sql).await?),
        })
    }

    /// Sends a statement, once it is polled, and answers its rows.
    pub(crate) async fn send(&self, ready: &Ready, params: Params<'_>) -> Result<Vec<Row>> {
        let rows = match ready {
            Ready::Named(statement) => self.kept.query(statement, params).await,
            Ready::Unnamed(sql, types) => {
                let typed = params.iter().copied().zip(types.iter().cloned());
                let typed: Vec<_> = typed.collect();
                self.client().query_typed(sql, &typed).await
            }
        };
        Ok(rows?)
    }

    /// All rows.
    pub(crate) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        self.send(&self.ready(sql).await?, params).await
    }

    /// The row, if there is one.
    pub(crate) async fn query_opt(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        match self.ready(sql).await? {
            Ready::Named(statement) => Ok(self.kept.query_opt(&statement, params).await?),
            unnamed => Ok(self.send(&unnamed, params).await?.pop()),
        }
    }

    /// The row; `NotFound` without one.
    pub(crate) async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row> {
        let found = self.query_opt(sql, params).await?;
        found.ok_or_else(|| claimwire_store::StoreError::NotFound.into())
    }

    /// How many rows it concerned.
    pub(crate) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        let done = match self.ready(sql).await? {
            Ready::Named(statement) => self.kept.execute(&statement, params).await,
            Ready::Unnamed(sql, types) => {
                let typed = params.iter().copied().zip(types.iter().cloned());
                let typed: Vec<_> = typed.collect();
                self.client().execute_typed(&sql, &typed).await
            }
        };
        Ok(done?)
    }

    /// What sends statements.
    pub(crate) fn client(&self) -> &Client {
        &self.kept
    }

    /// Closes it rather than give it back: nobody knows in which state it is.
    pub(crate) fn discard(self) {
        drop(Object::take(self.kept));
    }
}

impl Deref for Connection {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.kept
    }
}
