//! The store, opened and closed.

use std::sync::Arc;

use claimwire_store::vault::Vault;
use claimwire_store::{StoreError, StoreResult};
use deadpool_postgres::Pool;
use tokio_postgres::Config;

use crate::background;
use crate::committer::Committer;
use crate::connection::{self, Connection};
use crate::error::Result;
use crate::migrations;
use crate::seals;
use crate::shared::{Options, Shared};
use crate::tls::{Proof, Tls};

/// A store in a PostgreSQL database. Each value is one node.
pub struct PostgresStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pool: Pool,
    pub(crate) committer: Committer,
}

impl PostgresStore {
    /// Connects to the database at `url`, and brings its schema up to this program.
    ///
    /// # Errors
    /// `Refused` when the URL cannot be used, the server is too old, the role may not do what is needed, or a newer program
    /// wrote the database; `Damaged` when the vault's keys do not open its secrets; `Unavailable` when it cannot be
    /// reached.
    pub async fn open(url: &str, vault: Vault, options: Options) -> StoreResult<Arc<Self>> {
        let config: Config = url
            .parse()
            .map_err(|error: tokio_postgres::Error| StoreError::Refused(error.to_string()))?;
        let tls = Tls::new(Proof::None).map_err(StoreError::Refused)?;
        let pool = connection::pool(config, tls, &options).map_err(StoreError::from)?;
        let number = prepare(&pool, &vault).await.map_err(StoreError::from)?;
        let shared = Arc::new(Shared::new(vault, options, number));
        let store = Arc::new(Self {
            committer: Committer::new(pool.clone(), shared.clone()),
            shared,
            pool,
        });
        background::begin(&store);
        Ok(store)
    }

    /// Lets go of the connections. Later calls are answered `Unavailable`.
    pub fn close(&self) {
        self.pool.close();
    }

    /// Whether it was closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// A connection, for reads.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        Connection::from(&self.pool).await
    }
}

/// Brings the schema up to this program; answers the number of this node.
async fn prepare(pool: &Pool, vault: &Vault) -> Result<i64> {
    let mut conn = pool.get().await?;
    migrations::migrate(&mut conn).await?;
    let conn = Connection::from(pool).await?;
    seals::check(&conn, vault).await?;
    let row = conn
        .query_one("SELECT nextval('node_numbers')", &[])
        .await?;
    Ok(row.try_get(0)?)
}
