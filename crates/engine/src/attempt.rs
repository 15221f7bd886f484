//! One attempt at a delivery: its run, and the end handed to be judged. Nothing is held while the receiver
//! takes its time but the slot of its own target.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::batch;
use crate::breaker::Reach;
use crate::end;
use crate::job::Start;
use crate::run::{self, Ended};
use crate::shared::Shared;
use crate::slot::{self, Slot};
use crate::spans;

/// Makes an attempt, and then each next one that its end sets free. Boxed, since a task moves what it runs several times.
pub(crate) fn run(shared: Arc<Shared>, start: Start) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut next = Some(start);
        while let Some(start) = next {
            next = one(&shared, start).await;
        }
    })
}

async fn one(shared: &Arc<Shared>, mut start: Start) -> Option<Start> {
    if !start.others.is_empty() {
        return Box::pin(batch::one(shared, start)).await;
    }
    let span = spans::Run::begin(shared, &start.job, &start.target);
    let mut slot = Slot::of(shared, &mut start);
    let ran = run::run(shared, slot.start(), span.as_ref()).await;
    slot.end();
    let ended = match ran {
        Ok(ended) => ended,
        Err(broken) => {
            span.iter().for_each(spans::Run::broken);
            return slot::broken(shared, &start, broken);
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
    let ((verdict, now), next) = shared.with_next(|dispatch, now| {
        let verdict = dispatch.ended(&start, &ending, reach, attempt, now, random);
        (verdict, now)
    });
    let of = (start.job.handed.id, &*start.target);
    end::report(shared, of, reach, error.as_deref(), &verdict, now);
    if let Some(span) = &span {
        span.ended(error.as_deref(), &verdict);
    }
    next
}
