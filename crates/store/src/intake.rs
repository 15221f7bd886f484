//! The hand-over of new deliveries, in memory, from a commit to the engine of the same process.
//!
//! A delivery can be born leased to the node that commits it and be handed over in memory, so that
//! nothing but that one commit stands between a request and its delivery. Nothing depends on it: what
//! is not handed over, or is lost in a crash, is found with [`crate::Queue::take`].

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, Shop, TargetNo, Timestamp};

use crate::queue::Returned;

/// How long a delivery that is handed over in memory is leased for. Longer than an attempt can take
/// and be recorded. What a crash lost is free sooner: with the start of the next process, or, where several
/// nodes share a store, with the end of ownership.
pub const HANDOVER_LEASE: Duration = Duration::from_secs(120);

/// A delivery leased to this node, with all that an attempt needs.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Event and target.
    pub id: DeliveryId,
    /// The event; shared by all its deliveries.
    pub event: Arc<Event>,
    /// The event's shop.
    pub shop: Arc<Shop>,
    /// The target as it was when the lease began.
    pub target: Arc<Target>,
    /// Attempts made before, manual ones too.
    pub attempts: u32,
    /// Scheduled attempts that failed before, in the target's present activation.
    pub failures: u32,
    /// Someone pressed "retry": attempt now, and leave the schedule as it is.
    pub manual: bool,
    /// What an earlier run saved: this one goes on from there.
    pub state: Option<SavedState>,
    /// It was in someone's hands who neither recorded an end nor gave it back: it may have been sent.
    pub in_doubt: bool,
    /// Under which lease. An outcome recorded after it is late if another node took the delivery.
    pub lease: Lease,
    /// When the lease is over by the caller's clock, reckoned from the time that the call named: the
    /// store's clock may be another.
    pub expires: Timestamp,
}

impl Handed {
    /// A delivery that is new: nothing was tried yet.
    #[must_use]
    pub fn new(
        id: DeliveryId,
        event: Arc<Event>,
        shop: Arc<Shop>,
        target: Arc<Target>,
        lease: Lease,
        expires: Timestamp,
    ) -> Self {
        Self {
            id,
            event,
            shop,
            target,
            attempts: 0,
            failures: 0,
            manual: false,
            state: None,
            in_doubt: false,
            lease,
            expires,
        }
    }

    /// It, given back.
    #[must_use]
    pub fn returned(&self) -> Returned {
        Returned {
            id: self.id,
            lease: self.lease,
            in_doubt: self.in_doubt,
        }
    }
}

/// The engine, as the store sees it.
pub trait Intake: Send + Sync {
    /// Asked inside a commit for each new delivery of an active webhook that is neither ordered nor
    /// paused (those are always taken), if this node owns it: is there room to take it at once? `true` promises room, and
    /// the delivery is born leased for [`HANDOVER_LEASE`]. A `false` means: leave it pending. Must not
    /// block, nor call the store.
    fn admit(&self, webhook: &Target) -> bool;

    /// The commit failed after all: so many promises for this target are void.
    fn withdraw(&self, target: TargetNo, promises: usize);

    /// After the commit: the deliveries that were promised room, in event order. Must not block.
    fn hand(&self, deliveries: Vec<Handed>);

    /// After a commit: there is something new to take for these targets, each named once.
    fn wake(&self, targets: &[TargetNo]);

    /// Another node committed these new deliveries of active webhooks, neither ordered nor paused, that it does not own
    /// itself; nothing of them is leased. What there is room for is to be asked for with [`crate::Queue::take_named`]. Must
    /// not block.
    fn offer(&self, deliveries: &[DeliveryId]);

    /// After a commit that made a webhook or changed its settings or status; `None`: it was deleted.
    fn changed(&self, target: TargetNo, webhook: Option<Arc<Target>>);
}
