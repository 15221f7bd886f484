//! Records what has ended, in groups: while one is being written the next one gathers, and for as long after its beginning
//! as the store asks for, unless something waits for the record. Groups are written one after another, so that what ended
//! first is on record first.

use std::num::NonZero;
use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_store::StoreError;
use claimwire_store::queue::Outcome;

use crate::shared::Shared;

/// Records until it is aborted.
pub(crate) async fn run(shared: Arc<Shared>) {
    let between = shared.store.between_records();
    loop {
        let group = shared.with(|dispatch, _| dispatch.outcomes());
        if group.is_empty() {
            shared.outcomes.notified().await;
        } else {
            let begun = shared.clock.elapsed();
            write(&shared, &group).await;
            count_late(&shared, &group);
            shared.with(|dispatch, now| dispatch.recorded(&group, now));
            if group.len() < shared.limits.record_group {
                tokio::select! {
                    biased;
                    () = shared.pause_since(begun, between) => {}
                    () = shared.waited_for.notified() => {}
                }
            }
        }
    }
}

/// The store keeps a late outcome from undoing what another node has recorded since.
fn count_late(shared: &Shared, group: &[Outcome]) {
    if let Some(late) = NonZero::new(late(group, shared.clock.now())) {
        tracing::warn!(late, "attempts were recorded after their lease had run out");
        shared.measures.late(late.get());
    }
}

fn late(group: &[Outcome], now: Timestamp) -> usize {
    let late = group.iter().filter(|outcome| outcome.lease.until <= now);
    late.count()
}

/// Writes a group. While the store cannot, it is tried again: an outcome is never dropped for that. When
/// it will not, the one that it refuses is dropped, so that the others are recorded.
async fn write(shared: &Shared, group: &Arc<[Outcome]>) {
    let Err(refusal) = patiently(shared, group).await else {
        return;
    };
    if let [outcome] = &**group {
        tracing::error!(delivery = %outcome.id, %refusal, "the store refuses to record an attempt; dropped");
        return;
    }
    for outcome in &**group {
        if let Err(refusal) = patiently(shared, &[outcome.clone()].into()).await {
            tracing::error!(delivery = %outcome.id, %refusal, "the store refuses to record an attempt; dropped");
        }
    }
}

async fn patiently(shared: &Shared, group: &Arc<[Outcome]>) -> Result<(), StoreError> {
    loop {
        match shared
            .store
            .record(Arc::clone(group), shared.clock.now())
            .await
        {
            Err(error) if error.is_passing() => {
                shared.store_failed("record attempts", &error).await
            }
            answer => return answer,
        }
    }
}
