//! The SQLite store passes the conformance suite.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use claimwire_store::Store;
use claimwire_store::vault::Vault;
use claimwire_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

async fn fresh() -> (Arc<dyn Store>, TempDir) {
    let dir = tempfile::tempdir().expect("a folder");
    let vault = Vault::new([7; 32], Vec::new()).expect("a vault");
    let store = SqliteStore::open(&dir.path().join("claimwire.db"), vault, Options::default());
    (store.expect("an empty store"), dir)
}

claimwire_store::conformance!(fresh);
