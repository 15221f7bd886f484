//! One attempt: encode, sign, send, and hand the end to be judged. Nothing is held while the receiver
//! takes its time but the slot of its own webhook.

use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_model::id::time_of_number;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_wire::send::{Answer, SendError};
use claimwire_wire::{Passage, request};

use crate::dispatch::Dispatch;
use crate::job::Start;
use crate::report;
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
    let start = &slot.start;
    let handed = &start.job.handed;
    let number = handed.attempts.saturating_add(1);
    let Some(encoded) = start
        .job
        .bodies
        .of(start.webhook.dialect(), &handed.event, &handed.shop)
    else {
        tracing::warn!(delivery = %handed.id, webhook = %start.webhook.uuid, "the webhook's dialect has no name for this event; given up");
        let attempt = report::not_sent(number, start.at);
        return slot
            .end(|dispatch, start, now| dispatch.inexpressible(start, attempt, now))
            .1;
    };
    let delivery_id = handed.id.to_string();
    let passage = Passage {
        delivery_id: &delivery_id,
        attempt: number,
    };
    let request = request(&start.webhook, encoded, passage, start.at).pinned(&handed.shop);
    let request_headers = report::masked(&request.headers, &start.webhook);

    let began = shared.clock.elapsed();
    let Some(came) = within_ownership(shared, start, shared.sender.send(request)).await else {
        tracing::warn!(delivery = %handed.id, webhook = %start.webhook.uuid, "an attempt was cut off: its webhook is no longer this node's");
        return slot.end(|dispatch, start, now| dispatch.lost(start, now)).1;
    };
    let duration = shared.clock.elapsed().saturating_sub(began);

    let ending = report::ending(&came);
    let ack = start.webhook.ack;
    let attempt = report::attempt(number, start.at, duration, request_headers, ack, &came);
    let dice = shared.dice.roll();
    let ((verdict, now), next) =
        slot.end(|dispatch, start, now| (dispatch.ended(start, &ending, attempt, now, dice), now));
    report_end(shared, &slot.start, &came, &verdict, now);
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

/// Logs and counts the end of an attempt.
fn report_end(
    shared: &Shared,
    start: &Start,
    came: &Result<Answer, SendError>,
    verdict: &Verdict,
    now: Timestamp,
) {
    let (delivery, webhook) = (start.job.handed.id, start.webhook.uuid);
    if verdict.next == Next::Delivered {
        shared
            .measures
            .delivered(now.since(time_of_number(delivery.event.0)));
        tracing::trace!(%delivery, %webhook, "delivered");
        return;
    }
    shared.measures.failed(came.is_ok());
    let error = report::ending(came).error_name();
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

/// The slot of a webhook that an attempt fills: free again at its end, and also when its task is aborted.
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
