//! A node: the real engine, started again and again, and what happens to its machine.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claimwire_engine::{Engine, Ports};
use claimwire_wire::driver::NoPhotos;

use crate::chance::Chance;
use crate::clock::{LifeClock, WallClock};
use crate::context::Context;
use crate::drivers::drivers;
use crate::plan::{Clocks, JUMP_MS, Plan};
use crate::process::Process;
use crate::receivers::{Network, Receivers};
use crate::store::FaultyStore;
use crate::trace::TraceEvent;

/// How often something may happen to a machine, at most.
const QUIET_MS: u64 = 30_000;
/// How long a node is cut off from the store, at most.
const MOST_CUT_OFF_MS: u64 = 120_000;
/// A node that was told to stop has this long.
const DRAIN: Duration = Duration::from_secs(10);

/// A node.
pub struct Node {
    /// Which.
    pub no: usize,
    /// What the seed made.
    pub plan: Arc<Plan>,
    /// Where.
    pub context: Arc<Context>,
    /// Who answers.
    pub receivers: Arc<Receivers>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// What happens to it.
    pub chance: Chance,
    /// Counts the processes of all nodes.
    pub processes: Arc<AtomicUsize>,
    /// How its API is reached while it processes.
    pub api: Mutex<Option<Arc<FaultyStore>>>,
}

impl Node {
    /// How its API is reached, while it processes.
    pub fn api(&self) -> Option<Arc<FaultyStore>> {
        let api = self.api.lock().unwrap_or_else(PoisonError::into_inner);
        api.clone()
    }

    fn open(&self, api: Option<Arc<FaultyStore>>) {
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = api;
    }

    /// Lives one process after another.
    pub async fn run(self: Arc<Self>) {
        loop {
            let no = self.processes.fetch_add(1, Ordering::Relaxed);
            let process = Process::new(no, Arc::clone(&self.context.time));
            self.context.history.note(TraceEvent::Born(no, self.no));
            let store = Arc::new(FaultyStore {
                inner: self.context.stores.handle(),
                process: Arc::clone(&process),
                wall: Arc::clone(&self.wall),
                context: Arc::clone(&self.context),
                intake: Arc::default(),
                owned: Arc::default(),
                // As the store does that nodes share.
                takes_together: if self.plan.shared { 4 } else { 1 },
            });
            let network = Arc::new(Network {
                receivers: Arc::clone(&self.receivers),
                process: Arc::clone(&process),
                wall: Arc::clone(&self.wall),
                context: Arc::clone(&self.context),
            });
            let clock = Arc::new(LifeClock {
                wall: Arc::clone(&self.wall),
                process: Arc::clone(&process),
                ticks: AtomicU64::new(0),
            });
            let rng = Arc::new(self.chance.fork());
            let limits = self.plan.limits.clone();
            let ports = Ports {
                store: Arc::clone(&store) as _,
                sender: network,
                clock,
                rng,
                drivers: drivers(),
                photos: Arc::new(NoPhotos),
                traces: None,
            };
            let engine = Engine::start(ports, limits);
            self.open(Some(store));
            self.live(&process, &engine).await;
            self.open(None);
            self.context.kill(&process);
            drop(engine);
            self.context.time.nap(self.chance.between(1, 5000)).await;
        }
    }

    /// Until the process is over.
    async fn live(&self, process: &Process, engine: &Engine) {
        loop {
            let quiet = self.context.time.nap(self.chance.between(1, QUIET_MS));
            tokio::select! {
                biased;
                () = process.ended() => return,
                () = quiet => {}
            }
            if self.context.faults.is_calm() {
                return process.ended().await;
            }
            self.something_happens(process, engine).await;
        }
    }

    async fn something_happens(&self, process: &Process, engine: &Engine) {
        let crash = self.plan.crash_every_ms;
        match self.chance.below(100) {
            _ if crash.is_some_and(|every| self.chance.below(every) < QUIET_MS / 2) => {
                self.context.kill(process);
            }
            0..20 if self.plan.freezes => {
                self.context
                    .history
                    .note(TraceEvent::Fault("freeze", "node"));
                let until = process.freeze(self.chance.between(100, 200_000));
                self.context
                    .history
                    .note(TraceEvent::Frozen(process.no, until));
            }
            20..40 if self.plan.clocks == Clocks::Wrong => {
                self.context
                    .history
                    .note(TraceEvent::Fault("jump", "clock"));
                let ahead = self.chance.below(2 * JUMP_MS);
                let ahead = i64::try_from(ahead).unwrap_or(0);
                self.wall.set(ahead - i64::try_from(JUMP_MS).unwrap_or(0));
            }
            45..75 if self.plan.partitions => {
                self.context
                    .history
                    .note(TraceEvent::Fault("cut off", "node"));
                process.cut_off(self.chance.between(100, MOST_CUT_OFF_MS));
            }
            40..45 => {
                self.context
                    .history
                    .note(TraceEvent::Fault("drain", "node"));
                tokio::select! {
                    biased;
                    () = process.ended() => {}
                    _ = engine.drain(DRAIN) => self.context.kill(process),
                }
            }
            _ => {}
        }
    }
}
