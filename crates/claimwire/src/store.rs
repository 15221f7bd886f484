//! Which store: the embedded one, or a PostgreSQL that several nodes share.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use claimwire_store::vault::Vault;
use claimwire_store::{CountBacklog, Reseal, Store};
use claimwire_store_postgres::PostgresStore;
use claimwire_store_sqlite::SqliteStore;
use tokio::runtime::Handle;

use crate::settings::ServeSettings;
use crate::state_files::{self, secret};

/// A store as the server has it.
pub trait ServerStore: Store + Reseal + CountBacklog {
    /// Finishes what was accepted and lets go of files and connections. For a thread of the runtime that may block.
    fn close(&self);
}

impl ServerStore for SqliteStore {
    fn close(&self) {
        Self::close(self);
    }
}

impl ServerStore for PostgresStore {
    fn close(&self) {
        Handle::current().block_on(Self::close(self));
    }
}

/// The store, and whether older encryption keys are given.
pub type Opened = (Arc<dyn ServerStore>, bool);

/// Whether the database is the one in the data directory, which has no other node.
pub fn is_embedded(settings: &ServeSettings) -> bool {
    secret::set(settings.database_url.as_deref()).is_none()
}

/// Refuses a database without what all of its nodes must have alike. To be asked before anything is made.
pub fn check(settings: &ServeSettings) -> anyhow::Result<()> {
    if is_embedded(settings) {
        return Ok(());
    }
    let needed = [
        (
            "--encryption-key",
            &settings.encryption_key,
            "openssl rand -base64 32",
        ),
        ("--admin-key", &settings.admin_key, "openssl rand -hex 24"),
    ];
    for (name, given, make) in needed {
        if secret::set(given.as_deref()).is_some() {
            continue;
        }
        return Err(anyhow!(
            "--database-url needs {name}: all nodes on one database must have the same. `{make}` makes one; keep it \
             where every node gets it from"
        ));
    }
    Ok(())
}

/// Opens the one that the settings name.
pub async fn open(settings: &ServeSettings) -> anyhow::Result<Opened> {
    match secret::set(settings.database_url.as_deref()) {
        Some(url) => shared(settings, url).await,
        None => embedded(settings),
    }
}

/// A new encryption key is kept once the store is open: none takes the place of one that was lost, with what that
/// sealed.
fn embedded(settings: &ServeSettings) -> anyhow::Result<Opened> {
    let dir = &settings.data_dir;
    let current = state_files::encryption_key(dir, settings.encryption_key.as_deref())?;
    let older = state_files::older_encryption_keys(dir, &settings.encryption_keys_old)?;
    let older_given = !older.is_empty();
    let path = dir.join(crate::data_dir::DATABASE);
    let vault = Vault::new(current.key, older)?;
    let options = claimwire_store_sqlite::Options {
        preallocate_wal: true,
        ..Default::default()
    };
    let store = SqliteStore::open(&path, vault, options).with_context(|| {
        let path = path.display();
        format!("cannot open the database {path}{}", current.hint())
    })?;
    current.keep()?;
    Ok((store, older_given))
}

async fn shared(settings: &ServeSettings, url: &str) -> anyhow::Result<Opened> {
    let dir = &settings.data_dir;
    let current = state_files::encryption_key(dir, settings.encryption_key.as_deref())?;
    let older = state_files::older_encryption_keys(dir, &settings.encryption_keys_old)?;
    let older_given = !older.is_empty();
    let vault = Vault::new(current.key, older)?;
    let options = claimwire_store_postgres::Options {
        connections: usize::from(settings.database_connections),
        ..Default::default()
    };
    let store = PostgresStore::open(url, vault, options)
        .await
        .context("cannot open the database of --database-url")?;
    if settings.images == "file" {
        tracing::warn!(
            "images are kept in the data directory: nodes on other machines do not have them; give --images s3://…"
        );
    }
    Ok((store, older_given))
}
