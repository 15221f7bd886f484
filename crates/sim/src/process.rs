//! One process of a node, from a start to a crash. A dead process gets no notifications, does nothing and
//! gets no answers; a frozen one continues later, as on a machine that was suspended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use claimwire_model::TargetNo;
use tokio::sync::Notify;

use crate::time::Time;

/// Which process, counted over all nodes.
pub type ProcessNo = usize;

/// One process of a node.
#[derive(Debug)]
pub struct Process {
    /// Which.
    pub no: ProcessNo,
    time: Arc<Time>,
    dead: AtomicBool,
    died: Notify,
    frozen_until: AtomicU64,
    /// Nothing passes between it and the store until then.
    cut_off_until: AtomicU64,
    /// While its store's notifications are lost: the promises that it made meanwhile.
    lost_notifications: Mutex<Option<BTreeMap<TargetNo, usize>>>,
}

impl Process {
    /// Begins.
    #[must_use]
    pub fn new(no: ProcessNo, time: Arc<Time>) -> Arc<Self> {
        Arc::new(Self {
            no,
            time,
            dead: AtomicBool::new(false),
            died: Notify::new(),
            frozen_until: AtomicU64::new(0),
            cut_off_until: AtomicU64::new(0),
            lost_notifications: Mutex::new(None),
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

    /// Stands still for so long; until when, in true milliseconds.
    pub fn freeze(&self, ms: u64) -> u64 {
        let until = self.time.now() + ms;
        self.frozen_until.store(until, Ordering::SeqCst);
        until
    }

    /// The network between it and the store is cut for so long.
    pub fn cut_off(&self, ms: u64) {
        let until = self.time.now() + ms;
        self.cut_off_until.store(until, Ordering::SeqCst);
    }

    /// How long nothing passes between it and the store from now on, in true milliseconds.
    pub fn cut_off_for(&self) -> u64 {
        let until = self.cut_off_until.load(Ordering::SeqCst);
        until.saturating_sub(self.time.now())
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

    fn lost_promises(&self) -> std::sync::MutexGuard<'_, Option<BTreeMap<TargetNo, usize>>> {
        self.lost_notifications
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Loses its store's notifications until [`Process::restore_notifications`].
    pub fn lose_notifications(&self) {
        *self.lost_promises() = Some(BTreeMap::new());
    }

    /// Gets notifications again; returns what it promised meanwhile.
    pub fn restore_notifications(&self) -> BTreeMap<TargetNo, usize> {
        self.lost_promises().take().unwrap_or_default()
    }

    /// Whether it gets its store's notifications.
    pub fn is_notified(&self) -> bool {
        !self.is_dead() && self.lost_promises().is_none()
    }

    /// Room was promised.
    pub fn promised(&self, target: TargetNo) {
        if let Some(promises) = self.lost_promises().as_mut() {
            *promises.entry(target).or_default() += 1;
        }
    }
}
