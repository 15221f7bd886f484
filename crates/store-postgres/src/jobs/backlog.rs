//! What a change of a webhook does to the deliveries that wait for it, in the change's own transaction.

use claimwire_model::id::{COUNTER_BITS, EPOCH_MS};
use claimwire_model::subject::Subject;
use claimwire_model::target::{Ordering, Target};
use claimwire_model::{EventNo, Lane, SubjectKind, TargetNo, Timestamp};
use claimwire_store::codes::Code;

use crate::error::Result;
use crate::rows;
use crate::transaction::Transaction;

/// Deliveries that are put into their lanes by one statement.
const STEP: i64 = 1_000;

/// A webhook became active: what waits for a retry goes out with what was held, at its place among it
/// ([`due_when_activated`](claimwire_model::delivery::due_when_activated)).
pub(crate) async fn bring_forward(
    tx: &Transaction<'_>,
    target: TargetNo,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "UPDATE deliveries SET due_at = (event >> $3) + $4 WHERE target = $1 AND due_at > $2",
        &[
            &target.0,
            &now.as_millis(),
            &i32::try_from(COUNTER_BITS).unwrap_or(0),
            &EPOCH_MS,
        ],
    )
    .await?;
    Ok(())
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
