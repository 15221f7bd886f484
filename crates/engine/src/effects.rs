//! What follows from a decision, once its lock is released: tasks begun, those that wait woken.

use std::sync::Arc;

use crate::dispatch::Effects;
use crate::job::Start;
use crate::shared::Shared;
use crate::{attempt, give_back, offers, take, verify};

/// Does it. Waits for nothing.
pub(crate) fn run(shared: &Arc<Shared>, effects: Effects) {
    begin(shared, effects.starts);
    for returned in effects.returns {
        let give_back = give_back::run(Arc::clone(shared), returned);
        shared.runtime.spawn(give_back);
    }
    for webhook in effects.verifications {
        let verify = verify::run(Arc::clone(shared), webhook);
        shared.runtime.spawn(verify);
    }
    for _ in 0..effects.takers {
        shared.runtime.spawn(take::run(Arc::clone(shared)));
    }
    if effects.fetch_offered {
        shared.runtime.spawn(offers::run(Arc::clone(shared)));
    }
    if effects.alarm {
        shared.alarm.notify_one();
    }
    if effects.heartbeat {
        shared.heartbeat.notify_one();
    }
    if effects.record {
        shared.outcomes.notify_one();
    }
    if effects.record_now {
        shared.waited_for.notify_one();
    }
}

/// From a thread outside the runtime each task costs a wake-up; so of many, one begins the others.
fn begin(shared: &Arc<Shared>, starts: Vec<Start>) {
    let mut starts = starts.into_iter();
    let Some(first) = starts.next() else { return };
    let shared = Arc::clone(shared);
    let runtime = shared.runtime.clone();
    runtime.spawn(async move {
        for start in starts {
            tokio::spawn(attempt::run(Arc::clone(&shared), start));
        }
        attempt::run(shared, first).await;
    });
}
