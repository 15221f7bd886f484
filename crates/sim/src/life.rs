//! One life of a node, from a start to a crash. A dead life hears nothing, does nothing and is answered
//! by nobody; a frozen one goes on later, as a machine that was suspended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use claimwire_model::TargetNo;
use tokio::sync::Notify;

use crate::time::Time;

/// Which life, counted over all nodes.
pub type LifeNo = usize;

/// One life of a node.
#[derive(Debug)]
pub struct Life {
    /// Which.
    pub no: LifeNo,
    time: Arc<Time>,
    dead: AtomicBool,
    died: Notify,
    frozen_until: AtomicU64,
    /// While it cannot hear what its store tells: the promises that it made meanwhile.
    deaf: Mutex<Option<BTreeMap<TargetNo, usize>>>,
}

impl Life {
    /// Begins.
    #[must_use]
    pub fn new(no: LifeNo, time: Arc<Time>) -> Arc<Self> {
        Arc::new(Self {
            no,
            time,
            dead: AtomicBool::new(false),
            died: Notify::new(),
            frozen_until: AtomicU64::new(0),
            deaf: Mutex::new(None),
        })
    }

    /// Whether it is over.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Ends it. False: it was over before.
    pub fn end(&self) -> bool {
        let first = !self.dead.swap(true, Ordering::SeqCst);
        self.died.notify_waiters();
        first
    }

    /// Stands still for so long.
    pub fn freeze(&self, ms: u64) {
        self.frozen_until
            .store(self.time.now() + ms, Ordering::SeqCst);
    }

    /// Waits until it is over.
    pub async fn ended(&self) {
        let died = self.died.notified();
        if !self.is_dead() {
            died.await;
        }
    }

    /// Goes on at once, later when it is frozen, never when it is over.
    pub async fn pass(&self) {
        loop {
            if self.is_dead() {
                std::future::pending::<()>().await;
            }
            let until = self.frozen_until.load(Ordering::SeqCst);
            let now = self.time.now();
            if until <= now {
                return;
            }
            self.time.nap(until - now).await;
        }
    }

    fn deafness(&self) -> std::sync::MutexGuard<'_, Option<BTreeMap<TargetNo, usize>>> {
        self.deaf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears nothing from its store until [`Life::hear`].
    pub fn deafen(&self) {
        *self.deafness() = Some(BTreeMap::new());
    }

    /// Hears again; what it promised meanwhile.
    pub fn hear(&self) -> BTreeMap<TargetNo, usize> {
        self.deafness().take().unwrap_or_default()
    }

    /// Whether it hears what its store tells.
    pub fn hears(&self) -> bool {
        !self.is_dead() && self.deafness().is_none()
    }

    /// Room was promised.
    pub fn promised(&self, target: TargetNo) {
        if let Some(promises) = self.deafness().as_mut() {
            *promises.entry(target).or_default() += 1;
        }
    }
}
