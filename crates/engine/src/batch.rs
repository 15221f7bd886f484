//! One attempt at several deliveries: as [`crate::attempt`] makes it at one.

use std::sync::Arc;

use crate::attempt::report_end;
use crate::breaker::Reach;
use crate::job::Start;
use crate::run::{self, Broken};
use crate::shared::Shared;

/// Makes it; answers with the next attempt to make.
pub(crate) async fn one(shared: &Arc<Shared>, start: Start) -> Option<Start> {
    let target = Arc::clone(&start.target);
    let webhook = target.uuid;
    let mut slot = Slot {
        shared,
        start: Some(start),
    };
    let batched = match slot.start.as_mut() {
        Some(start) => run::batch(shared, start).await,
        None => return None,
    };
    let start = slot.start.take()?;
    let batched = match batched {
        Ok(batched) => batched,
        Err(Broken::Lost) => {
            tracing::warn!(%webhook, "a batch was cut off: its connector, or a delivery, is no longer this node's");
            return shared
                .with_next(|dispatch, now| dispatch.lost(&start, now))
                .1;
        }
        Err(Broken::Ours) => {
            return shared
                .with_next(|dispatch, now| dispatch.not_made(&start, now))
                .1;
        }
    };
    let random = shared.rng.uniform();
    for member in &batched.members {
        if let run::Member::Ended(ended) = member
            && ended.reach != Reach::Untried
        {
            shared.measures.attempted(ended.attempt.duration);
        }
    }
    let ((judged, now), next) =
        shared.with_next(|dispatch, now| (dispatch.ended_batch(start, batched, now, random), now));
    for one in judged {
        let error = one.error.as_deref();
        report_end(
            shared,
            (one.delivery, &*target),
            one.reach,
            error,
            &one.verdict,
            now,
        );
    }
    next
}

/// The slot of a target that a batch fills: free again also when its task is aborted.
struct Slot<'a> {
    shared: &'a Arc<Shared>,
    start: Option<Start>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        if let Some(start) = self.start.take() {
            tracing::error!(webhook = %start.target.uuid, "a batch broke off; it is made again when its leases end");
            self.shared.with(|dispatch, now| dispatch.lost(&start, now));
        }
    }
}
