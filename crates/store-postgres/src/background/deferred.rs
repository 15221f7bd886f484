//! Writes behind groups of outcomes what they deferred ([`deferred`](crate::deferred)). A node that defers nothing asks
//! PostgreSQL nothing.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::deferred;
use crate::store::PostgresStore;

/// How often it is looked whether something has waited long enough.
const EVERY: Duration = Duration::from_millis(500);

/// Begins it; it ends with the store.
pub(super) fn begin(store: &Arc<PostgresStore>) {
    tokio::spawn(go_on(Arc::downgrade(store)));
}

async fn go_on(store: Weak<PostgresStore>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(store) = store.upgrade().filter(|store| !store.is_closed()) else {
            return;
        };
        if let Err(error) = deferred::write(&store, false).await {
            tracing::warn!(%error, "cannot write statistics; they follow in a moment");
        }
    }
}
