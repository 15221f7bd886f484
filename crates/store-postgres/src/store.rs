//! The store: what each of its calls works with.

use std::sync::Arc;

use crate::committer::Committer;
use crate::connection::{Connection, Pool};
use crate::error::Result;
use crate::shared::Shared;

/// A store in a PostgreSQL database. Each value is one node.
pub struct PostgresStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pool: Pool,
    pub(crate) committer: Committer,
}

impl PostgresStore {
    /// Whether it was closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// A connection, for reads.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        Connection::from(&self.pool).await
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.shared.hints.stop();
    }
}
