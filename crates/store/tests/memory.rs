//! The memory store passes the conformance suite.

use std::sync::Arc;

use claimwire_store::{MemoryStore, Store};

async fn fresh() -> (Arc<dyn Store>, ()) {
    (Arc::new(MemoryStore::new()), ())
}

claimwire_store::conformance!(fresh);
