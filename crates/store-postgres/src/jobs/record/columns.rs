//! The rows of a group of outcomes, ready to be written.

use claimwire_model::TargetNo;
use claimwire_model::delivery::{Attempt, Split};
use claimwire_model::health::Health;

use super::known::Group;
use crate::connection::Param;
use crate::deferred;
use crate::error::Result;
use crate::jobs::attempts;
use crate::pipeline::Pipeline;
use crate::rows::ms;
use crate::rows::progress::Written;
use crate::transaction::Transaction;

/// Deliveries, attempts, healths, and what was deferred.
pub(super) struct Columns<'a> {
    deliveries: Deliveries<'a>,
    attempts: attempts::Columns<'a>,
    healths: Healths<'a>,
    deferred: deferred::Columns,
}

impl<'a> Columns<'a> {
    pub(super) fn of(group: &'a Group, deferred: deferred::Columns) -> Self {
        let changed = group.healths.iter().filter(|(_, kept)| !kept.is_quiet());
        Self {
            deliveries: Deliveries::of(group),
            attempts: attempts::Columns::of(&group.attempts),
            healths: Healths::of(changed.map(|(target, kept)| (*target, &kept.health))),
            deferred,
        }
    }

    /// The statements that write them.
    pub(super) async fn pipeline<'p>(&'p self, tx: &'p Transaction<'_>) -> Result<Pipeline<'p>> {
        let mut pipeline = Pipeline::on(tx);
        self.deliveries.add_to(&mut pipeline).await?;
        self.attempts.add_to(&mut pipeline).await?;
        self.healths.add_to(&mut pipeline).await?;
        self.deferred.add_to(&mut pipeline).await?;
        Ok(pipeline)
    }
}

/// Deliveries after their last attempt.
#[derive(Default)]
struct Deliveries<'a> {
    written: Written,
    statuses: Vec<Option<i64>>,
    errors: Vec<Option<&'a str>>,
    /// Their lease has ended.
    settled: Vec<bool>,
    firsts: Firsts<'a>,
}

/// First attempts that delivered.
#[derive(Default)]
struct Firsts<'a> {
    started_ats: Vec<Option<i64>>,
    durations: Vec<Option<i64>>,
    statuses: Vec<Option<i64>>,
    requests: Vec<Option<&'a str>>,
    responses: Vec<Option<&'a str>>,
    bodies: Vec<Option<&'a [u8]>>,
    stages: Vec<Option<i64>>,
}

impl<'a> Firsts<'a> {
    fn push(&mut self, first: Option<&'a Attempt>) {
        let columns = (
            first.map(|first| first.started_at.as_millis()),
            first.map(|first| attempts::micros(first.duration)),
            first.and_then(|first| first.status_code).map(i64::from),
        );
        self.started_ats.push(columns.0);
        self.durations.push(columns.1);
        self.statuses.push(columns.2);
        let requests = first.map(|first| first.request_headers.as_str());
        self.requests.push(requests);
        let responses = first.map(|first| first.response_headers.as_str());
        self.responses.push(responses);
        self.bodies.push(first.map(|first| &*first.response_body));
        let split = first.and_then(|first| first.split);
        self.stages.push(split.map(Split::code));
    }
}

impl<'a> Deliveries<'a> {
    fn of(group: &'a Group) -> Self {
        let mut columns = Self::default();
        for (id, attempt) in &group.changed {
            let Some(row) = group.deliveries.get(id) else {
                continue;
            };
            columns.written.push(*id, &row.progress);
            columns.statuses.push(attempt.status_code.map(i64::from));
            columns.errors.push(attempt.error.as_deref());
            columns.settled.push(row.lease.is_none());
            columns
                .firsts
                .push(group.firsts.get(id).map(|first| &**first));
        }
        columns
    }

    async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        let written = &self.written;
        if written.events.is_empty() {
            return Ok(());
        }
        let firsts = &self.firsts;
        let params: [Param<'p>; 19] = [
            &written.events,
            &written.targets,
            &written.states,
            &written.dues,
            &written.attempts,
            &written.failures,
            &written.activations,
            &written.manuals,
            &written.delivered_ats,
            &self.statuses,
            &self.errors,
            &self.settled,
            &firsts.started_ats,
            &firsts.durations,
            &firsts.statuses,
            &firsts.requests,
            &firsts.responses,
            &firsts.bodies,
            &firsts.stages,
        ];
        pipeline
            .query(
                "UPDATE deliveries d SET state = u.state, due_at = u.due_at, attempt_count = u.attempt_count,
                   failures = u.failures, activation = u.activation, manual = u.manual, delivered_at = u.delivered_at,
                   last_status = u.last_status, last_error = u.last_error,
                   saved = CASE WHEN u.state = 1 THEN NULL ELSE d.saved END,
                   lease_node = CASE WHEN u.settled THEN NULL ELSE d.lease_node END,
                   lease_epoch = CASE WHEN u.settled THEN NULL ELSE d.lease_epoch END,
                   lease_until = CASE WHEN u.settled THEN NULL ELSE d.lease_until END,
                   first_started_at = coalesce(u.first_started_at, d.first_started_at),
                   first_duration_us = coalesce(u.first_duration_us, d.first_duration_us),
                   first_status = coalesce(u.first_status, d.first_status),
                   first_request = coalesce(u.first_request, d.first_request),
                   first_response = coalesce(u.first_response, d.first_response),
                   first_body = coalesce(u.first_body, d.first_body),
                   first_stages = coalesce(u.first_stages, d.first_stages)
                 FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
                   $7::BIGINT[], $8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::TEXT[], $12::BOOLEAN[], $13::BIGINT[],
                   $14::BIGINT[], $15::BIGINT[], $16::TEXT[], $17::TEXT[], $18::BYTEA[], $19::BIGINT[])
                   AS u (event, target, state, due_at, attempt_count, failures, activation, manual, delivered_at,
                     last_status, last_error, settled, first_started_at, first_duration_us, first_status, first_request,
                     first_response, first_body, first_stages)
                 WHERE d.event = u.event AND d.target = u.target",
                params.to_vec(),
            )
            .await
    }
}

/// Healths that attempts have changed.
#[derive(Default)]
struct Healths<'a> {
    targets: Vec<i64>,
    failures: Vec<i64>,
    failing_since: Vec<Option<i64>>,
    last_success_at: Vec<Option<i64>>,
    last_failure_at: Vec<Option<i64>>,
    warned_at: Vec<Option<i64>>,
    disabled_at: Vec<Option<i64>>,
    disabled_reasons: Vec<Option<&'a str>>,
    paused_until: Vec<Option<i64>>,
}

impl<'a> Healths<'a> {
    fn of(changed: impl Iterator<Item = (TargetNo, &'a Health)>) -> Self {
        let mut columns = Self::default();
        for (target, health) in changed {
            columns.targets.push(target.0);
            columns
                .failures
                .push(i64::from(health.consecutive_failures));
            columns.failing_since.push(ms(health.failing_since));
            columns.last_success_at.push(ms(health.last_success_at));
            columns.last_failure_at.push(ms(health.last_failure_at));
            columns.warned_at.push(ms(health.warned_at));
            columns.disabled_at.push(ms(health.disabled_at));
            columns
                .disabled_reasons
                .push(health.disabled_reason.as_deref());
            columns.paused_until.push(ms(health.paused_until));
        }
        columns
    }

    async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        if self.targets.is_empty() {
            return Ok(());
        }
        let params: [Param<'p>; 9] = [
            &self.targets,
            &self.failures,
            &self.failing_since,
            &self.last_success_at,
            &self.last_failure_at,
            &self.warned_at,
            &self.disabled_at,
            &self.disabled_reasons,
            &self.paused_until,
        ];
        pipeline
            .query(
                "UPDATE healths h SET consecutive_failures = u.consecutive_failures, failing_since = u.failing_since,
                   last_success_at = u.last_success_at, last_failure_at = u.last_failure_at, warned_at = u.warned_at,
                   disabled_at = u.disabled_at, disabled_reason = u.disabled_reason, paused_until = u.paused_until
                 FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
                   $7::BIGINT[], $8::TEXT[], $9::BIGINT[])
                   AS u (target, consecutive_failures, failing_since, last_success_at, last_failure_at, warned_at,
                     disabled_at, disabled_reason, paused_until)
                 WHERE h.target = u.target",
                params.to_vec(),
            )
            .await
    }
}
