//! Fetches by name what other nodes committed for this one's targets.

use std::sync::Arc;
use std::time::Duration;

use crate::shared::Shared;

/// From the beginning of one fetch to that of the next, for each delivery of the first, and at most. What is offered
/// meanwhile comes with it: a fetch costs the store much, whatever it is of.
const BETWEEN: Duration = Duration::from_micros(1500);
const BETWEEN_AT_MOST: Duration = Duration::from_millis(25);

/// Fetches until nothing is left, one fetch at a time.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let begun = shared.clock.elapsed();
        let asked = shared.with(|dispatch, _| dispatch.next_offered());
        if asked.is_empty() {
            return;
        }
        let now = shared.clock.now();
        let taken = shared.store.take_named(&asked, now, shared.limits.lease);
        let handed = taken.await.unwrap_or_else(|error| {
            tracing::debug!(%error, "cannot fetch what another node committed; a take is to bring it");
            Vec::new()
        });
        shared.with(|dispatch, now| dispatch.offered_came(&asked, handed, now));
        let fetched = u32::try_from(asked.len()).unwrap_or(u32::MAX);
        let between = BETWEEN.saturating_mul(fetched).min(BETWEEN_AT_MOST);
        shared.pause_since(begun, between).await;
    }
}
