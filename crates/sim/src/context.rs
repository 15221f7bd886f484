//! The context that all parts of a run share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::replay::Replay;
use claimwire_model::target::Kind;
use claimwire_model::{ShopNo, Target};
use claimwire_store::directory::TargetFilter;
use claimwire_store::{Directory, MemoryStore, PageRequest, SharedMemoryStore};

use crate::faults::Faults;
use crate::history::History;
use crate::process::Process;
use crate::time::Time;
use crate::trace::TraceEvent;

/// The store that the nodes are on.
pub enum Stores {
    /// One node has it to itself, process after process.
    Alone(Arc<MemoryStore>),
    /// Several nodes share it; each process is a node to it. Its clock is right.
    Shared(SharedMemoryStore),
}

impl Stores {
    /// A handle for a process that begins.
    #[must_use]
    pub fn handle(&self) -> Arc<MemoryStore> {
        match self {
            Self::Alone(store) => Arc::clone(store),
            Self::Shared(store) => Arc::new(store.node()),
        }
    }
}

/// What all who act share.
pub struct Context {
    /// True time.
    pub time: Arc<Time>,
    /// What happened.
    pub history: Arc<History>,
    /// What goes wrong with the store.
    pub faults: Faults,
    /// The store that the nodes are on.
    pub stores: Stores,
    /// The store itself, which never fails: for reading only.
    pub store: Arc<MemoryStore>,
    /// Replays that were ordered, as last seen.
    pub ordered_replays: Mutex<Vec<(ShopNo, Replay)>>,
}

impl Context {
    /// Replays that were ordered, as last seen.
    pub fn replays(&self) -> MutexGuard<'_, Vec<(ShopNo, Replay)>> {
        self.ordered_replays
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// All targets of a shop.
    pub async fn targets(&self, shop: ShopNo) -> Vec<Arc<Target>> {
        let mut targets = Vec::new();
        for kind in [Kind::Webhook, Kind::Connector] {
            let page = PageRequest::first(100);
            if let Ok(page) = self.store.targets(shop, TargetFilter::of(kind), page).await {
                targets.extend(page.items);
            }
        }
        targets
    }

    /// A node dies.
    pub fn kill(&self, process: &Process) {
        if process.end() {
            self.history.note(TraceEvent::Crashed(process.no));
        }
    }
}
