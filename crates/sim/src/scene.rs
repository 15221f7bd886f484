//! What all who act in a run share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::ShopNo;
use claimwire_model::replay::Replay;
use claimwire_store::MemoryStore;

use crate::history::{Deed, History};
use crate::life::Life;
use crate::time::Time;
use crate::weather::Weather;

/// What all who act share.
pub struct Scene {
    /// True time.
    pub time: Arc<Time>,
    /// What happened.
    pub history: Arc<History>,
    /// What goes wrong with the store.
    pub weather: Weather,
    /// The store itself, which never fails: for looking, not for acting.
    pub store: Arc<MemoryStore>,
    /// Replays that were ordered, as last seen.
    pub ordered_replays: Mutex<Vec<(ShopNo, Replay)>>,
}

impl Scene {
    /// Replays that were ordered, as last seen.
    pub fn replays(&self) -> MutexGuard<'_, Vec<(ShopNo, Replay)>> {
        self.ordered_replays
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A node dies.
    pub fn kill(&self, life: &Life) {
        if life.end() {
            self.history.note(Deed::Crashed(life.no));
        }
    }
}
