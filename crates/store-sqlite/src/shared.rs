//! What the writer, the readers and the callers share.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use claimwire_model::EventNo;
use claimwire_store::Intake;
use claimwire_store::deferred::{DeferredWrites, Limits};
use claimwire_store::vault::Vault;
use rusqlite::Connection;

use crate::cache::Cache;
use crate::counters::Counters;
use crate::delivered::{self, AllDelivered};
use crate::error::Result;
use crate::event_subjects::{self, EventSubjects};
use crate::leases::Leases;
use crate::unwritten::Unwritten;
use crate::write_behind::WriteBehind;

/// Of what only serves statistics.
pub(crate) const DEFERRED: Limits = Limits {
    wait: Duration::from_secs(30),
    attempts: 512,
    at_once: 64,
    waiting: 64 << 10,
};

/// Limits. The defaults suit a small host.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections, each with a thread, that serve reads.
    pub readers: usize,
    /// Writing calls that may wait for the writer; more are answered `Unavailable`.
    pub waiting_writes: usize,
    /// The size of the write-ahead log, in bytes, from which pages are moved into the database.
    pub checkpoint_bytes: u64,
    /// The size of the write-ahead log, in bytes, at which it is begun anew: as soon as little is left to be moved, and at twice
    /// this size in any case, for which the writer waits.
    pub wal_limit_bytes: u64,
    /// Whether the log's file gets the length that this comes to when the store is opened, so that commits need not make it
    /// longer: for a store that will be written to.
    pub preallocate_wal: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 3,
            waiting_writes: 4096,
            checkpoint_bytes: 8 << 20,
            wal_limit_bytes: 96 << 20,
            preallocate_wal: false,
        }
    }
}

/// One for each open store.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) vault: Vault,
    pub(crate) cache: Cache,
    pub(crate) leases: Leases,
    pub(crate) unwritten: Unwritten,
    pub(crate) deferred: Arc<DeferredWrites>,
    pub(crate) counters: Counters,
    pub(crate) event_subjects: EventSubjects,
    pub(crate) delivered: AllDelivered,
    /// The newest event when the store was opened.
    opened_at: EventNo,
    intake: RwLock<Option<Arc<dyn Intake>>>,
}

impl Shared {
    /// Of a file whose newest event is this.
    pub(crate) fn new(
        conn: &Connection,
        vault: Vault,
        options: Options,
        opened_at: EventNo,
    ) -> Result<Self> {
        Ok(Self {
            options,
            vault,
            cache: Cache::default(),
            leases: Leases::default(),
            unwritten: Unwritten::default(),
            deferred: DeferredWrites::new(DEFERRED),
            counters: Counters::default(),
            event_subjects: WriteBehind::new(event_subjects::left(conn)?),
            delivered: WriteBehind::new(delivered::left(conn)?),
            opened_at,
            intake: RwLock::default(),
        })
    }

    /// Whether the event is of an earlier process, whose leases nobody knows.
    pub(crate) fn was_there_before(&self, event: EventNo) -> bool {
        event <= self.opened_at
    }

    /// The engine, once it has been attached.
    pub(crate) fn intake(&self) -> Option<Arc<dyn Intake>> {
        self.intake
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on new deliveries are offered to this engine.
    pub(crate) fn attach(&self, intake: Arc<dyn Intake>) {
        *self.intake.write().unwrap_or_else(PoisonError::into_inner) = Some(intake);
    }
}
