//! One attempt at several deliveries: as [`crate::attempt`] makes it at one.

use std::sync::Arc;

use claimwire_model::TraceContext;

use crate::breaker::Reach;
use crate::end;
use crate::job::Start;
use crate::run::{self, Member};
use crate::shared::Shared;
use crate::slot::{self, Slot};
use crate::spans;

/// Makes it; answers with the next attempt to make.
pub(crate) async fn one(shared: &Arc<Shared>, mut start: Start) -> Option<Start> {
    let target = Arc::clone(&start.target);
    let spans: Vec<_> = match shared.traces {
        Some(_) => start
            .jobs()
            .map(|job| spans::Run::begin(shared, job, &target))
            .collect(),
        None => Vec::new(),
    };
    let first = spans
        .iter()
        .position(|span| span.as_ref().is_some_and(spans::Run::is_recorded));
    let leading = first.and_then(|first| spans.get(first)?.as_ref());
    let mut slot = Slot::of(shared, &mut start);
    let ran = run::batch(shared, slot.start(), leading).await;
    slot.end();
    let batched = match ran {
        Ok(batched) => batched,
        Err(broken) => {
            spans.iter().flatten().for_each(spans::Run::broken);
            return slot::broken(shared, &start, broken);
        }
    };
    let random = shared.rng.uniform();
    for member in &batched.members {
        if let Member::Ended(ended) = member
            && ended.reach != Reach::Untried
        {
            shared.measures.attempted(ended.attempt.duration);
        }
    }
    let spans = told(spans, first, &batched.members, batched.call);
    let ((judged, now), next) =
        shared.with_next(|dispatch, now| (dispatch.ended_batch(start, batched, now, random), now));
    let mut spans = spans.into_iter();
    for one in judged {
        let error = one.error.as_deref();
        let of = (one.delivery, &*target);
        end::report(shared, of, one.reach, error, &one.verdict, now);
        if let Some(span) = spans.next().flatten() {
            span.ended(error, &one.verdict);
        }
    }
    next
}

/// Ends the spans of what is made again, and answers with those of what has ended. `first` has the call under it.
fn told(
    spans: Vec<Option<spans::Run>>,
    first: Option<usize>,
    members: &[Member],
    call: Option<TraceContext>,
) -> Vec<Option<spans::Run>> {
    let mut ended = Vec::with_capacity(spans.len());
    for ((place, mut span), member) in spans.into_iter().enumerate().zip(members) {
        let is_called = match member {
            Member::Ended(ended) => ended.reach != Reach::Untried,
            Member::Apart { .. } | Member::Lost => true,
            Member::Again(_) => false,
        };
        if let Some(span) = &mut span
            && let Some(call) = call.filter(|_| is_called && Some(place) != first)
        {
            span.shares(call);
        }
        match (member, span) {
            (Member::Ended(_), span) => ended.push(span),
            (Member::Apart { error, .. }, Some(span)) => span.apart(error),
            (Member::Lost, Some(span)) => span.broken(),
            _ => {}
        }
    }
    ended
}
