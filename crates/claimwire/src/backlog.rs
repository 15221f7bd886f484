//! Shows how much waits in the whole store, whichever process has it in hand. On a store that several nodes share, each
//! shows the same.

use std::sync::Arc;
use std::time::Duration;

use claimwire_engine::{Clock, SystemClock};
use claimwire_store::LastBacklog;
use tokio::task::JoinHandle;

use crate::store::ServerStore;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(15);
const UNFINISHED: &str = "claimwire_deliveries_unfinished";
const OVERDUE: &str = "claimwire_deliveries_overdue_seconds";

/// Begins to look, until it is aborted. What a store that does not answer had, is shown on.
pub fn start(
    store: Arc<dyn ServerStore>,
    clock: Arc<SystemClock>,
    last: Arc<LastBacklog>,
) -> JoinHandle<()> {
    metrics::describe_gauge!(
        UNFINISHED,
        "Deliveries for active webhooks and connectors that are not finished, in the whole store; counted up to a million."
    );
    metrics::describe_gauge!(
        OVERDUE,
        "For how long the delivery has been due that has been due longest, in the whole store; 0: none is."
    );
    tokio::spawn(async move {
        loop {
            let now = clock.now();
            match store.backlog(now).await {
                Ok(backlog) => {
                    last.put(now, backlog);
                    let since = backlog.due_since;
                    let overdue = since.map_or(Duration::ZERO, |since| now.since(since));
                    metrics::gauge!(UNFINISHED).set(backlog.unfinished as f64);
                    metrics::gauge!(OVERDUE).set(overdue.as_secs_f64());
                }
                Err(error) => tracing::debug!(%error, "what waits cannot be counted"),
            }
            tokio::time::sleep(EVERY).await;
        }
    })
}
