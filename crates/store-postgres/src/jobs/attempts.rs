//! Attempts go on record.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::DeliveryId;
use claimwire_model::delivery::{Attempt, Split};

use crate::connection::{Connection, Param};
use crate::error::Result;
use crate::pipeline::Pipeline;

const INSERT: &str =
    "INSERT INTO attempts (event, target, number, step, started_at, duration_us, status_code, error, error_detail,
       request_headers, response_headers, response_body, stages)
     SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::BIGINT[], $6::BIGINT[],
       $7::BIGINT[], $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::BYTEA[], $13::BIGINT[])";

/// Whether an attempt with this number is written with its delivery: the first, where it delivered and says no more than
/// that.
pub(crate) fn is_with_delivery(attempt: &Attempt, number: u32, delivered: bool) -> bool {
    let plain = attempt.step.is_none() && attempt.error.is_none() && attempt.error_detail.is_none();
    delivered && number == 1 && plain
}

/// Adds attempts with these numbers to their deliveries.
pub(crate) async fn insert(
    conn: &Connection,
    attempts: &[(DeliveryId, u32, Arc<Attempt>)],
) -> Result<()> {
    let columns = Columns::of(attempts);
    let mut pipeline = Pipeline::on(conn);
    columns.add_to(&mut pipeline).await?;
    pipeline.run().await?;
    Ok(())
}

/// Attempts, ready to be added.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    events: Vec<i64>,
    targets: Vec<i64>,
    numbers: Vec<i64>,
    steps: Vec<Option<&'a str>>,
    started_ats: Vec<i64>,
    durations: Vec<i64>,
    statuses: Vec<Option<i64>>,
    errors: Vec<Option<&'a str>>,
    details: Vec<Option<&'a str>>,
    requests: Vec<&'a str>,
    responses: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
    stages: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(attempts: &'a [(DeliveryId, u32, Arc<Attempt>)]) -> Self {
        let mut columns = Self::default();
        for (id, number, attempt) in attempts {
            columns.push(*id, *number, attempt);
        }
        columns
    }

    /// Adds the statement that writes them, if there are any.
    pub(crate) async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        if self.events.is_empty() {
            return Ok(());
        }
        let params: [Param<'p>; 13] = [
            &self.events,
            &self.targets,
            &self.numbers,
            &self.steps,
            &self.started_ats,
            &self.durations,
            &self.statuses,
            &self.errors,
            &self.details,
            &self.requests,
            &self.responses,
            &self.bodies,
            &self.stages,
        ];
        pipeline.query(INSERT, params.to_vec()).await
    }

    fn push(&mut self, id: DeliveryId, number: u32, attempt: &'a Attempt) {
        self.events.push(id.event.0);
        self.targets.push(id.target.0);
        self.numbers.push(i64::from(number));
        self.steps.push(attempt.step.as_deref());
        self.started_ats.push(attempt.started_at.as_millis());
        self.durations.push(micros(attempt.duration));
        self.statuses.push(attempt.status_code.map(i64::from));
        self.errors.push(attempt.error.as_deref());
        self.details.push(attempt.error_detail.as_deref());
        self.requests.push(attempt.request_headers.as_str());
        self.responses.push(attempt.response_headers.as_str());
        self.bodies.push(&attempt.response_body);
        self.stages.push(attempt.split.map(Split::code));
    }
}

/// Whether an attempt on record started and lasted as this one.
pub(crate) async fn recorded(conn: &Connection, id: DeliveryId, attempt: &Attempt) -> Result<bool> {
    let row = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM attempts
                 WHERE event = $1 AND target = $2 AND started_at = $3 AND duration_us = $4)
               OR EXISTS (SELECT 1 FROM deliveries
                 WHERE event = $1 AND target = $2 AND first_started_at = $3 AND first_duration_us = $4)",
            &[
                &id.event.0,
                &id.target.0,
                &attempt.started_at.as_millis(),
                &micros(attempt.duration),
            ],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// The column `duration_us`.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
