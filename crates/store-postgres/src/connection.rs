//! Connections: kept in a pool, with the statements that were prepared on each.

use std::ops::Deref;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row};

use crate::error::{Error, Result};
use crate::shared::Options;
use crate::tls::Tls;

/// One parameter of a statement.
pub(crate) type Param<'a> = &'a (dyn ToSql + Sync);

/// The parameters of a statement.
pub(crate) type Params<'a> = &'a [Param<'a>];

/// A connection from the pool.
pub(crate) struct Connection(Object);

/// How long one waits for another: a node that is cut off in the middle of a transaction lets go of its locks.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '15s'";

/// Makes the pool; nothing is connected yet.
pub(crate) fn pool(config: Config, tls: Tls, options: &Options) -> Result<Pool> {
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
    Pool::builder(manager)
        .max_size(options.connections)
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async move {
                let set = client.batch_execute(SESSION).await;
                set.map_err(HookError::Backend)
            })
        }))
        .build()
        .map_err(|error| Error::Store(claimwire_store::StoreError::Unavailable(error.to_string())))
}

impl Connection {
    pub(crate) async fn from(pool: &Pool) -> Result<Self> {
        Ok(Self(pool.get().await?))
    }

    /// All rows.
    pub(crate) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.query(&statement, params).await?)
    }

    /// The row, if there is one.
    pub(crate) async fn query_opt(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.query_opt(&statement, params).await?)
    }

    /// The row; `NotFound` without one.
    pub(crate) async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row> {
        let found = self.query_opt(sql, params).await?;
        found.ok_or_else(|| claimwire_store::StoreError::NotFound.into())
    }

    /// How many rows it concerned.
    pub(crate) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.execute(&statement, params).await?)
    }

    /// What sends statements.
    pub(crate) fn client(&self) -> &Client {
        &self.0
    }

    /// Closes it rather than give it back: nobody knows in which state it is.
    pub(crate) fn discard(self) {
        drop(Object::take(self.0));
    }
}

impl Deref for Connection {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.0
    }
}
