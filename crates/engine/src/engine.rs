//! Start and end of the engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::intake::EngineIntake;
use crate::limits::Limits;
use crate::ports::Ports;
use crate::shared::Shared;
use crate::{background, effects, heartbeat, record, wake};

/// The delivery engine of one process. To be drained before it is dropped: the ends of attempts that are
/// under way at the drop are not recorded, and another engine makes them again.
pub struct Engine {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts delivering, within the runtime that this is called in. The store may commit at once: what
    /// is committed before the engine knows what waits stays in the store and is taken from there.
    #[must_use]
    pub fn start(ports: Ports, limits: Limits) -> Self {
        let shared = Shared::new(ports, limits);
        let shared = Arc::new(shared.with_effects(effects::run));
        let duties = shared.limits.duties;
        let mut tasks = Vec::new();
        if duties.deliver {
            let intake = EngineIntake(Arc::downgrade(&shared));
            shared.store.attach(Arc::new(intake));
            tasks.push(tokio::spawn(heartbeat::run(Arc::clone(&shared))));
            tasks.push(tokio::spawn(record::run(Arc::clone(&shared))));
            tasks.push(tokio::spawn(wake::run(Arc::clone(&shared))));
        }
        if duties.housekeeping {
            tasks.push(tokio::spawn(background::replay(Arc::clone(&shared))));
            tasks.push(tokio::spawn(background::prune(Arc::clone(&shared))));
        }
        Self { shared, tasks }
    }

    /// Measures what is measured only when someone looks. For whoever is about to render the measures.
    pub fn gauges(&self) -> impl Fn() + Send + Sync + 'static {
        let shared = Arc::downgrade(&self.shared);
        move || {
            if let Some(shared) = shared.upgrade() {
                let waited = shared.with(|dispatch, now| {
                    let since = dispatch.waiting_since();
                    since.map_or(Duration::ZERO, |since| now.since(since))
                });
                shared.measures.oldest(waited);
            }
        }
    }

    /// Begins nothing new, gives back what waits in memory, and waits until what is under way has ended
    /// and is on record, at most for `deadline`. Answers with the number of attempts that it left to the
    /// next start.
    pub async fn drain(&self, deadline: Duration) -> usize {
        let until = self.shared.clock.now().plus(deadline);
        self.shared.with(|dispatch, now| dispatch.stop(now));
        let quiet = async {
            while !self.shared.with(|dispatch, _| dispatch.is_quiet()) {
                self.shared.quiet.notified().await;
            }
        };
        tokio::select! {
            biased;
            () = quiet => {}
            () = self.shared.clock.sleep_until(until) => {}
        }
        let left = self
            .shared
            .with(|dispatch, _| dispatch.held().total().in_flight + dispatch.unrecorded());
        tracing::info!(left, "the engine has stopped");
        left
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.with(|dispatch, now| dispatch.stop(now));
        for task in &self.tasks {
            task.abort();
        }
    }
}
