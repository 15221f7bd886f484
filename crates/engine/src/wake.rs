//! Backlog for the earliest alarm.

use std::sync::Arc;

use crate::shared::Shared;

/// Runs until it is aborted.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        match shared.with(|dispatch, _| dispatch.next_alarm()) {
            Some(at) => tokio::select! {
                biased;
                () = shared.clock.sleep_until(at) => shared.with(|dispatch, now| dispatch.fire_due(now)),
                () = shared.alarm.notified() => {}
            },
            None => shared.alarm.notified().await,
        }
    }
}
