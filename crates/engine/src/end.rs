//! The end of an attempt, as it is logged and counted.

use claimwire_model::id::time_of_number;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, Target, Timestamp};

use crate::breaker::Reach;
use crate::shared::Shared;

/// Logs and counts the end of an attempt.
pub(crate) fn report(
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
