//! The hand-over of new deliveries, in memory, from a commit to the engine of the same process.
//!
//! A delivery can be born leased to the node that commits it and be handed over in memory, so that
//! nothing but that one commit stands between a request and its delivery. Nothing depends on it: what
//! is not handed over, or is lost in a crash, is found with [`crate::Queue::take`].

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, TargetNo};

use crate::handed::Handed;

/// How long a delivery that is handed over in memory is leased for. Longer than an attempt can take
/// and be recorded. What a crash lost is free sooner: with the start of the next process, or, where several
/// nodes share a store, with the end of ownership.
pub const HANDOVER_LEASE: Duration = Duration::from_secs(120);

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
