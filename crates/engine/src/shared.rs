//! What the engine's tasks share, and the one way to a decision: under the lock, with what follows from it done after.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::{Store, StoreError};
use claimwire_wire::driver::{Drivers, Photos};
use claimwire_wire::send::Sender;
use claimwire_wire::trace::Traces;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};

use crate::clock::Clock;
use crate::dispatch::{Dispatch, Effects};
use crate::job::Start;
use crate::limits::Limits;
use crate::measures::Measures;
use crate::ports::Ports;
use crate::rng::Rng;
use crate::trouble::Reports;

/// Does what follows from a decision.
pub(crate) type RunEffects = fn(&Arc<Shared>, Effects);

/// What the engine's tasks share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sender: Arc<dyn Sender>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) drivers: Drivers,
    pub(crate) photos: Arc<dyn Photos>,
    /// How attempts are followed.
    pub(crate) traces: Option<Traces>,
    pub(crate) limits: Limits,
    pub(crate) measures: Measures,
    /// Of trouble on our own side.
    pub(crate) trouble: Reports,
    /// The store calls the intake from threads of its own.
    pub(crate) runtime: Handle,
    /// Does what follows from a decision: [`crate::effects::run`].
    run_effects: RunEffects,
    dispatch: Mutex<Dispatch>,
    /// The earliest alarm is another.
    pub(crate) alarm: Notify,
    /// There are outcomes to record.
    pub(crate) outcomes: Notify,
    /// The record of one of them is waited for.
    pub(crate) waited_for: Notify,
    /// The next heartbeat is wanted now.
    pub(crate) heartbeat: Notify,
    /// The engine was stopped, and nothing is under way any more.
    pub(crate) quiet: Notify,
    /// A slot for each test event on its way.
    pub(crate) verifications: Semaphore,
}

impl Shared {
    /// For tasks of the runtime that this is called in.
    pub(crate) fn new(ports: Ports, mut limits: Limits) -> Self {
        let Ports {
            store,
            sender,
            clock,
            rng,
            drivers,
            photos,
            traces,
        } = ports;
        if store.takes_together() > 1 {
            // What waits for one take is brought by the next, for many at once.
            limits.takes_at_once = 1;
        }
        Self {
            measures: Measures::new(),
            trouble: Reports::new(),
            runtime: Handle::current(),
            run_effects: |_, _| {},
            dispatch: Mutex::new(Dispatch::new(limits.clone(), drivers.clone(), clock.now())),
            alarm: Notify::new(),
            outcomes: Notify::new(),
            waited_for: Notify::new(),
            heartbeat: Notify::new(),
            quiet: Notify::new(),
            verifications: Semaphore::new(limits.verifications_at_once),
            limits,
            store,
            sender,
            clock,
            rng,
            drivers,
            photos,
            traces,
        }
    }

    /// With what does what follows from decisions; without it nothing does.
    pub(crate) fn with_effects(self, run_effects: RunEffects) -> Self {
        Self {
            run_effects,
            ..self
        }
    }

    /// Decides under the lock, and does what follows after it.
    pub(crate) fn with<T>(
        self: &Arc<Self>,
        decide: impl FnOnce(&mut Dispatch, Timestamp) -> T,
    ) -> T {
        let (answer, effects) = self.decide(decide);
        (self.run_effects)(self, effects);
        answer
    }

    /// As [`Shared::with`], but leaves one attempt that is to begin to the caller, whose task is free.
    pub(crate) fn with_next<T>(
        self: &Arc<Self>,
        decide: impl FnOnce(&mut Dispatch, Timestamp) -> T,
    ) -> (T, Option<Start>) {
        let (answer, mut effects) = self.decide(decide);
        let next = effects.starts.pop();
        (self.run_effects)(self, effects);
        (answer, next)
    }

    fn decide<T>(&self, decide: impl FnOnce(&mut Dispatch, Timestamp) -> T) -> (T, Effects) {
        let now = self.clock.now();
        let mut dispatch = self.dispatch.lock().unwrap_or_else(PoisonError::into_inner);
        if dispatch.ownership_ends() {
            dispatch.expire(now, self.clock.elapsed());
        }
        let answer = decide(&mut dispatch, now);
        self.measures.hold(dispatch.held(), dispatch.unrecorded());
        if dispatch.is_stopped() && dispatch.is_quiet() {
            self.quiet.notify_one();
        }
        (answer, dispatch.effects())
    }

    /// Waits until so much has passed since `begun`, a time of [`Clock::elapsed`].
    pub(crate) async fn pause_since(&self, begun: Duration, pause: Duration) {
        let passed = self.clock.elapsed().saturating_sub(begun);
        let left = pause.saturating_sub(passed);
        if !left.is_zero() {
            self.clock.sleep(left).await;
        }
    }

    /// Waits before the store is asked again. Says so.
    pub(crate) async fn store_failed(&self, what: &'static str, error: &StoreError) {
        tracing::warn!(what, %error, "the store did not answer; asking again in a moment");
        self.clock
            .sleep_until(self.clock.now().plus(self.limits.store_pause))
            .await;
    }
}
