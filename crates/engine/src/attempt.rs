//! One attempt at a delivery: its run, and the end handed to be judged. Nothing is held while the receiver
//! takes its time but the slot of its own target.

use std::sync::Arc;

use claimwire_model::id::time_of_number;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, Target, Timestamp};

use crate::batch;
use crate::breaker::Reach;
use crate::dispatch::Dispatch;
use crate::job::Start;
use crate::run::{self, Broken, Ended};
use crate::shared::Shared;
use crate::spans;

/// Makes an attempt, and then each next one that its end sets free.
pub(crate) async fn run(shared: Arc<Shared>, start: Start) {
    let mut next = Some(start);
    while let Some(start) = next {
        next = one(&shared, start).await;
    }
}

async fn one(shared: &Arc<Shared>, start: Start) -> Option<Start> {
    if !start.others.is_empty() {
        return batch::one(shared, start).await;
    }
    let mut slot = Slot {
        shared,
        start,
        ended: false,
    };
    let trace = spans::run(shared, &slot.start);
    let ran = run::run(shared, &mut slot.start, trace.as_ref()).await;
    if let (Some(trace), Err(_)) = (&trace, &ran) {
        spans::broken(trace, &slot.start);
    }
    let ended = match ran {
        Ok(ended) => ended,
        Err(Broken::Lost) => {
            let (delivery, webhook) = (slot.start.job.handed.id, slot.start.target.uuid);
            tracing::warn!(%delivery, %webhook, "an attempt was cut off: its webhook, or the delivery, is no longer this node's");
            return slot.end(|dispatch, start, now| dispatch.lost(start, now)).1;
        }
        Err(Broken::Ours) => {
            return slot
                .end(|dispatch, start, now| dispatch.not_made(start, now))
                .1;
        }
    };
    let random = shared.rng.uniform();
    let Ended {
        attempt,
        ending,
        reach,
    } = ended;
    let error = attempt.error.clone();
    if reach != Reach::Untried {
        shared.measures.attempted(attempt.duration);
    }
    let ((verdict, now), next) = slot.end(|dispatch, start, now| {
        let verdict = dispatch.ended(start, &ending, reach, attempt, now, random);
        (verdict, now)
    });
    let start = &slot.start;
    let of = (start.job.handed.id, &*start.target);
    report_end(shared, of, reach, error.as_deref(), &verdict, now);
    if let Some(trace) = &trace {
        spans::ended(trace, start, error.as_deref(), &verdict);
    }
    next
}

/// Logs and counts the end of an attempt.
pub(crate) fn report_end(
    shared: &Shared,
    (delivery, target): (DeliveryId, &Target),
    reach: Reach,
    error: Option<&str>,
    verdict: &Verdict,
    now: Timestamp,
) {
    let webhook = target.uuid;
    shared.measures.ended(target, verdict);
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
    shared.measures.judged(verdict);
    match verdict.next {
        Next::RetryAt(at) => {
            tracing::debug!(%delivery, %webhook, error, retry_at = %at, "not delivered; tried again later")
        }
        Next::GiveUp => {
            tracing::info!(%delivery, %webhook, error, "not delivered: it has failed, no attempt is left")
        }
        Next::Unchanged => {
            tracing::info!(%delivery, %webhook, error, "an attempt made by hand failed: the schedule goes on")
        }
        Next::Delivered => {}
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
        conclude: impl FnOnce(&mut Dispatch, &mut Start, Timestamp) -> T,
    ) -> (T, Option<Start>) {
        self.ended = true;
        let start = &mut self.start;
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
