//! One attempt: the steps that the target's driver asks for, and the end handed to be judged. Nothing is
//! held while the receiver takes its time but the slot of its own target.

use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_model::delivery::Attempt;
use claimwire_model::id::time_of_number;
use claimwire_model::verdict::{Ending, Next, Verdict};
use claimwire_wire::driver::{End, Input, Last, Step};

use crate::breaker::Reach;
use crate::dispatch::{Dispatch, rounded_up};
use crate::job::Start;
use crate::report::{self, Sent};
use crate::shared::Shared;

/// Makes an attempt, and then each next one that its end sets free.
pub(crate) async fn run(shared: Arc<Shared>, start: Start) {
    let mut next = Some(start);
    while let Some(start) = next {
        next = one(&shared, start).await;
    }
}

async fn one(shared: &Arc<Shared>, start: Start) -> Option<Start> {
    let mut slot = Slot {
        shared,
        start,
        ended: false,
    };
    let Some(run) = steps(shared, &slot.start).await else {
        let Start { job, target, .. } = &slot.start;
        tracing::warn!(delivery = %job.handed.id, webhook = %target.uuid, "an attempt was cut off: its webhook is no longer this node's");
        return slot.end(|dispatch, start, now| dispatch.lost(start, now)).1;
    };
    let dice = shared.dice.roll();
    let Run {
        attempt,
        ending,
        reach,
    } = run;
    let error = attempt.error.clone();
    let ((verdict, now), next) = slot.end(|dispatch, start, now| {
        (
            dispatch.ended(start, &ending, reach, attempt, now, dice),
            now,
        )
    });
    report_end(shared, &slot.start, reach, error.as_deref(), &verdict, now);
    next
}

/// Goes on as long as this node owns the attempt's target; `None`: it was cut off.
async fn within_ownership<T>(
    shared: &Arc<Shared>,
    start: &Start,
    sends: impl Future<Output = T>,
) -> Option<T> {
    let Some(mut fence) = start.fence.clone() else {
        return Some(sends.await);
    };
    // The machine may have stood still since the attempt was decided on.
    shared.with(|_, _| ());
    let lost = async { while fence.changed().await.is_ok() {} };
    tokio::select! {
        biased;
        () = lost => None,
        came = sends => Some(came),
    }
}

/// What came of an attempt.
struct Run {
    attempt: Attempt,
    ending: Ending,
    reach: Reach,
}

/// Takes the steps that the target's driver asks for, until it says that the run has ended.
/// `None`: it was cut off.
async fn steps(shared: &Arc<Shared>, start: &Start) -> Option<Run> {
    let handed = &start.job.handed;
    let driver = shared.drivers.of(&start.target);
    let mut input = Input {
        event: &handed.event,
        bodies: &start.job.bodies,
        shop: &handed.shop,
        target: &start.target,
        delivery: handed.id,
        attempt: handed.attempts.saturating_add(1),
        now: start.at,
        state: None,
        last: Last::Nothing,
    };
    let call = match driver.step(&input) {
        Step::Send(call) => call,
        step => return Some(unsent(&input, ended(step))),
    };
    let request_headers = report::masked(&call.request.headers, driver, &start.target);
    let began = shared.clock.elapsed();
    let came = within_ownership(shared, start, shared.sender.send(call.request)).await?;
    let duration = shared.clock.elapsed().saturating_sub(began);
    input.now = rounded_up(shared.clock.now());
    input.last = match &came {
        Ok(answer) => Last::Answer(answer),
        Err(error) => Last::NoAnswer(error),
    };
    let End { ending, failure } = ended(driver.step(&input));
    let reach = Reach::of(&came);
    let sent = Sent {
        number: input.attempt,
        started_at: start.at,
        duration,
        request_headers,
        came,
    };
    Some(Run {
        attempt: report::attempt(sent, failure),
        ending,
        reach,
    })
}

/// A run that ended without a request.
fn unsent(input: &Input<'_>, end: End) -> Run {
    Run {
        attempt: report::not_sent(input.attempt, input.now, end.failure),
        ending: end.ending,
        reach: Reach::Untried,
    }
}

fn ended(step: Step) -> End {
    match step {
        Step::End(end) => end,
        _ => End::not(
            Ending::FAILED,
            "not_supported",
            "this version cannot take a step that its driver asks for".to_owned(),
        ),
    }
}

/// Logs and counts the end of an attempt.
fn report_end(
    shared: &Shared,
    start: &Start,
    reach: Reach,
    error: Option<&str>,
    verdict: &Verdict,
    now: Timestamp,
) {
    let (delivery, webhook) = (start.job.handed.id, start.target.uuid);
    if verdict.next == Next::Delivered {
        shared
            .measures
            .delivered(now.since(time_of_number(delivery.event.0)));
        tracing::trace!(%delivery, %webhook, "delivered");
        return;
    }
    if reach != Reach::Untried {
        shared.measures.failed(reach == Reach::Answered);
    }
    match verdict.next {
        Next::RetryAt(at) => {
            tracing::debug!(%delivery, %webhook, error, retry_at = %at, "not delivered; tried again later")
        }
        _ => tracing::info!(%delivery, %webhook, error, "not delivered; given up"),
    }
    if let Some(reason) = &verdict.disable {
        tracing::warn!(%webhook, %delivery, reason, "webhook disabled");
    }
}

/// The slot of a target that an attempt fills: free again at its end, and also when its task is aborted.
struct Slot<'a> {
    shared: &'a Arc<Shared>,
    start: Start,
    ended: bool,
}

impl Slot<'_> {
    /// The attempt has ended; answers with the next one to make.
    fn end<T>(
        &mut self,
        conclude: impl FnOnce(&mut Dispatch, &Start, Timestamp) -> T,
    ) -> (T, Option<Start>) {
        self.ended = true;
        let start = &self.start;
        self.shared
            .with_next(|dispatch, now| conclude(dispatch, start, now))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let start = &self.start;
            tracing::error!(delivery = %start.job.handed.id, "an attempt broke off; it is made again when its lease ends");
            self.shared.with(|dispatch, now| dispatch.lost(start, now));
        }
    }
}
