//! The run of a batch: each delivery is asked for its part first, and may end there; one call makes the parts; and its
//! answer ends each of them, or tells them apart by smaller batches.
//!
//! A batch that is told apart is on record for each of its deliveries before any of them is sent again.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use claimwire_model::delivery::Attempt;
use claimwire_model::{Timestamp, TraceContext};
use claimwire_wire::driver::{BatchInput, BatchStep, Driver, End, Failure, Input, Last, Part};
use claimwire_wire::send::SendError;

use super::calls::{Calls, within_ownership};
use super::{Broken, Ended, kept, passed_over};
use crate::breaker::Reach;
use crate::job::{Job, Start};
use crate::report::{self, Sent};
use crate::shared::Shared;
use crate::spans;

/// A batch that is told apart is made again in so many.
const TOLD_APART_IN: usize = 4;
/// Parts rendered before others get their turn.
const RENDERED_AT_ONCE: usize = 16;

/// What a batch came to.
pub(crate) struct Batched {
    /// For each of its deliveries, in their order.
    pub(crate) members: Vec<Member>,
    /// How far the call came; untried: none was made.
    pub(crate) reach: Reach,
    /// The call's span, if it is followed.
    pub(crate) call: Option<TraceContext>,
}

/// What a batch came to for one of its deliveries.
pub(crate) enum Member {
    /// It has ended.
    Ended(Box<Ended>),
    /// It was not sent, and is to be made again, with at most so many in one call.
    Again(usize),
    /// It was sent, and is to be made again in a smaller call.
    Apart {
        /// With at most so many.
        batch_limit: usize,
        /// What the call came to.
        error: Cow<'static, str>,
    },
    /// It is no longer this process's.
    Lost,
}

/// Makes the call. `span`: the run's under which the call's is.
pub(crate) async fn run(
    shared: &Arc<Shared>,
    start: &mut Start,
    span: Option<&spans::Run>,
) -> Result<Batched, Broken> {
    if let Some(error) = SendError::gone(start.target.dialect()) {
        shared.trouble.failed(&error, shared.clock.elapsed());
        return Err(Broken::Ours);
    }
    let driver = shared.drivers.of(&start.target);
    let room = driver.batch().map_or(0, |batch| batch.bytes);
    let mut calls = Calls::of(shared, start, span);
    let mut members = Vec::with_capacity(start.others.len() + 1);
    let (mut parts, mut bytes) = (Vec::new(), 0);
    for job in start.jobs() {
        if members.len() % RENDERED_AT_ONCE == RENDERED_AT_ONCE - 1 {
            tokio::task::yield_now().await;
            calls.time_passes();
        }
        members.push(match part(driver, start, job, calls.now(start)) {
            Part::End(end) => Some(Member::Ended(Box::new(not_called(shared, job, end)))),
            Part::Joins(part) if bytes + part.len() <= room => {
                bytes += part.len();
                parts.push(part);
                None
            }
            Part::Joins(_) if !parts.is_empty() => Some(Member::Again(job.batch_limit)),
            Part::Alone | Part::Joins(_) => Some(Member::Again(1)),
        });
    }
    let mut call = None;
    if parts.len() > 1
        && let BatchStep::Send(made) = ask(driver, start, &calls, &parts, Last::Nothing)
    {
        call = Some(made);
    }
    let Some(call) = call else {
        let alone = |member: Option<Member>| member.unwrap_or(Member::Again(1));
        return Ok(Batched {
            members: members.into_iter().map(alone).collect(),
            reach: Reach::Untried,
            call: None,
        });
    };
    let sent = calls.send(start, driver, call, 0).await?;
    let reach = Reach::of(&sent.came);
    let last = match &sent.came {
        Ok(answer) => Last::Answer(answer),
        Err(error) => Last::NoAnswer(error),
    };
    let step = ask(driver, start, &calls, &parts, last);
    let members = match step {
        BatchStep::End(ends) if ends.len() == parts.len() => ended(start, members, &sent, ends),
        BatchStep::Apart(failure) => {
            let batch_limit = parts.len().div_ceil(TOLD_APART_IN);
            apart(shared, start, members, &sent, &failure, batch_limit).await?
        }
        BatchStep::Send(_) | BatchStep::End(_) => {
            let failure = Failure {
                error: "batch".into(),
                detail: "the connector did not read the answer to a batch".to_owned(),
            };
            apart(shared, start, members, &sent, &failure, 1).await?
        }
    };
    Ok(Batched {
        members,
        reach,
        call: calls.span(),
    })
}

fn part(driver: &dyn Driver, start: &Start, job: &Job, now: Timestamp) -> Part {
    let handed = &job.handed;
    if start.target.is_echo(&handed.event.fact.performed_by) {
        return Part::End(passed_over());
    }
    driver.part(&Input {
        event: &handed.event,
        bodies: &job.content.bodies,
        shop: &handed.shop,
        target: &start.target,
        delivery: handed.id,
        attempt: handed.attempts.saturating_add(1),
        now,
        state: None,
        ticket: None,
        last: Last::Nothing,
        called: None,
        begins: true,
    })
}

fn ask(
    driver: &dyn Driver,
    start: &Start,
    calls: &Calls<'_>,
    parts: &[Bytes],
    last: Last<'_>,
) -> BatchStep {
    driver.step_batch(&BatchInput {
        target: &start.target,
        shop: &start.job.handed.shop,
        now: calls.now(start),
        parts,
        last,
    })
}

fn not_called(shared: &Shared, job: &Job, end: End) -> Ended {
    let number = job.handed.attempts.saturating_add(1);
    Ended {
        attempt: report::not_sent(number, shared.clock.now(), end.failure),
        ending: end.ending,
        reach: Reach::Untried,
    }
}

/// The call's attempt, as it goes on record of one of its deliveries.
fn attempt_of(sent: &Sent, job: &Job, failure: Option<Failure>) -> Attempt {
    let number = job.handed.attempts.saturating_add(1);
    let sent = Sent {
        number,
        ..sent.clone()
    };
    report::attempt(sent, failure)
}

fn ended(start: &Start, members: Vec<Option<Member>>, sent: &Sent, ends: Vec<End>) -> Vec<Member> {
    let mut ends = ends.into_iter();
    let members = start.jobs().zip(members).map(|(job, member)| {
        member
            .or_else(|| {
                let end = ends.next()?;
                Some(Member::Ended(Box::new(Ended {
                    attempt: attempt_of(sent, job, end.failure),
                    ending: end.ending,
                    reach: Reach::of(&sent.came),
                })))
            })
            .unwrap_or(Member::Again(1))
    });
    members.collect()
}

/// Puts the call on record for each of its deliveries, with their leases renewed; then they may go again.
async fn apart(
    shared: &Arc<Shared>,
    start: &mut Start,
    members: Vec<Option<Member>>,
    sent: &Sent,
    failure: &Failure,
    batch_limit: usize,
) -> Result<Vec<Member>, Broken> {
    let fence = start.fence.clone();
    let mut came = Vec::with_capacity(members.len());
    let jobs = std::iter::once(&mut start.job).chain(&mut start.others);
    for (job, member) in jobs.zip(members) {
        if let Some(member) = member {
            came.push(member);
            continue;
        }
        let attempt = Arc::new(attempt_of(sent, job, Some(failure.clone())));
        let saves = kept::save(shared, &mut job.handed, Some(attempt), None, None);
        let saved = within_ownership(shared, fence.as_ref(), saves).await?;
        came.push(match saved {
            Some(()) => {
                job.handed.attempts = job.handed.attempts.saturating_add(1);
                Member::Apart {
                    batch_limit,
                    error: failure.error.clone(),
                }
            }
            None => Member::Lost,
        });
    }
    Ok(came)
}
