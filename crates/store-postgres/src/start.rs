//! The store, opened and closed.

use std::sync::Arc;

use claimwire_store::vault::Vault;
use claimwire_store::{StoreError, StoreResult};

use crate::committer::Committer;
use crate::connection::{self, Connection, Pool, Sessions};
use crate::error::Result;
use crate::hints::connection as hints;
use crate::options::Options;
use crate::shared::Shared;
use crate::store::PostgresStore;
use crate::url::Place;
use crate::{background, deferred, open, seals};

impl PostgresStore {
    /// Connects to the database at `url`, and brings its schema up to this program.
    ///
    /// # Errors
    /// `Refused` when the URL cannot be used, the server is too old, the role may not do what is needed, or a newer program
    /// wrote the database; `Damaged` when the vault's keys do not open its secrets; `Unavailable` when it cannot be
    /// reached.
    pub async fn open(url: &str, vault: Vault, options: Options) -> StoreResult<Arc<Self>> {
        let place = Place::parse(url, options.patience).map_err(unusable)?;
        let sessions = open::migrate(&place, options.patience).await?;
        let (config, tls) = (place.config.clone(), place.tls.clone());
        let pool = connection::pool(config, tls, &options, sessions)?;
        let number = number(&pool, &vault).await?;
        let shared = Arc::new(Shared::new(vault, options, number));
        match sessions {
            Sessions::Own if !shared.is_alone() => {
                hints::begin(shared.clone(), place.config, place.tls);
            }
            Sessions::Own => {}
            Sessions::Pooled => tracing::info!(
                hosts = place.hosts(),
                "a pooler is between this node and PostgreSQL: statements are sent without names, and what other nodes \
                 commit for this one is found by looking, every few seconds"
            ),
        }
        let store = Arc::new(Self {
            committer: Committer::new(pool.clone(), shared.clone()),
            shared,
            pool,
        });
        background::begin(&store);
        Ok(store)
    }

    /// Looks whether the database at `url` can be opened by this program, and changes nothing in it. Answers its hosts.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn look(url: &str, options: Options) -> StoreResult<String> {
        let place = Place::parse(url, options.patience).map_err(unusable)?;
        open::look(&place, options.patience).await?;
        Ok(place.hosts())
    }

    /// Writes what was deferred, and lets go of the connections. Later calls are answered `Unavailable`.
    pub async fn close(&self) {
        let written = deferred::write(self, true);
        let written = tokio::time::timeout(self.shared.options.patience, written).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!("cannot write the statistics of the last second: they are lost");
        }
        self.pool.close();
        self.shared.hints.stop();
    }
}

fn unusable(why: String) -> StoreError {
    StoreError::Refused(format!("the URL cannot be used: {why}"))
}

/// The number of this node.
async fn number(pool: &Pool, vault: &Vault) -> Result<i64> {
    let conn = Connection::from(pool).await?;
    open::refuse_half(&conn).await?;
    seals::check(&conn, vault).await?;
    let row = conn
        .query_one("SELECT nextval('node_numbers')", &[])
        .await?;
    Ok(row.try_get(0)?)
}
