//! What a replay found becomes due.

use std::collections::HashMap;

use claimwire_model::delivery::Progress;
use claimwire_model::replay::{ReplayStatus, SendAgain};
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, EventNo, Lane, Timestamp};

use crate::error::Result;
use crate::lanes;
use crate::rows::progress::{self, Written};
use crate::transaction::Transaction;

/// Arms or makes the deliveries of these events that the replay asks for; answers how many.
pub(super) async fn again(
    tx: &Transaction<'_>,
    events: &[EventNo],
    status: ReplayStatus,
    webhook: &Target,
    now: Timestamp,
) -> Result<usize> {
    if events.is_empty() {
        return Ok(0);
    }
    let ids = events.iter().map(|event| DeliveryId {
        event: *event,
        target: webhook.no,
    });
    let there = progress::lock(tx, ids.clone()).await?;
    let there: HashMap<_, _> = there.into_iter().collect();
    let lanes = lanes::of_events(tx, webhook.ordering, events).await?;
    let (mut armed, mut made) = (Batch::default(), Batch::default());
    for id in ids {
        let row = there.get(&id);
        let lane = lanes.get(&id.event).copied();
        match (status.send_again(row.map(|row| row.progress.stage)), row) {
            (SendAgain::Rearm, Some(row)) => {
                let mut progress = row.progress;
                progress.rearm(now);
                armed.push(id, &progress, lane);
            }
            (SendAgain::Make, None) => made.push(id, &Progress::new(now), lane),
            _ => {}
        }
    }
    let again = armed.rearm(tx).await? + made.insert(tx).await?;
    Ok(usize::try_from(again).unwrap_or(usize::MAX))
}

#[derive(Default)]
struct Batch {
    written: Written,
    lanes: Vec<Option<i64>>,
}

impl Batch {
    fn push(&mut self, id: DeliveryId, progress: &Progress, lane: Option<Lane>) {
        self.written.push(id, progress);
        self.lanes.push(lane.map(|lane| lane.0));
    }

    async fn rearm(&self, tx: &Transaction<'_>) -> Result<u64> {
        let written = &self.written;
        if written.events.is_empty() {
            return Ok(0);
        }
        tx.execute(
            "UPDATE deliveries d SET state = u.state, due_at = u.due_at, failures = u.failures,
               activation = u.activation, delivered_at = u.delivered_at, lane = u.lane, saved = NULL
             FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
               $7::BIGINT[], $8::BIGINT[])
               AS u (event, target, state, due_at, failures, activation, delivered_at, lane)
             WHERE d.event = u.event AND d.target = u.target",
            &[
                &written.events,
                &written.targets,
                &written.states,
                &written.dues,
                &written.failures,
                &written.activations,
                &written.delivered_ats,
                &self.lanes,
            ],
        )
        .await
    }

    async fn insert(&self, tx: &Transaction<'_>) -> Result<u64> {
        let written = &self.written;
        if written.events.is_empty() {
            return Ok(0);
        }
        tx.execute(
            "INSERT INTO deliveries (event, target, state, due_at, lane)
             SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[])
             ON CONFLICT (event, target) DO NOTHING",
            &[
                &written.events,
                &written.targets,
                &written.states,
                &written.dues,
                &self.lanes,
            ],
        )
        .await
    }
}
