//! Outcomes: what attempts came to, and what follows from that for delivery and webhook. A group is one transaction
//! of two round trips, whatever its size: all that it needs is read and locked, and then all of it written.
//!
//! Locked are, in this order: the shops, where somebody may have to be told; the owners of the partitions, so that
//! none changes hands; the healths, by target; the deliveries, by key.

mod columns;
mod known;

use claimwire_model::Timestamp;
use claimwire_store::StoreResult;
use claimwire_store::queue::Outcome;

use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, Tries};
use columns::Columns;
use known::{FollowUp, Group};

/// See [`claimwire_store::Queue::record`].
pub(crate) async fn record(
    store: &PostgresStore,
    outcomes: &[Outcome],
    now: Timestamp,
) -> StoreResult<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let shared = &*store.shared;
    let mut tries = Tries::default();
    loop {
        let tx = Transaction::on(store.connection().await?, shared);
        let mut told = Vec::new();
        let mut group = match Group::read(&tx, outcomes).await {
            Ok(group) => group,
            Err(error) => match tx.end(Err(error), &mut tries).await {
                Some(answer) => return answer,
                None => continue,
            },
        };
        for outcome in outcomes {
            told.extend(group.add(&tx, outcome, now));
        }
        let deferred = group.defer(&tx, now);
        let columns = Columns::of(&group, deferred);
        let answer = match columns.pipeline(&tx).await {
            Ok(mut pipeline) if told.is_empty() => {
                pipeline.plain("COMMIT");
                let answer = pipeline.run().await.map(drop);
                tries.answer(shared, tx.ended(answer), ()).await
            }
            Ok(pipeline) => {
                let done = tell(&tx, pipeline, &group, told, now).await;
                tx.end(done, &mut tries).await
            }
            Err(error) => tx.end(Err(error), &mut tries).await,
        };
        if let Some(answer) = answer {
            return answer;
        }
    }
}

/// Writes the group, and what follows from it for targets that are to be warned of or disabled.
async fn tell(
    tx: &Transaction<'_>,
    pipeline: Pipeline<'_>,
    group: &Group,
    told: Vec<FollowUp>,
    now: Timestamp,
) -> Result<()> {
    pipeline.run().await?;
    for follow_up in told {
        follow_up.make(tx, &group.healths, now).await?;
    }
    Ok(())
}
