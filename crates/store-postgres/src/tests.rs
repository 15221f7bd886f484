//! What only this store promises.

mod deferred;
mod forward;
mod housekeeping;
mod locks;
mod partitions;
mod plans;

use std::sync::Arc;

use claimwire_store::vault::Vault;
use claimwire_testkit::postgres::Database;

use crate::{Options, PostgresStore};

/// A node on a database.
async fn node(database: &Database<'_>, options: Options) -> Arc<PostgresStore> {
    let vault = Vault::new([7; 32], Vec::new()).unwrap();
    let opened = PostgresStore::open(&database.url(), vault, options).await;
    opened.unwrap()
}
