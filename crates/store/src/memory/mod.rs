//! The store that keeps everything in memory: for tests, the simulator and whoever wants to read what
//! the port means without SQL in between. A full member: it passes the conformance suite.
//!
//! One lock over plain maps. A call works on [`Tables`] under the lock and collects in [`Notifications`]
//! what the engine is to be notified of; the engine is called once the lock is free, so that it may call
//! back.

mod answers;
mod commit;
mod directory;
mod events;
mod images;
mod log;
mod members;
mod outbox;
mod ownership;
mod prune;
mod queue;
mod record;
mod replays;
mod rows;
mod save;
mod sessions;
mod subjects;
mod take;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use claimwire_model::lease::NodeId;
use claimwire_model::{DeliveryId, Target, TargetNo, Timestamp};

use crate::error::StoreResult;
use crate::handed::Handed;
use crate::intake::Intake;
use crate::page::{Filling, Page, PageRequest, Weigh};
use ownership::Ownership;
use rows::Tables;

/// A store in memory; it ends with the process. Each value is one node's handle to it: [`MemoryStore::new`]
/// makes one that a node has to itself, [`SharedMemoryStore::node`] one of several.
#[derive(Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    node: NodeId,
    intake: RwLock<Option<Arc<dyn Intake>>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        lock(&self.tables)
    }

    fn intake(&self) -> Option<Arc<dyn Intake>> {
        self.intake
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Works on the tables, then notifies the engine. `work` checks before it changes, so
    /// that an error means that nothing was written.
    fn write<T>(
        &self,
        work: impl FnOnce(&mut Tables, &mut Notifications) -> StoreResult<T>,
    ) -> StoreResult<T> {
        let mut notifications = Notifications::of(self.node, self.intake());
        let mut tables = self.tables();
        let done = work(&mut tables, &mut notifications)?;
        let others = match notifications.offered.as_slice() {
            [] => Vec::new(),
            _ => tables.hinted.except(self.node),
        };
        drop(tables);
        for other in others {
            other.offer(&notifications.offered);
        }
        notifications.send();
        Ok(done)
    }
}

fn lock(tables: &Mutex<Tables>) -> MutexGuard<'_, Tables> {
    tables.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store in memory that several nodes share. What another does a node finds by its scan, unless it is offered what
/// others commit ([`SharedMemoryStore::hinting`]).
pub struct SharedMemoryStore(Arc<Mutex<Tables>>);

impl SharedMemoryStore {
    /// An empty store, with a clock of its own for ownership and leases.
    #[must_use]
    pub fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let tables = Tables {
            ownership: Ownership::shared(Arc::new(clock)),
            ..Tables::default()
        };
        Self(Arc::new(Mutex::new(tables)))
    }

    /// The same, whose nodes are offered what others commit.
    #[must_use]
    pub fn hinting(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let store = Self::new(clock);
        lock(&store.0).hinted.0 = Some(Vec::new());
        store
    }

    /// A new node's handle.
    #[must_use]
    pub fn node(&self) -> MemoryStore {
        MemoryStore {
            tables: Arc::clone(&self.0),
            node: lock(&self.0).ownership.add_node(),
            intake: RwLock::default(),
        }
    }
}

/// The engines of nodes that are offered what others commit; none: nobody is.
#[derive(Default)]
struct Hinted(Option<Vec<(NodeId, Weak<dyn Intake>)>>);

impl Hinted {
    fn add(&mut self, node: NodeId, intake: &Arc<dyn Intake>) {
        if let Some(hinted) = &mut self.0 {
            hinted.retain(|(no, intake)| *no != node && intake.strong_count() > 0);
            hinted.push((node, Arc::downgrade(intake)));
        }
    }

    fn except(&self, node: NodeId) -> Vec<Arc<dyn Intake>> {
        let others = self.0.iter().flatten().filter(|(no, _)| *no != node);
        others.filter_map(|(_, intake)| intake.upgrade()).collect()
    }
}

/// What the engine is notified of once the call is done.
struct Notifications {
    node: NodeId,
    intake: Option<Arc<dyn Intake>>,
    handed: Vec<Handed>,
    /// Another node's.
    offered: Vec<DeliveryId>,
    wake: BTreeSet<TargetNo>,
    changed: Vec<(TargetNo, Option<Arc<Target>>)>,
}

impl Notifications {
    fn of(node: NodeId, intake: Option<Arc<dyn Intake>>) -> Self {
        Self {
            node,
            intake,
            handed: Vec::new(),
            offered: Vec::new(),
            wake: BTreeSet::new(),
            changed: Vec::new(),
        }
    }

    fn admit(&self, webhook: &Target) -> bool {
        self.intake
            .as_ref()
            .is_some_and(|intake| intake.admit(webhook))
    }

    fn send(self) {
        let Some(intake) = self.intake else { return };
        for (target, webhook) in self.changed {
            intake.changed(target, webhook);
        }
        if !self.handed.is_empty() {
            intake.hand(self.handed);
        }
        if !self.wake.is_empty() {
            intake.wake(&Vec::from_iter(self.wake));
        }
    }
}

/// The part that was asked for of rows that come newest first, each with its place.
fn page<T: Weigh>(request: PageRequest, rows: impl Iterator<Item = ((i64, i64), T)>) -> Page<T> {
    let mut filling = Filling::of(request);
    let after = |place: (i64, i64)| request.after.is_some_and(|after| place >= after);
    for (place, item) in rows.skip_while(|(place, _)| after(*place)) {
        if !filling.add(place, item) {
            break;
        }
    }
    filling.page()
}
