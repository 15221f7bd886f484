//! What a change of a webhook does to the deliveries that wait for it, in the change's own transaction, or begun there.

use claimwire_model::id::{COUNTER_BITS, EPOCH_MS};
use claimwire_model::subject::Subject;
use claimwire_model::target::{Ordering, Target};
use claimwire_model::{EventNo, Lane, SubjectKind, TargetNo, Timestamp};
use claimwire_store::codes::Code;

use crate::error::Result;
use crate::rows;
use crate::transaction::Transaction;

/// Deliveries that one statement changes, at most.
pub(crate) const STEP: i64 = 1_000;

/// A webhook became active: what waits for a retry goes out with what was held, at its place among it
/// ([`due_when_activated`](claimwire_model::delivery::due_when_activated)). What is more than a step is left for
/// later ([`background`](crate::background)).
pub(crate) async fn bring_forward(
    tx: &Transaction<'_>,
    webhook: &Target,
    now: Timestamp,
) -> Result<()> {
    let (no, since) = (webhook.no.0, now.as_millis());
    let activation = i64::from(webhook.health.activation);
    if bring_some_forward(tx, webhook.no, since, activation).await? {
        let sql = "INSERT INTO forwards (target, since) VALUES ($1, $2)
             ON CONFLICT (target) DO UPDATE SET since = excluded.since";
        tx.execute(sql, &[&no, &since]).await?;
    }
    Ok(())
}

/// A step of it. What has failed in this activation waits for its own time. True: there may be more.
pub(crate) async fn bring_some_forward(
    tx: &Transaction<'_>,
    target: TargetNo,
    since: i64,
    activation: i64,
) -> Result<bool> {
    let brought = tx
        .execute(
            "UPDATE deliveries d SET due_at = (d.event >> $3) + $4
             FROM (SELECT event FROM deliveries
                   WHERE target = $1 AND due_at > $2 AND activation < $5
                   ORDER BY due_at, event LIMIT $6 FOR UPDATE) AS waiting
             WHERE d.target = $1 AND d.event = waiting.event",
            &[
                &target.0,
                &since,
                &i32::try_from(COUNTER_BITS).unwrap_or(0),
                &EPOCH_MS,
                &activation,
                &STEP,
            ],
        )
        .await?;
    Ok(brought >= STEP.unsigned_abs())
}

/// A webhook has another ordering: what waits gets its lanes.
pub(crate) async fn assign_lanes(tx: &Transaction<'_>, webhook: &Target) -> Result<()> {
    if webhook.ordering == Ordering::None {
        let sql = "UPDATE deliveries SET lane = NULL WHERE target = $1 AND lane IS NOT NULL AND due_at IS NOT NULL";
        tx.execute(sql, &[&webhook.no.0]).await?;
        return Ok(());
    }
    let mut after = i64::MIN;
    loop {
        let found = tx
            .query(
                "SELECT d.event, e.subject_kind, e.subject_id FROM deliveries d JOIN events e ON e.no = d.event
                 WHERE d.target = $1 AND d.state = 0 AND d.event > $2 ORDER BY d.event LIMIT $3",
                &[&webhook.no.0, &after, &STEP],
            )
            .await?;
        let events: Vec<i64> = rows::column(&found, 0)?;
        let Some(last) = events.last() else {
            return Ok(());
        };
        after = *last;
        let mut lanes: Vec<Option<i64>> = Vec::with_capacity(events.len());
        for row in &found {
            let kind: Option<i64> = row.try_get(1)?;
            let id: Option<String> = row.try_get(2)?;
            let subject = match kind.zip(id) {
                Some((kind, id)) => Some(Subject {
                    kind: SubjectKind::from_code(kind)?,
                    id,
                }),
                None => None,
            };
            let event = EventNo(row.try_get(0)?);
            let lane = Lane::of_subject(webhook.ordering, event, subject.as_ref());
            lanes.push(lane.map(|lane| lane.0));
        }
        tx.execute(
            "UPDATE deliveries d SET lane = given.lane
             FROM UNNEST($2::BIGINT[], $3::BIGINT[]) AS given (event, lane)
             WHERE d.event = given.event AND d.target = $1",
            &[&webhook.no.0, &events, &lanes],
        )
        .await?;
    }
}
