//! A node: the real engine, started again and again, and what happens to its machine.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use claimwire_engine::Engine;
use claimwire_store::MemoryStore;

use crate::chance::Chance;
use crate::clock::{LifeClock, WallClock};
use crate::history::Deed;
use crate::life::Life;
use crate::plan::{Clocks, JUMP_MS, Plan};
use crate::scene::Scene;
use crate::store::FaultyStore;
use crate::town::{Street, Town};

/// How often something may happen to a machine, at most.
const QUIET_MS: u64 = 30_000;
/// A node that was told to stop has this long.
const DRAIN: Duration = Duration::from_secs(10);

/// A node.
pub struct Node {
    /// Which.
    pub no: usize,
    /// What the seed made.
    pub plan: Arc<Plan>,
    /// Where.
    pub scene: Arc<Scene>,
    /// Who answers.
    pub town: Arc<Town>,
    /// Its door to the store.
    pub store: Arc<MemoryStore>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// What happens to it.
    pub chance: Chance,
    /// Counts the lives of all nodes.
    pub lives: Arc<AtomicUsize>,
    /// How its API is reached while it lives.
    pub api: Mutex<Option<Arc<FaultyStore>>>,
}

impl Node {
    /// How its API is reached, while it lives.
    pub fn api(&self) -> Option<Arc<FaultyStore>> {
        let api = self.api.lock().unwrap_or_else(PoisonError::into_inner);
        api.clone()
    }

    fn open(&self, api: Option<Arc<FaultyStore>>) {
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = api;
    }

    /// Lives one life after another.
    pub async fn run(self: Arc<Self>) {
        loop {
            let no = self.lives.fetch_add(1, Ordering::Relaxed);
            let life = Life::new(no, Arc::clone(&self.scene.time));
            self.scene.history.note(Deed::Born(no, self.no));
            let store = Arc::new(FaultyStore {
                inner: Arc::clone(&self.store),
                life: Arc::clone(&life),
                wall: Arc::clone(&self.wall),
                scene: Arc::clone(&self.scene),
                intake: Mutex::default(),
            });
            let street = Arc::new(Street {
                town: Arc::clone(&self.town),
                life: Arc::clone(&life),
                wall: Arc::clone(&self.wall),
                scene: Arc::clone(&self.scene),
            });
            let clock = Arc::new(LifeClock {
                wall: Arc::clone(&self.wall),
                life: Arc::clone(&life),
                ticks: AtomicU64::new(0),
            });
            let dice = Arc::new(self.chance.fork());
            let limits = self.plan.limits.clone();
            let engine = Engine::start(Arc::clone(&store) as _, street, clock, dice, limits);
            self.open(Some(store));
            self.live(&life, &engine).await;
            self.open(None);
            self.scene.kill(&life);
            drop(engine);
            self.scene.time.nap(self.chance.between(1, 5000)).await;
        }
    }

    /// Until the life is over.
    async fn live(&self, life: &Life, engine: &Engine) {
        loop {
            let quiet = self.scene.time.nap(self.chance.between(1, QUIET_MS));
            tokio::select! {
                biased;
                () = life.ended() => return,
                () = quiet => {}
            }
            if self.scene.weather.is_calm() {
                return life.ended().await;
            }
            self.something_happens(life, engine).await;
        }
    }

    async fn something_happens(&self, life: &Life, engine: &Engine) {
        let crash = self.plan.crash_every_ms;
        match self.chance.below(100) {
            _ if crash.is_some_and(|every| self.chance.below(every) < QUIET_MS / 2) => {
                self.scene.kill(life);
            }
            0..20 if self.plan.freezes => {
                self.scene.history.note(Deed::Fault("freeze", "node"));
                life.freeze(self.chance.between(100, 200_000));
            }
            20..40 if self.plan.clocks == Clocks::Wrong => {
                self.scene.history.note(Deed::Fault("jump", "clock"));
                let ahead = self.chance.below(2 * JUMP_MS);
                let ahead = i64::try_from(ahead).unwrap_or(0);
                self.wall.set(ahead - i64::try_from(JUMP_MS).unwrap_or(0));
            }
            40..45 => {
                self.scene.history.note(Deed::Fault("drain", "node"));
                tokio::select! {
                    biased;
                    () = life.ended() => {}
                    _ = engine.drain(DRAIN) => self.scene.kill(life),
                }
            }
            _ => {}
        }
    }
}
