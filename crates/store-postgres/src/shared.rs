//! What all calls share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use claimwire_model::lease::NodeId;
use claimwire_model::{EventNo, Timestamp};
use claimwire_store::Intake;
use claimwire_store::deferred::{DeferredWrites, Limits};
use claimwire_store::replay_turns::ReplayTurns;
use claimwire_store::vault::Vault;
use tokio::sync::Notify;

use crate::cache::Cache;
use crate::growth::Growth;
use crate::hints::Hints;
use crate::numbers::Numbering;
use crate::options::{Options, Sharing};
use crate::prune::reached::Reached;
use crate::recent::Recent;

/// What waits to be written later, at most, and for how long.
pub(crate) const LIMITS: Limits = Limits {
    wait: Duration::from_secs(1),
    attempts: 4_096,
    at_once: 256,
    waiting: 64 << 10,
};

/// One for each open store.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) vault: Vault,
    /// Whose leases are this node's; 0 where it is alone.
    pub(crate) node: NodeId,
    pub(crate) numbers: Numbering,
    pub(crate) cache: Cache,
    pub(crate) recent: Recent,
    pub(crate) hints: Hints,
    pub(crate) growth: Growth,
    pub(crate) deferred: Arc<DeferredWrites>,
    /// Held while they are written by themselves.
    pub(crate) writing_deferred: tokio::sync::Mutex<()>,
    /// Whose turn it is among running replays.
    replay_turns: Mutex<ReplayTurns>,
    /// Where pruning continues.
    pruned: Mutex<Reached>,
    /// Notified when a commit has left something for later.
    pub(crate) left_for_later: Arc<Notify>,
    intake: RwLock<Option<Arc<dyn Intake>>>,
}

impl Shared {
    /// `number`: that of this process among all that ever opened the database.
    pub(crate) fn new(vault: Vault, options: Options, number: i64) -> Self {
        let node = match options.sharing {
            Sharing::Alone => NodeId(0),
            Sharing::Nodes => NodeId(number.unsigned_abs()),
        };
        Self {
            options,
            vault,
            node,
            numbers: Numbering::of_node(number),
            cache: Cache::default(),
            recent: Recent::default(),
            hints: Hints::default(),
            growth: Growth::default(),
            deferred: DeferredWrites::new(LIMITS),
            writing_deferred: tokio::sync::Mutex::default(),
            replay_turns: Mutex::default(),
            pruned: Mutex::default(),
            left_for_later: Arc::default(),
            intake: RwLock::default(),
        }
    }

    /// Whether this node has the database to itself.
    pub(crate) fn is_alone(&self) -> bool {
        self.options.sharing == Sharing::Alone
    }

    /// The node's number as rows have it.
    pub(crate) fn node(&self) -> i64 {
        i64::try_from(self.node.0).unwrap_or(i64::MAX)
    }

    /// The store's time as SQL takes it, `coalesce($n, clock_ms())`: the database's, unless the node is alone.
    pub(crate) fn clock(&self, now: Timestamp) -> Option<i64> {
        self.is_alone().then_some(now.as_millis())
    }

    /// Whose turn it is among running replays.
    pub(crate) fn replay_turns(&self) -> MutexGuard<'_, ReplayTurns> {
        self.replay_turns
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Where pruning continues.
    pub(crate) fn pruned(&self) -> MutexGuard<'_, Reached> {
        self.pruned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next number; documents, keys and the like share the sequence with events.
    pub(crate) fn next_number(&self, now: Timestamp) -> i64 {
        self.numbers.next(now, 0)
    }

    /// The number of a new event of a shop that is locked, where none of it has a greater one than `newest`.
    pub(crate) fn next_event(&self, now: Timestamp, newest: i64) -> EventNo {
        EventNo(self.numbers.next(now, newest))
    }

    /// The engine, once it has been attached.
    pub(crate) fn intake(&self) -> Option<Arc<dyn Intake>> {
        self.intake
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A shop or a key has changed: neither this node nor another goes on with what it remembers.
    pub(crate) fn directory_changed(&self) {
        self.recent.clear();
        self.hints.directory();
    }

    /// From now on new deliveries are offered to this engine.
    pub(crate) fn attach(&self, intake: Arc<dyn Intake>) {
        *self.intake.write().unwrap_or_else(PoisonError::into_inner) = Some(intake);
    }
}
