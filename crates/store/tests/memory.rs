//! The memory store passes the conformance suite: alone, and shared by several nodes.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::Timestamp;
use claimwire_store::conformance::shared::SharedStore;
use claimwire_store::{MemoryStore, SharedMemoryStore, Store};

async fn fresh() -> (Arc<dyn Store>, ()) {
    (Arc::new(MemoryStore::new()), ())
}

claimwire_store::conformance!(fresh);

/// The store's clock is far from what the callers of the suite say.
struct Shared {
    clock: Arc<Mutex<Timestamp>>,
    store: SharedMemoryStore,
}

#[async_trait]
impl SharedStore for Shared {
    async fn node(&self) -> Arc<dyn Store> {
        Arc::new(self.store.node())
    }

    async fn pass(&self, time: Duration) {
        let mut clock = self.clock.lock().unwrap();
        *clock = clock.plus(time);
    }
}

async fn fresh_shared() -> (Arc<dyn SharedStore>, ()) {
    let clock = Arc::new(Mutex::new(Timestamp::from_secs(1_000)));
    let times = Arc::clone(&clock);
    let store = SharedMemoryStore::new(move || *times.lock().unwrap());
    (Arc::new(Shared { clock, store }), ())
}

claimwire_store::conformance!(shared: fresh_shared);
